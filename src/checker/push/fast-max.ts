/**
 * Max layers pushed back in doubles. With numbers p_k passed to the inputs, A max_j x_j - sum p_k x_k is at each
 * point equal, for some j, to (A - p_j) x_j - sum over k != j of p_k x_k. For A >= 0 the cost is therefore at most
 * the largest of these over j; for A < 0, where A max_j x_j = min_j A x_j, any j is an upper bound, so the least.
 */
import type { MaxLayer } from '../../network/network.js';
import { addUp } from '../exact/interval.js';
import { dominantInput, highestFloor } from './default-max.js';
import {
  addCoefficient,
  coefficientsOf,
  type FastForm,
  mostOfDifference,
  mostOver,
  takeCoefficients,
} from './fast-form.js';
import { addTerm } from './upper-sum.js';

/** `given` holds p by position in the candidate lists, NaN for the default; null for all defaults. */
export function pushMaxFast(form: FastForm, layer: MaxLayer, given: Float64Array | null): void {
  const taken = takeCoefficients(form, layer.output);
  if (taken === null && given === null) return;
  const { input, rowStart, col } = layer;
  const into = coefficientsOf(form, input);
  const passed = new Float64Array(col.length);
  for (let i = 0; i + 1 < rowStart.length; i++) {
    const a = taken === null ? 0 : taken[i]!;
    const start = rowStart[i]!;
    const end = rowStart[i + 1]!;
    choosePasses(form, layer, a, start, end, given, passed);
    addTerm(form.constant, maxCost(form, layer, a, start, end, passed));
    for (let k = start; k < end; k++) {
      if (passed[k] !== 0) addCoefficient(form, into, input, col[k]!, passed[k]!, 0);
    }
  }
}

/** A list with any number given has 0 for the rest; the default applies to lists with none. */
function choosePasses(
  form: FastForm,
  { input, col }: MaxLayer,
  a: number,
  start: number,
  end: number,
  given: Float64Array | null,
  passed: Float64Array,
): void {
  let listed = false;
  if (given !== null) {
    for (let k = start; k < end; k++) {
      const value = given[k]!;
      if (Number.isNaN(value)) continue;
      listed = true;
      passed[k] = value;
    }
  }
  if (listed || a === 0) return;
  const lower = form.intervals.lower[input]!;
  const upper = form.intervals.upper[input]!;
  const to = a < 0 ? highestFloor(lower, col, start, end) : dominantInput(lower, upper, col, start, end);
  if (to !== null) passed[to] = a;
}

function maxCost(
  { intervals }: FastForm,
  { input, col }: MaxLayer,
  a: number,
  start: number,
  end: number,
  passed: Float64Array,
): number {
  const lower = intervals.lower[input]!;
  const upper = intervals.upper[input]!;
  const count = end - start;
  const others = sumsOfOthers(lower, upper, col, start, count, passed);
  let cost = a < 0 ? Infinity : -Infinity;
  for (let j = 0; j < count; j++) {
    const p = passed[start + j]!;
    const at = col[start + j]!;
    const own = mostOfDifference(a, p, lower[at]!, upper[at]!);
    const value = addUp(own, others[j]!);
    cost = a < 0 ? Math.min(cost, value) : Math.max(cost, value);
  }
  return cost;
}

/** For each j an upper bound of the sum over k != j of -p_k x_k, from sums of those before and those behind. */
function sumsOfOthers(
  lower: Float64Array,
  upper: Float64Array,
  col: Int32Array,
  start: number,
  count: number,
  passed: Float64Array,
): Float64Array {
  const result = new Float64Array(count);
  let before = 0;
  for (let j = 0; j < count; j++) {
    result[j] = before;
    const at = col[start + j]!;
    before = addUp(before, mostOver(-passed[start + j]!, lower[at]!, upper[at]!));
  }
  let behind = 0;
  for (let j = count - 1; j >= 0; j--) {
    result[j] = addUp(result[j]!, behind);
    const at = col[start + j]!;
    behind = addUp(behind, mostOver(-passed[start + j]!, lower[at]!, upper[at]!));
  }
  return result;
}
