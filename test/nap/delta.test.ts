import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutOffs, parseDelta } from '../../src/nap/delta.js';
import { InputError } from '../../src/util/errors.js';

describe('parseDelta', () => {
  it.each([
    ['0.99', '0.99'],
    ['.95', '0.95'],
    ['0.900', '0.9'],
    ['1', '1'],
    ['1.0', '1'],
    ['1.', '1'],
    ['00.75', '0.75'],
    ['0.500000000000000000000000000001', '0.500000000000000000000000000001'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseDelta(text).text).toBe(canonical);
  });

  it.each(['', '.', 'abc', '-0.9', '+0.9', '9e-1', '99%', '0,99', ' 0.9', 'NaN', 'Infinity', '0x1', '0.9.9'])(
    'refuses %j as no plain decimal',
    (text) => {
      expect(() => parseDelta(text)).toThrow(/plain decimal/);
    },
  );

  it.each(['0', '0.4', '0.5', '0.50', '1.01', '2', '0.01'])('refuses %s as out of range', (text) => {
    expect(() => parseDelta(text, '--delta')).toThrow(InputError);
    try {
      parseDelta(text, '--delta');
    } catch (error) {
      const { fault } = error as InputError;
      expect(fault).toMatchObject({ place: '--delta', found: text });
      expect(fault.expected).toMatch(/0\.5 < delta <= 1/);
    }
  });
});

describe('cutOffs', () => {
  it('keeps the neuron at the boundary that binary floating point loses', () => {
    // floor((1 - 0.9) * 10) is 0 in doubles, because 1 - 0.9 < 0.1; the exact cut-off is 1.
    expect(Math.floor((1 - 0.9) * 10)).toBe(0);
    expect(cutOffs(parseDelta('0.9'), 10)).toEqual({ activeFrom: 9, inactiveUpTo: 1 });
  });

  it.each([
    ['1', 5923, 5923, 0],
    ['0.99', 100, 99, 1],
    ['0.99', 99, 99, 0],
    ['0.99', 5923, 5864, 59],
    ['0.95', 20, 19, 1],
    ['0.51', 1, 1, 0],
    ['0.75', 4, 3, 1],
  ])('delta %s of %i samples: active from %i, inactive up to %i', (text, n, from, upTo) => {
    expect(cutOffs(parseDelta(text), n)).toEqual({ activeFrom: from, inactiveUpTo: upTo });
  });

  const deltas = fc
    .integer({ min: 1, max: 10 })
    .chain((digits) =>
      fc
        .bigInt({ min: 10n ** BigInt(digits) / 2n + 1n, max: 10n ** BigInt(digits) })
        .map((numerator) => ({ numerator, denominator: 10n ** BigInt(digits), digits })),
    );

  it('is the definition in exact rationals: c / n >= delta, c / n <= 1 - delta', () => {
    fc.assert(
      fc.property(
        deltas,
        fc.integer({ min: 1, max: 100000 }),
        fc.nat(),
        ({ numerator, denominator, digits }, n, raw) => {
          const text = numerator === denominator ? '1' : `0.${numerator.toString().padStart(digits, '0')}`;
          const { activeFrom, inactiveUpTo } = cutOffs(parseDelta(text), n);
          // A random count and those around the cut-offs.
          for (const c of [raw % (n + 1), activeFrom - 1, activeFrom, inactiveUpTo, inactiveUpTo + 1]) {
            const scaledCount = BigInt(c) * denominator;
            expect(c >= activeFrom).toBe(scaledCount >= numerator * BigInt(n));
            expect(c <= inactiveUpTo).toBe(scaledCount <= (denominator - numerator) * BigInt(n));
          }
          expect(inactiveUpTo).toBeLessThan(activeFrom);
        },
      ),
    );
  });
});
