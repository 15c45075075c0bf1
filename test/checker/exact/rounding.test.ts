import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitLength,
  lowestBit,
  nextDown,
  nextUp,
  powerOfTwo,
  scaledToInteger,
  trailingZeros,
} from '../../../src/checker/exact/double-bits.js';
import { add, compare, fromDouble, rational } from '../../../src/checker/exact/rational.js';
import { toDouble, toDoubleDown, toDoubleUp } from '../../../src/checker/exact/rounding.js';
import { doubleFromPattern } from './naive.js';

const MAX = Number.MAX_VALUE;
const MIN = Number.MIN_VALUE;
const finite = fc
  .bigInt({ min: 0n, max: (1n << 64n) - 1n })
  .map(doubleFromPattern)
  .filter(Number.isFinite);
const subnormal = fc.bigInt({ min: 1n, max: (1n << 52n) - 1n }).map(doubleFromPattern);
const anyDouble = fc.oneof(finite, subnormal, fc.constantFrom(0, MIN, -MIN, MAX, -MAX, 2 ** -1022));

describe('neighbouring doubles', () => {
  it('has no double between', () => {
    expect([nextUp(0), nextDown(0), nextUp(-MIN), nextUp(MAX)]).toEqual([MIN, -MIN, -0, Infinity]);
    expect([nextDown(Infinity), nextUp(-Infinity), nextDown(-MAX)]).toEqual([MAX, -MAX, -Infinity]);
    expect(nextUp(1)).toBe(1 + Number.EPSILON);
    expect(nextDown(1)).toBe(1 - Number.EPSILON / 2);
    fc.assert(
      fc.property(anyDouble, (x) => {
        const up = nextUp(x);
        expect(up).toBeGreaterThan(x);
        expect(nextDown(up) === x).toBe(true);
        if (!Number.isFinite(up)) return;
        // The exact midpoint rounds to one of the two, so nothing lies between them.
        const middle = add(fromDouble(x), fromDouble(up));
        const half = rational(middle.num, middle.den * 2n);
        expect([toDoubleDown(half) === x, toDoubleUp(half) === up]).toEqual([true, true]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('bits', () => {
  it('knows all powers of two', () => {
    let power = MIN;
    for (let k = -1074; k <= 1023; k++, power *= 2) expect(powerOfTwo(k)).toBe(power);
    expect(() => powerOfTwo(1024)).toThrow(RangeError);
    expect(() => powerOfTwo(-1075)).toThrow(RangeError);
  });

  it('takes doubles apart', () => {
    fc.assert(
      fc.property(
        anyDouble.filter((x) => x !== 0),
        fc.nat({ max: 1100 }),
        (x, extra) => {
          const exponent = lowestBit(x);
          const odd = scaledToInteger(x, -exponent);
          expect(odd & 1n).toBe(1n);
          expect(compare(fromDouble(x), rational(odd << BigInt(exponent + 1074), 1n << 1074n))).toBe(0);
          expect(scaledToInteger(x, extra - exponent)).toBe(odd << BigInt(extra));
          expect(() => scaledToInteger(x, -exponent - 1)).toThrow(RangeError);
        },
      ),
    );
  });

  it('counts bits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 300n }), fc.nat({ max: 3000 }), (value, zeros) => {
        const odd = value * 2n + 1n;
        expect(bitLength(value)).toBe(value.toString(2).length);
        expect(trailingZeros(odd << BigInt(zeros))).toBe(zeros);
        expect(trailingZeros(-odd << BigInt(zeros))).toBe(zeros);
      }),
    );
  });
});

describe('rounding to doubles', () => {
  it('gives every double back, in every direction', () => {
    fc.assert(
      fc.property(anyDouble, (x) => {
        const value = fromDouble(x);
        for (const round of [toDouble, toDoubleDown, toDoubleUp]) expect(round(value) === x).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('encloses any rational between neighbours and agrees with the division of the machine', () => {
    const part = fc.maxSafeInteger();
    fc.assert(
      fc.property(part, part, fc.integer({ min: -1200, max: 1000 }), (n, d, shift) => {
        const value = rational(BigInt(n), BigInt(d === 0 ? 1 : d));
        // IEEE-754 division of two exactly represented integers is correctly rounded.
        expect(toDouble(value) === n / (d === 0 ? 1 : d)).toBe(true);
        const up = BigInt(Math.max(shift, 0));
        const down = BigInt(Math.max(-shift, 0));
        const scaled = rational(value.num << up, value.den << down);
        const low = toDoubleDown(scaled);
        const high = toDoubleUp(scaled);
        if (Number.isFinite(low)) expect(compare(fromDouble(low), scaled)).toBeLessThanOrEqual(0);
        if (Number.isFinite(high)) expect(compare(fromDouble(high), scaled)).toBeGreaterThanOrEqual(0);
        expect(high === low || high === nextUp(low)).toBe(true);
        expect([low, high]).toContain(toDouble(scaled));
      }),
      { numRuns: 1000 },
    );
  });

  it('behaves at the ends of the range and on ties', () => {
    const huge = rational(1n << 1024n);
    expect([toDoubleDown(huge), toDoubleUp(huge), toDouble(huge)]).toEqual([MAX, Infinity, Infinity]);
    const tieToInfinity = rational((1n << 1024n) - (1n << 970n));
    expect(toDouble(tieToInfinity)).toBe(Infinity);
    expect(toDouble(rational((1n << 1024n) - (1n << 970n) - 1n))).toBe(MAX);
    expect(toDoubleUp(rational(-(1n << 2000n)))).toBe(-MAX);
    const halfMin = rational(1n, 1n << 1075n);
    expect([toDoubleDown(halfMin), toDoubleUp(halfMin), toDouble(halfMin)]).toEqual([0, MIN, 0]);
    expect(toDouble(rational(3n, 1n << 1075n))).toBe(2 * MIN);
    expect(toDoubleDown(rational(-1n, 1n << 5000n))).toBe(-MIN);
    expect(toDouble(rational((1n << 53n) + 1n))).toBe(2 ** 53);
    expect(toDouble(rational((1n << 53n) + 3n))).toBe(2 ** 53 + 4);
  });
});
