/** The exact path: the bound of section 4.1 of the format, over the rationals. */
import type { LinearLayer, Network } from '../../network/network.js';
import { assertNever } from '../../util/errors.js';
import {
  dotVectors,
  type ExactVector,
  exactVector,
  fromDoubles,
  fromRationals,
} from '../exact/dyadic-vector.js';
import { pullBack } from '../exact/linear-exact.js';
import { add, fromDouble, multiply, negate, type Rational, ZERO } from '../exact/rational.js';
import type { Intervals } from '../interval-bounds.js';
import { addCost, addExact, type ExactForm, exactForm, takeExact } from './exact-form.js';
import { pushMaxExact } from './exact-max.js';
import { pushReluExact } from './exact-relu.js';
import { exactSectionMaximum } from './section-maximum.js';
import type { Cut, PushTask } from './task.js';

/** An upper bound of the task's form on the state; null if the step gives none. */
export function exactUpperBound(network: Network, intervals: Intervals, task: PushTask): Rational | null {
  const form = exactForm(network, intervals);
  addTarget(form, task);
  for (let n = task.end - 1; n >= task.first && !form.unbounded; n--) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        pushLinear(form, layer);
        break;
      case 'relu':
        pushReluExact(form, layer, task.passes.get(n) ?? null);
        break;
      case 'max':
        pushMaxExact(form, layer, task.passes.get(n) ?? null);
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  if (!form.unbounded) boundRest(form);
  return form.unbounded ? null : form.constant;
}

function addTarget(form: ExactForm, { tensor, terms, offsets, cuts }: PushTask): void {
  const sums = new Array<Rational>(form.network.tensors[tensor]!.size).fill(ZERO);
  for (const { index, weight, coefficient } of terms) {
    sums[index] = add(sums[index]!, multiply(fromDouble(weight), fromDouble(coefficient)));
  }
  addExact(form, [tensor], fromRationals(sums));
  for (const { weight, bound } of offsets) {
    addCost(form, negate(multiply(fromDouble(weight), fromDouble(bound))));
  }
  for (const { cut, weight } of cuts ?? []) addCut(form, cut, fromDouble(weight));
}

function addCut(form: ExactForm, cut: Cut, weight: Rational): void {
  const outputs = new Array<Rational>(form.network.tensors[cut.output]!.size).fill(ZERO);
  outputs[cut.index] = negate(weight);
  addExact(form, [cut.output], fromRationals(outputs));
  const inputs = new Array<Rational>(form.network.tensors[cut.input]!.size).fill(ZERO);
  cut.columns.forEach((column, k) => {
    inputs[column] = multiply(weight, fromDouble(cut.coefficients[k]!));
  });
  addExact(form, [cut.input], fromRationals(inputs));
  addCost(form, multiply(weight, fromDouble(cut.constant)));
}

function pushLinear(form: ExactForm, layer: LinearLayer): void {
  const taken = takeExact(form, layer.output);
  if (taken === null) return;
  const { coefficients, constant } = pullBack(layer, taken);
  addCost(form, constant);
  if (layer.tolerance !== undefined) addCost(form, toleranceCost(taken, layer.tolerance));
  addExact(form, layer.inputs, coefficients);
}

/** What the layer may be off by costs at most sum |coefficient| * tolerance. */
function toleranceCost(taken: ExactVector, tolerance: Float64Array): Rational {
  const sizes = taken.num.map((value) => (value < 0n ? -value : value));
  return dotVectors(exactVector(sizes, taken.exponent, taken.divisor), fromDoubles(tolerance));
}

function boundRest(form: ExactForm): void {
  for (const [id, vector] of form.coefficients.entries()) {
    if (vector === null) continue;
    const lower = form.intervals.lower[id]!;
    const upper = form.intervals.upper[id]!;
    if (id === form.network.input && form.network.section !== undefined) {
      addCost(form, exactSectionMaximum(vector, lower, upper));
      continue;
    }
    const corner = new Float64Array(vector.num.length);
    for (let i = 0; i < corner.length; i++) {
      if (vector.num[i] === 0n) continue;
      const end = vector.num[i]! > 0n ? upper[i]! : lower[i]!;
      if (!Number.isFinite(end)) {
        form.unbounded = true;
        return;
      }
      corner[i] = end;
    }
    addCost(form, dotVectors(vector, fromDoubles(corner)));
  }
}
