/** Re-checks a point against a model in doubles. It guards against wrong answers; it proves nothing. */
import type { LinearModel } from './solver.js';

/** A row or bound may be missed by this, relative to the largest of 1, the bound and the row's terms. */
export const FEASIBILITY_TOLERANCE = 1e-6;
/** An integral column may be this far from an integer. */
export const INTEGRALITY_TOLERANCE = 1e-6;

export type PointCheck =
  | { readonly kind: 'satisfied'; readonly objective: number }
  | { readonly kind: 'violated'; readonly text: string };

/** Checks bounds, integrality and rows at `x` (length `columns`); gives the objective there. */
export function checkPoint(model: LinearModel, x: Float64Array): PointCheck {
  if (x.length !== model.columns) return violated(`${x.length} values for ${model.columns} columns`);
  let objective = 0;
  for (let j = 0; j < model.columns; j++) {
    const v = x[j]!;
    if (!Number.isFinite(v)) return violated(`column ${j} is ${v}`);
    const fault = outside(v, model.lower[j]!, model.upper[j]!, Math.abs(v));
    if (fault !== null) return violated(`column ${j} ${fault}`);
    if (model.integer[j] !== 0 && Math.abs(v - Math.round(v)) > INTEGRALITY_TOLERANCE) {
      return violated(`column ${j} should be integral and is ${v}`);
    }
    objective += model.cost[j]! * v;
  }
  for (let i = 0; i < model.rows; i++) {
    let activity = 0;
    let largest = 0;
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const term = model.value[k]! * x[model.col[k]!]!;
      activity += term;
      largest = Math.max(largest, Math.abs(term));
    }
    const fault = outside(activity, model.rowLower[i]!, model.rowUpper[i]!, largest);
    if (fault !== null) return violated(`row ${i} ${fault}`);
  }
  return { kind: 'satisfied', objective };
}

/** Negated comparisons: an activity that overflowed to NaN is outside. */
function outside(v: number, lower: number, upper: number, size: number): string | null {
  if (!(v >= lower - FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(lower), size)))
    return `is ${v}, below ${lower}`;
  if (!(v <= upper + FEASIBILITY_TOLERANCE * Math.max(1, Math.abs(upper), size)))
    return `is ${v}, above ${upper}`;
  return null;
}

function violated(text: string): PointCheck {
  return { kind: 'violated', text };
}
