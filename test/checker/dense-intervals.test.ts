import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allFinite, boundDenseRow, magnitudes } from '../../src/checker/dense-intervals.js';
import { add, compare, fromDouble, multiply, type Rational } from '../../src/checker/exact/rational.js';

const any = fc.double({ noNaN: true, noDefaultInfinity: true });
const moderate = fc.oneof(
  fc.constantFrom(0, 1, -1, 5e-324, 1e-300),
  fc.double({ min: -9, max: 9, noNaN: true }),
);

function rowBounds(w: readonly number[], bias: number, ends: readonly (readonly [number, number])[]) {
  const lo = Float64Array.from(ends, ([a, b]) => Math.min(a, b));
  const hi = Float64Array.from(ends, ([a, b]) => Math.max(a, b));
  const map = { kind: 'dense' as const, rows: 1, cols: w.length, weight: Float64Array.from(w) };
  const out = new Float64Array(2);
  boundDenseRow(map, 0, bias, lo, hi, magnitudes(lo, hi), out);
  return { lo, hi, low: out[0]!, high: out[1]! };
}

/** The exact ends of W x + b over the box. */
function exactEnds(
  w: readonly number[],
  bias: number,
  lo: Float64Array,
  hi: Float64Array,
): [Rational, Rational] {
  const end = (upper: boolean): Rational =>
    w.reduce(
      (sum, weight, j) =>
        add(sum, multiply(fromDouble(weight), fromDouble(weight > 0 === upper ? hi[j]! : lo[j]!))),
      fromDouble(bias),
    );
  return [end(false), end(true)];
}

describe('bounds of a dense row', () => {
  it.each([
    ['moderate', moderate],
    ['arbitrary', any],
  ])('enclose the exact ends, %s numbers', (_, number) => {
    const entries = fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(entries, number, (list, bias) => {
        const w = list.map(([weight]) => weight);
        const { lo, hi, low, high } = rowBounds(
          w,
          bias,
          list.map(([, a, b]) => [a, b] as const),
        );
        const [least, most] = exactEnds(w, bias, lo, hi);
        expect(low === -Infinity || compare(fromDouble(low), least) <= 0).toBe(true);
        expect(high === Infinity || compare(most, fromDouble(high)) <= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('are close for moderate numbers', () => {
    const { low, high } = rowBounds([1, -2, 0.5], 0.25, [
      [0, 1],
      [-1, 1],
      [2, 4],
    ]);
    expect(low).toBeCloseTo(-0.75, 12);
    expect(high).toBeCloseTo(5.25, 12);
  });

  it('know infinite ends', () => {
    expect(allFinite(Float64Array.of(0, -Infinity), Float64Array.of(1, 1))).toBe(false);
    expect(allFinite(Float64Array.of(0, 0), Float64Array.of(Infinity, 1))).toBe(false);
    expect(allFinite(Float64Array.of(0, Number.NaN), Float64Array.of(1, 1))).toBe(false);
    expect(allFinite(Float64Array.of(0, 0), Float64Array.of(1, 1))).toBe(true);
  });
});
