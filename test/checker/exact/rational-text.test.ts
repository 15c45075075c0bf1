import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equals, fromDouble, rational } from '../../../src/checker/exact/rational.js';
import { decimalText, parseRational, rationalText } from '../../../src/checker/exact/rational-text.js';
import { toDouble } from '../../../src/checker/exact/rounding.js';
import { InputError } from '../../../src/util/errors.js';

describe('exact numbers as text', () => {
  it('round-trips p/q', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 1n << 90n }), (n, d) => {
        const value = rational(n, d);
        expect(equals(parseRational(rationalText(value)), value)).toBe(true);
      }),
    );
    expect(rationalText(rational(6n, -4n))).toBe('-3/2');
    expect(rationalText(rational(8n, 4n))).toBe('2');
  });

  it('reads decimals exactly, not through a double', () => {
    expect(parseRational('0.1')).toEqual(rational(1n, 10n));
    expect(parseRational('-1.25e-3')).toEqual(rational(-1n, 800n));
    expect(parseRational('-0.5')).toEqual(rational(-1n, 2n));
    expect(parseRational('12E+2')).toEqual(rational(1200n));
    expect(parseRational('2/4')).toEqual(rational(1n, 2n));
    // The shortest text of a double, read exactly and rounded, is that double again (ECMA-262 Number::toString).
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(toDouble(parseRational(String(x))) === x).toBe(true);
      }),
    );
  });

  it.each([
    '',
    '1/0',
    '1/-2',
    'x',
    '1/2/3',
    ' 1',
    '1 ',
    '0x10',
    '1e',
    '.5',
    '1.',
    'NaN',
    'Infinity',
    '1e99999',
  ])('refuses %j', (text) => {
    expect(() => parseRational(text, { place: 'multiplier 3' })).toThrow(InputError);
  });

  it('refuses long text before reading it', () => {
    expect(() => parseRational('9'.repeat(101), { maxLength: 100 })).toThrow(/too long/);
    expect(equals(parseRational('9'.repeat(100), { maxLength: 100 }), rational(10n ** 100n - 1n))).toBe(true);
  });

  it('prints rounded decimals for people', () => {
    expect(decimalText(rational(1n, 3n), 5)).toBe('0.33333');
    expect(decimalText(rational(-2n, 3n), 5)).toBe('-0.66667');
    expect(decimalText(rational(99996n, 1000n), 4)).toBe('100');
    expect(decimalText(rational(1n, 2n))).toBe('0.5');
    expect(decimalText(rational(0n))).toBe('0');
    expect(decimalText(rational(123456n), 3)).toBe('123000');
    expect(decimalText(rational(-5n, 4n * 10n ** 30n))).toBe('-1.25e-30');
    expect(decimalText(rational(10n ** 25n))).toBe('1e25');
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        // 17 significant digits identify a double.
        expect(Number(decimalText(fromDouble(x))) === x).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
