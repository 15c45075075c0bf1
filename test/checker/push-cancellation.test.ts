/**
 * Where coefficients cancel, their rounding errors are all that is left of them: the double bound must still be at
 * least the exact one, for finite and for one-sided intervals, dense and sparse maps, divisors and shared tensors.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, fromDouble } from '../../src/checker/exact/rational.js';
import { exactUpperBound } from '../../src/checker/push/exact-bound.js';
import { fastUpperBound } from '../../src/checker/push/fast-bound.js';
import type { PushTask } from '../../src/checker/push/task.js';
import { settle, startState } from '../../src/checker/state.js';
import type { LinearLayer, LinearMap, Network } from '../../src/network/network.js';
import { dense, linear, network } from '../helpers/layers.js';
import { obligation } from './prove.js';

interface Column {
  readonly weights: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** Three weights whose sum is a few units in the last place, or 0; and an interval whose ends may be large. */
const column: fc.Arbitrary<Column> = fc
  .record({
    a: fc.double({ min: -1, max: 1, noNaN: true }),
    b: fc.double({ min: -1, max: 1, noNaN: true }),
    ulps: fc.integer({ min: -6, max: 2 }),
    low: fc.constantFrom(0, -1, -1e6, -3e12, 0.7, -Infinity),
    high: fc.constantFrom(1, 1e6, 3e12, Infinity),
  })
  .map(({ a, b, ulps, low, high }) => ({ weights: [a, b, -(a + b) + ulps * 2 ** -53], low, high }));

/** y = sum of the rows of W x, the rows being summed by a second layer whose weights are exactly 1. */
function summed(columns: readonly Column[], first: (rows: number[][]) => LinearLayer): Network {
  const rows = [0, 1, 2].map((i) => columns.map(({ weights }) => weights[i]!));
  const ones: LinearMap = {
    kind: 'sparse',
    rows: 1,
    cols: 3,
    rowStart: Int32Array.of(0, 3),
    col: Int32Array.of(0, 1, 2),
    weight: Float64Array.of(1, 1, 1),
  };
  return network([columns.length, 3, 1], [first(rows), linear([1], 2, ones, [0])]);
}

const TASK: PushTask = {
  tensor: 2,
  terms: [{ index: 0, weight: 1, coefficient: 1 }],
  offsets: [],
  first: 0,
  end: 2,
  passes: new Map(),
};

function expectAbove(net: Network, columns: readonly Column[], task: PushTask = TASK): boolean {
  const region = obligation(net, {
    lower: columns.map(({ low }) => low),
    upper: columns.map(({ high }) => high),
  });
  const state = startState(net, region);
  settle(net, state, net.layers.length);
  const fast = fastUpperBound(net, state, task);
  if (!Number.isFinite(fast)) return false;
  const exact = exactUpperBound(net, state, task);
  expect(exact !== null && compare(exact, fromDouble(fast)) <= 0).toBe(true);
  return true;
}

function expectAlways(make: (columns: readonly Column[]) => boolean): void {
  let finite = 0;
  const columns = fc.array(column, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(columns, (list) => {
      if (make(list)) finite++;
    }),
    { numRuns: 3000 },
  );
  expect(finite).toBeGreaterThan(300);
}

describe('double bounds where coefficients cancel', () => {
  it('hold for dense maps', () => {
    expectAlways((list) =>
      expectAbove(
        summed(list, (rows) => dense([0], 1, rows, [0, 0, 0])),
        list,
      ),
    );
  });

  it('hold for sparse maps', () => {
    expectAlways((list) =>
      expectAbove(
        summed(list, (rows) => {
          const n = list.length;
          const col = Int32Array.from({ length: 3 * n }, (_, k) => k % n);
          const rowStart = Int32Array.of(0, n, 2 * n, 3 * n);
          const weight = Float64Array.from(rows.flat());
          return linear([0], 1, { kind: 'sparse', rows: 3, cols: n, rowStart, col, weight }, [0, 0, 0]);
        }),
        list,
      ),
    );
  });

  it('hold where three layers add to the coefficients of one tensor', () => {
    expectAlways((list) => {
      const n = list.length;
      const part = (i: number, output: number) =>
        dense([0], output, [list.map(({ weights }) => weights[i]!)], [0]);
      const net = network(
        [n, 1, 1, 1, 1],
        [part(0, 1), part(1, 2), part(2, 3), dense([1, 2, 3], 4, [[1, 1, 1]], [0])],
      );
      return expectAbove(net, list, { ...TASK, tensor: 4, end: 4 });
    });
  });

  it('hold with divisors: the quotient is rounded, its error is paid for with the interval of the output', () => {
    let finite = 0;
    const number = fc.double({ min: -8, max: 8, noNaN: true });
    const by = fc.constantFrom(3, 0.1, 7, 1e-3, 4, 0.25);
    fc.assert(
      fc.property(fc.tuple(number, number, by, by), ([w, c, d1, d2]) => {
        // y = c x0/d1 - c x0/d2: large terms that may cancel.
        const net = network(
          [1, 2, 1],
          [dense([0], 1, [[w], [w]], [1e9, 1e9], [d1, d2]), dense([1], 2, [[c, -c]], [0])],
        );
        if (expectAbove(net, [{ weights: [], low: -1e9, high: -1e9 }])) finite++;
      }),
      { numRuns: 1000 },
    );
    expect(finite).toBeGreaterThan(900);
  });

  it('hold where every weight is 1: only quotients and sums of coefficients are rounded', () => {
    // out = (x / d1, x / d2, x / d3); the form sums c_i out_i, with c chosen so that the coefficient of x cancels.
    const by = fc.constantFrom(1, 3, 7, 10);
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const units = fc.integer({ min: -4, max: 4 });
    const end = fc.constantFrom(1, 1e6, 3e12);
    fc.assert(
      fc.property(fc.tuple(by, by, by), number, number, units, end, (divisors, a, b, ulps, high) => {
        const copy = (inputs: readonly number[], output: number, by: number | null) => {
          const n = inputs.length;
          const map = {
            kind: 'sparse' as const,
            rows: n,
            cols: n,
            rowStart: Int32Array.from({ length: n + 1 }, (_, i) => i),
            col: Int32Array.from({ length: n }, (_, i) => i),
            weight: new Float64Array(n).fill(1),
          };
          return linear(
            inputs,
            output,
            map,
            new Array(n).fill(0),
            by === null ? null : new Array(n).fill(by),
          );
        };
        const net = network(
          [1, 1, 1, 1, 3],
          [...divisors.map((d, i) => copy([0], i + 1, d)), copy([1, 2, 3], 4, null)],
        );
        const last = -(a / divisors[0] + b / divisors[1]) * divisors[2] + ulps * 2 ** -54;
        const terms = [a, b, last].map((coefficient, index) => ({ index, weight: 1, coefficient }));
        const list = [{ weights: [], low: -high, high }];
        expect(expectAbove(net, list, { ...TASK, tensor: 4, terms, end: 4 })).toBe(true);
      }),
      { numRuns: 4000 },
    );
  });
});
