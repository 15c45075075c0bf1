import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementAt } from '../../../src/checker/exact/dyadic-vector.js';
import { evaluateExact } from '../../../src/checker/exact/evaluate.js';
import {
  addDown,
  addUp,
  divDown,
  divUp,
  mulDown,
  mulUp,
  sumProductsOver,
} from '../../../src/checker/exact/interval.js';
import { propagateLayer } from '../../../src/checker/interval-bounds.js';
import { decode, doubleFromPattern, type Fraction, frac, order, plus, times } from './naive.js';
import { networkAndPoint } from './networks.js';

const MIN = Number.MIN_VALUE;
const MAX = Number.MAX_VALUE;
const wild = fc
  .bigInt({ min: 0n, max: (1n << 64n) - 1n })
  .map(doubleFromPattern)
  .filter(Number.isFinite);
const special = fc.constantFrom(0, -0, 1, -1, MIN, -MIN, MAX, -MAX, 2 ** -1022, 2 ** -537, 1e17, 1e-3, 0.1);
const tame = fc.double({ min: -2, max: 2, noNaN: true });
const value = fc.oneof(wild, special, tame, tame);

/** Integer multiples of 2^-2148 hold every product of two doubles. */
const UNITS = 2148n;
function inUnits({ n, d }: Fraction): bigint {
  return (n << UNITS) / d;
}
function below(end: number, exact: bigint): boolean {
  return end === -Infinity || inUnits(decode(end)) <= exact;
}
function above(end: number, exact: bigint): boolean {
  return end === Infinity || inUnits(decode(end)) >= exact;
}

describe('single operations', () => {
  it('enclose the exact result', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const sum = inUnits(plus(decode(a), decode(b)));
        expect(below(addDown(a, b), sum) && above(addUp(a, b), sum)).toBe(true);
        const product = inUnits(times(decode(a), decode(b)));
        expect(below(mulDown(a, b), product) && above(mulUp(a, b), product)).toBe(true);
        if (!(b > 0)) return;
        const { n, d } = decode(b);
        const quotient = times(decode(a), frac(d, n));
        const low = divDown(a, b);
        const high = divUp(a, b);
        expect(low === -Infinity || order(decode(low), quotient) <= 0n).toBe(true);
        expect(high === Infinity || order(decode(high), quotient) >= 0n).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('treat infinite ends as "no bound"', () => {
    expect(addDown(-Infinity, 5)).toBe(-Infinity);
    expect(addDown(-Infinity, Infinity)).toBe(-Infinity);
    expect(addUp(Infinity, -Infinity)).toBe(Infinity);
    expect([mulDown(MIN, 0.1), mulUp(MIN, -0.1)]).toEqual([-MIN, MIN]);
  });
});

/** Encloses bias + sum w[i] * x[i] in out[0], out[1]. */
function sumProducts(w: Float64Array, x: Float64Array, bias: number, out: Float64Array): void {
  const index = Int32Array.from(w.keys());
  sumProductsOver(w, index, index, w.length, x, x, bias, out);
}

describe('dot products', () => {
  const term = fc.oneof(fc.tuple(value, value), fc.tuple(tame, tame));
  const terms = fc.oneof(
    fc.array(term, { maxLength: 8 }),
    // Cancellation: every term again with the opposite sign, and one small term between.
    fc
      .tuple(fc.array(term, { minLength: 1, maxLength: 4 }), term)
      .map(([list, small]) => [...list, small, ...list.map(([w, x]) => [-w, x] as [number, number])]),
  );

  it('are enclosed, whatever the magnitudes (10,000 cases)', () => {
    const out = new Float64Array(2);
    fc.assert(
      fc.property(terms, fc.oneof(fc.constant(0), value), (list, bias) => {
        sumProducts(
          Float64Array.from(list, ([w]) => w),
          Float64Array.from(list, ([, x]) => x),
          bias,
          out,
        );
        const exact = list.reduce(
          (sum, [w, x]) => sum + inUnits(times(decode(w), decode(x))),
          inUnits(decode(bias)),
        );
        if (!below(out[0]!, exact) || !above(out[1]!, exact)) throw new Error(`${out} misses the exact sum`);
      }),
      { numRuns: 10_000 },
    );
  });

  it('are tight enough to be of use', () => {
    const out = new Float64Array(2);
    const w = Float64Array.from({ length: 784 }, (_, i) => Math.sin(i));
    const x = Float64Array.from({ length: 784 }, (_, i) => Math.cos(i * i));
    sumProducts(w, x, 0.5, out);
    expect(out[1]! - out[0]!).toBeLessThan(1e-9);
    sumProducts(Float64Array.of(0, 3), Float64Array.of(7, 0), 0, out);
    expect([out[0], out[1]]).toEqual([0, 0]);
  });

  it('do not call the neuron of Zombori et al. dead', () => {
    const out = new Float64Array(2);
    sumProducts(Float64Array.of(1e17, -1e17), Float64Array.of(1, 1), 1e-3, out);
    expect(out[1]).toBeGreaterThanOrEqual(1e-3);
    expect(out[0]).toBeLessThanOrEqual(1e-3);
  });

  it('see products that underflow, and give up on overflow', () => {
    const out = new Float64Array(2);
    // 1000 products of 0.49 * 2^-1074 each round to 0; the exact sum is 490 * 2^-1074.
    sumProducts(new Float64Array(1000).fill(MIN), new Float64Array(1000).fill(0.49), 0, out);
    expect(out[0]).toBeLessThanOrEqual(490 * MIN);
    expect(out[1]).toBeGreaterThanOrEqual(490 * MIN);
    sumProducts(Float64Array.of(-MIN), Float64Array.of(MIN), 0, out);
    expect(out[0]).toBeLessThan(0);
    sumProducts(Float64Array.of(MAX, -MAX), Float64Array.of(2, 2), 0, out);
    expect([out[0], out[1]]).toEqual([-Infinity, Infinity]);
  });

  it('over intervals contain every corner', () => {
    const out = new Float64Array(2);
    const entry = fc.tuple(value, value, value, fc.boolean());
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), value, (list, bias) => {
        const lo = Float64Array.from(list, ([, a, b]) => Math.min(a, b));
        const hi = Float64Array.from(list, ([, a, b]) => Math.max(a, b));
        const index = Int32Array.from(list.keys());
        sumProductsOver(
          Float64Array.from(list, ([w]) => w),
          index,
          index,
          list.length,
          lo,
          hi,
          bias,
          out,
        );
        const exact = list.reduce(
          (sum, [w, , , pick], i) => sum + inUnits(times(decode(w), decode(pick ? lo[i]! : hi[i]!))),
          inUnits(decode(bias)),
        );
        expect(below(out[0]!, exact) && above(out[1]!, exact)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('over unbounded inputs are unbounded on the side that is', () => {
    const out = new Float64Array(2);
    const index = Int32Array.of(0, 1);
    const over = (w: number[], lo: number[], hi: number[]) => {
      const ends = [Float64Array.from(lo), Float64Array.from(hi)] as const;
      sumProductsOver(Float64Array.from(w), index, index, 2, ...ends, 1, out);
      return [...out];
    };
    expect(over([1, 1], [0, 0], [Infinity, 1])[1]).toBe(Infinity);
    expect(over([1, 1], [0, 0], [Infinity, 1])[0]).toBeGreaterThan(0.999);
    expect(over([-1, 1], [0, 0], [Infinity, 1])[0]).toBe(-Infinity);
    expect(over([0, 1], [-Infinity, 0], [Infinity, 1])[1]).toBeLessThan(2.001);
  });
});

describe('layers', () => {
  it('enclose every tensor at every sampled point of the input box', () => {
    fc.assert(
      fc.property(networkAndPoint, fc.double({ min: 0, max: 1, noNaN: true }), ({ net, point }, radius) => {
        const lower = net.tensors.map(({ size }) => new Float64Array(size).fill(-Infinity));
        const upper = net.tensors.map(({ size }) => new Float64Array(size).fill(Infinity));
        lower[net.input] = point.map((x) => x - radius);
        upper[net.input] = point.map((x) => x + radius);
        for (const layer of net.layers) propagateLayer(layer, { lower, upper });
        const corners = [lower[net.input]!, upper[net.input]!, point];
        for (const corner of corners) {
          for (const [id, exact] of evaluateExact(net, corner).values.entries()) {
            exact.num.forEach((_, i) => {
              const { num, den } = elementAt(exact, i);
              expect(order(decode(lower[id]![i]!), frac(num, den)) <= 0n).toBe(true);
              expect(order(decode(upper[id]![i]!), frac(num, den)) >= 0n).toBe(true);
            });
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});
