import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  compare,
  divide,
  equals,
  fromDouble,
  gcd,
  lcm,
  multiply,
  negate,
  type Rational,
  rational,
  subtract,
  ZERO,
} from '../../../src/checker/exact/rational.js';
import { decode, doubleFromPattern } from './naive.js';

const integer = fc.bigInt({ min: -(1n << 200n), max: 1n << 200n });
const fraction = fc
  .tuple(
    integer,
    integer.filter((d) => d !== 0n),
    fc.nat({ max: 1200 }),
    fc.nat({ max: 1200 }),
  )
  .map(([n, d, a, b]) => [n << BigInt(a), d << BigInt(b)] as const);
const finiteDouble = fc
  .bigInt({ min: 0n, max: (1n << 64n) - 1n })
  .map(doubleFromPattern)
  .filter(Number.isFinite);

/** p = n/d by cross-multiplication. */
const is = (p: Rational, n: bigint, d: bigint): boolean => p.num * d === n * p.den && p.den > 0n;

describe('rational arithmetic', () => {
  it('is in lowest terms with positive denominator', () => {
    fc.assert(
      fc.property(fraction, ([n, d]) => {
        const p = rational(n, d);
        expect(is(p, n, d)).toBe(true);
        expect(gcd(p.num, p.den)).toBe(1n);
      }),
    );
  });

  it('agrees with cross-multiplication', () => {
    fc.assert(
      fc.property(fraction, fraction, ([a, b], [c, d]) => {
        const p = rational(a, b);
        const q = rational(c, d);
        expect(is(add(p, q), a * d + c * b, b * d)).toBe(true);
        expect(is(subtract(p, q), a * d - c * b, b * d)).toBe(true);
        expect(is(multiply(p, q), a * c, b * d)).toBe(true);
        if (c !== 0n) expect(is(divide(p, q), a * d, b * c)).toBe(true);
        const cross = (a * d - c * b) * (b * d);
        expect(compare(p, q)).toBe(cross > 0n ? 1 : cross < 0n ? -1 : 0);
        expect(equals(p, q)).toBe(cross === 0n);
        expect(equals(add(p, negate(p)), ZERO)).toBe(true);
      }),
    );
  });

  it('reads doubles exactly: 0.1 is not a tenth', () => {
    expect(fromDouble(0.1)).toEqual({ num: 3602879701896397n, den: 1n << 55n });
    expect(fromDouble(Number.MIN_VALUE)).toEqual({ num: 1n, den: 1n << 1074n });
    expect(fromDouble(-Number.MAX_VALUE)).toEqual({ num: -((1n << 53n) - 1n) << 971n, den: 1n });
    expect(fromDouble(-0)).toEqual(ZERO);
    fc.assert(
      fc.property(finiteDouble, (x) => {
        const { n, d } = decode(x);
        expect(is(fromDouble(x), n, d)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses what is not a number', () => {
    for (const x of [NaN, Infinity, -Infinity]) expect(() => fromDouble(x)).toThrow(RangeError);
    expect(() => rational(1n, 0n)).toThrow(RangeError);
    expect(() => divide(rational(1n), ZERO)).toThrow(RangeError);
  });

  it('finds common multiples', () => {
    expect(lcm(4n, 6n)).toBe(12n);
    expect(lcm(9n, 3n)).toBe(9n);
    expect(lcm(7n, 1n)).toBe(7n);
  });
});
