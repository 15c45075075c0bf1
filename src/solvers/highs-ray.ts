/** HiGHS's `infeasible` is believed for an LP only with multipliers that show it. */
import type { Highs, Model } from 'highs';
import { dropUnusable, farkasGap, singleRowRay } from './dual-bound.js';
import type { LinearModel } from './solver.js';

/**
 * After a run that ended infeasible: one multiplier per row, largest magnitude 1, whose Farkas gap is positive in
 * doubles; null when there is none to be had. `model` must be what `native` holds, without integrality.
 */
export function farkasRay(highs: Highs, native: Model, model: LinearModel): Float64Array | null {
  // HiGHS has no ray where presolve or a bound check met an impossible row.
  return nativeRay(native, model) ?? rowRay(model) ?? rayFromScratch(highs, native, model);
}

function nativeRay(native: Model, model: LinearModel): Float64Array | null {
  const values = native.getDualRay()?.values;
  if (values === undefined) return null;
  const y = dropUnusable(model, values);
  const largest = y.reduce((most, yi) => Math.max(most, Math.abs(yi)), 0);
  if (largest === 0) return null;
  const scaled = y.map((yi) => yi / largest);
  return farkasGap(model, scaled) > 0 ? scaled : null;
}

function rowRay(model: LinearModel): Float64Array | null {
  const ray = singleRowRay(model);
  return ray !== null && farkasGap(model, ray) > 0 ? ray : null;
}

/** A second try without presolve, which may have left no basis to read a ray from. */
function rayFromScratch(highs: Highs, native: Model, model: LinearModel): Float64Array | null {
  native.clearSolver();
  native.options.set('presolve', 'off');
  try {
    const status = native.run().modelStatus;
    return status === highs.constants.modelStatus.infeasible ? nativeRay(native, model) : null;
  } finally {
    native.options.set('presolve', 'choose');
  }
}
