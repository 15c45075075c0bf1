/**
 * What row multipliers prove about `min cost.x, rowLower <= A x <= rowUpper, lower <= x <= upper`.
 *
 * Sign convention, everywhere in napcert: y_i > 0 uses the row's lower bound, y_i < 0 its upper bound. Then for every
 * feasible x, y'A x >= beta(y) = sum_i (y_i > 0 ? y_i * rowLower_i : y_i * rowUpper_i), so
 *   cost.x >= beta(y) + min over the box of (cost - A'y).x         (any y is sound: Neumaier & Shcherbina 2004)
 * and the model is infeasible when beta(y) > max over the box of A'y.x (Farkas).
 * Both are evaluated in doubles here, without outward rounding: to steer a search. Proofs redo them exactly.
 */
import type { LinearModel } from './solver.js';

/**
 * Lower bound on the minimum that `y` (one multiplier per row) gives; -Infinity when `y` leans on an infinite row
 * bound or leaves a residual on a column that is unbounded in that direction. Never NaN.
 */
export function dualBound(model: LinearModel, y: Float64Array): number {
  return rowPart(model, y) + leastOverBox(model, residual(model, y, model.cost));
}

/** beta(y) - max over the box of A'y.x: positive when `y` shows infeasibility, -Infinity when it shows nothing. */
export function farkasGap(model: LinearModel, y: Float64Array): number {
  return rowPart(model, y) + leastOverBox(model, residual(model, y, null));
}

/** cost - A'y (cost 0 when null), one entry per column: the reduced costs that `y` implies. */
export function residual(model: LinearModel, y: Float64Array, cost: Float64Array | null): Float64Array {
  const d = cost === null ? new Float64Array(model.columns) : cost.slice();
  for (let i = 0; i < model.rows; i++) {
    const yi = y[i]!;
    if (yi === 0) continue;
    const end = model.rowStart[i + 1]!;
    for (let k = model.rowStart[i]!; k < end; k++) d[model.col[k]!]! -= yi * model.value[k]!;
  }
  return d;
}

/** Multipliers that lean on an infinite row bound prove nothing; solvers leave such specks. They become 0. */
export function dropUnusable(model: LinearModel, y: Float64Array): Float64Array {
  return y.map((yi, i) => {
    const bound = yi > 0 ? model.rowLower[i]! : model.rowUpper[i]!;
    return yi === 0 || !Number.isFinite(yi) || !Number.isFinite(bound) ? 0 : yi;
  });
}

/** A ray of one row that alone cannot be met inside the box, or null. An empty row is the plainest case. */
export function singleRowRay(model: LinearModel): Float64Array | null {
  for (let i = 0; i < model.rows; i++) {
    let [least, most] = [0, 0];
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const [a, j] = [model.value[k]!, model.col[k]!];
      least += a * (a > 0 ? model.lower[j]! : model.upper[j]!);
      most += a * (a > 0 ? model.upper[j]! : model.lower[j]!);
    }
    if (most < model.rowLower[i]! || least > model.rowUpper[i]!) {
      const ray = new Float64Array(model.rows);
      ray[i] = most < model.rowLower[i]! ? 1 : -1;
      return ray;
    }
  }
  return null;
}

function rowPart(model: LinearModel, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < model.rows; i++) {
    const yi = y[i]!;
    if (yi === 0) continue;
    const term = yi * (yi > 0 ? model.rowLower[i]! : model.rowUpper[i]!);
    if (!Number.isFinite(term)) return -Infinity;
    sum += term;
  }
  return sum;
}

function leastOverBox(model: LinearModel, d: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < model.columns; j++) {
    const dj = d[j]!;
    if (dj === 0) continue;
    const term = dj * (dj > 0 ? model.lower[j]! : model.upper[j]!);
    if (!Number.isFinite(term)) return -Infinity;
    sum += term;
  }
  return sum;
}
