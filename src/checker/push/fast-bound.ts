/** The fast path: an upper bound of a linear form over a state, in doubles with proved outward rounding. */
import type { Network, TensorId } from '../../network/network.js';
import { assertNever } from '../../util/errors.js';
import type { Intervals } from '../interval-bounds.js';
import { addCoefficient, coefficientsOf, type FastForm, fastForm } from './fast-form.js';
import { pushLinearFast } from './fast-linear.js';
import { pushMaxFast } from './fast-max.js';
import { pushReluFast } from './fast-relu.js';
import { addSectionMaximum } from './section-maximum.js';
import type { PushTask } from './task.js';
import { addProduct, upperEnd } from './upper-sum.js';

/** A double >= every value of the task's form on the state; Infinity where doubles do not decide. */
export function fastUpperBound(network: Network, intervals: Intervals, task: PushTask): number {
  const form = fastForm(network, intervals);
  addTarget(form, task);
  for (let n = task.end - 1; n >= task.first && !form.failed; n--) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        pushLinearFast(form, layer);
        break;
      case 'relu':
        pushReluFast(form, layer, task.passes.get(n) ?? null);
        break;
      case 'max':
        pushMaxFast(form, layer, task.passes.get(n) ?? null);
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  if (form.failed) return Infinity;
  boundRest(form);
  return upperEnd(form.constant);
}

/** The product of two doubles is off by at most u |w c| + 2^-1075; with a factor 1 or -1 it is exact. */
function addTarget(form: FastForm, { tensor, terms, offsets, cuts }: PushTask): void {
  const into = coefficientsOf(form, tensor);
  for (const { index, weight, coefficient } of terms) {
    addTargetTerm(form, into, tensor, index, weight, coefficient);
  }
  for (const { weight, bound } of offsets) addProduct(form.constant, -weight, bound);
  for (const { cut, weight } of cuts ?? []) {
    addCoefficient(form, coefficientsOf(form, cut.output), cut.output, cut.index, -weight, 0);
    const inputs = coefficientsOf(form, cut.input);
    cut.columns.forEach((column, k) => {
      addTargetTerm(form, inputs, cut.input, column, weight, cut.coefficients[k]!);
    });
    addProduct(form.constant, weight, cut.constant);
  }
}

function addTargetTerm(
  form: FastForm,
  into: Float64Array,
  tensor: TensorId,
  index: number,
  weight: number,
  coefficient: number,
): void {
  const value = weight * coefficient;
  const exact = weight === 0 || isUnit(weight) || coefficient === 0 || isUnit(coefficient);
  const error = exact ? 0 : Math.abs(value) * Number.EPSILON + 4 * Number.MIN_VALUE;
  addCoefficient(form, into, tensor, index, value, error);
}

function isUnit(x: number): boolean {
  return x === 1 || x === -1;
}

/** What was not pushed back is bounded element by element, or on the cross-section as a whole. */
function boundRest({ network, intervals, coefficients, constant }: FastForm): void {
  for (let id = 0; id < network.tensors.length; id++) {
    const a = coefficients[id];
    if (a == null) continue;
    const lower = intervals.lower[id]!;
    const upper = intervals.upper[id]!;
    if (id === network.input && network.section !== undefined) {
      addSectionMaximum(constant, a, lower, upper);
      continue;
    }
    for (let i = 0; i < a.length; i++) {
      const factor = a[i]!;
      if (factor > 0) addProduct(constant, factor, upper[i]!);
      else if (factor < 0) addProduct(constant, factor, lower[i]!);
    }
  }
}
