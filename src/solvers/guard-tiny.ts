/**
 * Coefficients that a solver would drop in silence. Dropping changes the feasible set in an unknown direction, so
 * a "sat" region could come back infeasible. Here they are dropped openly: with a bounded column, a * x lies in a
 * known interval, and moving that interval (rounded outwards) to the row's bounds only enlarges the feasible set.
 */
import type { Guarded } from './guard.js';
import type { LinearModel } from './solver.js';

/** HiGHS drops entries below its `small_matrix_value`, 1e-9 by default. */
export const SMALLEST_COEFFICIENT = 1e-9;

/** Takes out entries below the smallest coefficient and widens their rows; refuses if a column is unbounded. */
export function widenTinyCoefficients(model: LinearModel): Guarded {
  let kept = 0;
  for (const value of model.value) if (Math.abs(value) >= SMALLEST_COEFFICIENT) kept++;
  if (kept === model.value.length) return { kind: 'ready', model, widened: 0 };

  const rowStart = new Int32Array(model.rows + 1);
  const col = new Int32Array(kept);
  const value = new Float64Array(kept);
  const rowLower = model.rowLower.slice();
  const rowUpper = model.rowUpper.slice();
  let at = 0;
  for (let i = 0; i < model.rows; i++) {
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const [a, j] = [model.value[k]!, model.col[k]!];
      if (Math.abs(a) >= SMALLEST_COEFFICIENT) {
        col[at] = j;
        value[at++] = a;
        continue;
      }
      if (a === 0) continue;
      const [p, q] = [a * model.lower[j]!, a * model.upper[j]!];
      if (!Number.isFinite(p) || !Number.isFinite(q)) {
        const text = `coefficient ${a} in row ${i} is too small for a solver and column ${j} is unbounded`;
        return { kind: 'refused', reason: 'numerical', text };
      }
      // row >= lower with a * x moved over: rest >= lower - max(a x); likewise rest <= upper - min(a x).
      rowLower[i] = below(rowLower[i]! - above(Math.max(p, q)));
      rowUpper[i] = above(rowUpper[i]! - below(Math.min(p, q)));
    }
    rowStart[i + 1] = at;
  }
  const widened = { ...model, rowStart, col, value, rowLower, rowUpper };
  return { kind: 'ready', model: widened, widened: model.value.length - kept };
}

/** A double not below the real number whose rounding is `v` (one rounding error, doubled for safety). */
function above(v: number): number {
  return Number.isFinite(v) ? v + (Math.abs(v) * Number.EPSILON + Number.MIN_VALUE) : v;
}

function below(v: number): number {
  return -above(-v);
}
