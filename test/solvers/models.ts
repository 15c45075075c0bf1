/** Small linear models for the solver tests, and the truth about them by enumeration. */
import fc from 'fast-check';
import type { LinearModel } from '../../src/solvers/solver.js';

export interface DenseModel {
  readonly cost: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly integer?: readonly number[];
  /** [coefficients, lower, upper] */
  readonly rows: readonly (readonly [readonly number[], number, number])[];
}

/** Zero coefficients are left out. */
export function linear(dense: DenseModel): LinearModel {
  const rowStart = [0];
  const col: number[] = [];
  const value: number[] = [];
  for (const [coefficients] of dense.rows) {
    coefficients.forEach((a, j) => {
      if (a === 0) return;
      col.push(j);
      value.push(a);
    });
    rowStart.push(col.length);
  }
  return {
    kind: 'linear-model',
    columns: dense.cost.length,
    rows: dense.rows.length,
    cost: Float64Array.from(dense.cost),
    lower: Float64Array.from(dense.lower),
    upper: Float64Array.from(dense.upper),
    integer: Uint8Array.from(dense.integer ?? dense.cost.map(() => 0)),
    rowStart: Int32Array.from(rowStart),
    col: Int32Array.from(col),
    value: Float64Array.from(value),
    rowLower: Float64Array.from(dense.rows, ([, lower]) => lower),
    rowUpper: Float64Array.from(dense.rows, ([, , upper]) => upper),
  };
}

const integer = (most: number) => fc.integer({ min: -most, max: most });

const bounds = fc
  .tuple(integer(6), fc.integer({ min: 0, max: 6 }), fc.constantFrom('both', 'lower', 'upper', 'equal'))
  .map(([at, width, kind]): [number, number] => {
    if (kind === 'equal') return [at, at];
    return [kind === 'upper' ? -Infinity : at, kind === 'lower' ? Infinity : at + width];
  });

/** Small integers everywhere, so that enumeration below is exact in doubles. The last column y is continuous. */
export const mixedBinaryModel: fc.Arbitrary<DenseModel> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
  .chain(([binaries, rows]) =>
    fc.record({
      cost: fc.array(integer(5), { minLength: binaries + 1, maxLength: binaries + 1 }),
      low: integer(5),
      width: fc.integer({ min: 0, max: 8 }),
      fixed: fc.array(fc.constantFrom('free', 'free', 'free', 'zero', 'one'), {
        minLength: binaries,
        maxLength: binaries,
      }),
      rows: fc.array(
        fc
          .tuple(
            fc.array(integer(4), { minLength: binaries, maxLength: binaries }),
            fc.constantFrom(-1, 0, 1),
            bounds,
          )
          .map(([a, y, [l, u]]) => [[...a, y], l, u] as const),
        { minLength: rows, maxLength: rows },
      ),
    }),
  )
  .map(({ cost, low, width, fixed, rows }) => ({
    cost,
    lower: [...fixed.map((f) => (f === 'one' ? 1 : 0)), low],
    upper: [...fixed.map((f) => (f === 'zero' ? 0 : 1)), low + width],
    integer: [...fixed.map(() => 1), 0],
    rows,
  }));

/** Minimum over all 0/1 points and the exact interval they leave to y; null when there is none. */
export function enumerate(model: DenseModel): number | null {
  const n = model.cost.length - 1;
  let best: number | null = null;
  for (let mask = 0; mask < 1 << n; mask++) {
    const x = Array.from({ length: n }, (_, j) => (mask >> j) & 1);
    if (x.some((v, j) => v < model.lower[j]! || v > model.upper[j]!)) continue;
    let [low, high] = [model.lower[n]!, model.upper[n]!];
    for (const [a, l, u] of model.rows) {
      const fixed = x.reduce((sum, v, j) => sum + a[j]! * v, 0);
      const y = a[n]!;
      if (y === 0) {
        if (fixed < l || fixed > u) [low, high] = [1, 0];
      } else if (y > 0) [low, high] = [Math.max(low, l - fixed), Math.min(high, u - fixed)];
      else [low, high] = [Math.max(low, fixed - u), Math.min(high, fixed - l)];
    }
    if (low > high) continue;
    const cost = x.reduce((sum, v, j) => sum + model.cost[j]! * v, 0);
    const value = cost + model.cost[n]! * (model.cost[n]! >= 0 ? low : high);
    if (best === null || value < best) best = value;
  }
  return best;
}

/** LPs over a finite box with real coefficients; about half are infeasible. */
export const boxedLp: fc.Arbitrary<DenseModel> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 7 }))
  .chain(([columns, rows]) => {
    const real = fc.double({ min: -4, max: 4, noNaN: true }).map((v) => Math.round(v * 1e6) / 1e6);
    const reals = fc.array(real, { minLength: columns, maxLength: columns });
    return fc.record({
      cost: reals,
      lower: reals,
      widths: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), {
        minLength: columns,
        maxLength: columns,
      }),
      rows: fc.array(
        fc.tuple(reals, bounds).map(([a, [l, u]]) => [a, l, u] as const),
        { minLength: rows, maxLength: rows },
      ),
    });
  })
  .map(({ cost, lower, widths, rows }) => ({
    cost,
    lower,
    upper: lower.map((l, j) => l + widths[j]!),
    rows,
  }));

/**
 * Market split: equality knapsacks without slack, hard for branch and bound from about 40 columns on. A fixed linear
 * congruential generator makes the coefficients.
 */
export function marketSplit(rows: number, columns: number): LinearModel {
  let state = 12345;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * 100);
  };
  const matrix = Array.from({ length: rows }, () => Array.from({ length: columns }, next));
  return linear({
    cost: Array(columns).fill(0),
    lower: Array(columns).fill(0),
    upper: Array(columns).fill(1),
    integer: Array(columns).fill(1),
    rows: matrix.map((a) => {
      const half = Math.floor(a.reduce((sum, v) => sum + v, 0) / 2);
      return [a, half, half] as const;
    }),
  });
}
