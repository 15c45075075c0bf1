/**
 * ReLU layers pushed back in doubles: A relu(z) <= p z + cost with any p, where cost is the largest of
 * A relu(z) - p z over z's interval. The function is linear on each side of 0, so its values at the ends and at 0
 * decide; each is rounded upwards.
 */
import type { ReluLayer } from '../../network/network.js';
import { mulDown, mulUp } from '../exact/interval.js';
import { defaultShare } from './default-share.js';
import {
  addCoefficient,
  coefficientsOf,
  differenceDown,
  differenceUp,
  type FastForm,
  mostOver,
  takeCoefficients,
} from './fast-form.js';
import { addTerm } from './upper-sum.js';

/** `given` holds p by neuron, NaN for the default; null for all defaults. */
export function pushReluFast(form: FastForm, layer: ReluLayer, given: Float64Array | null): void {
  const taken = takeCoefficients(form, layer.output);
  if (taken === null && given === null) return;
  const { input, slope } = layer;
  const lower = form.intervals.lower[input]!;
  const upper = form.intervals.upper[input]!;
  const into = coefficientsOf(form, input);
  for (let i = 0; i < into.length; i++) {
    const a = taken === null ? 0 : taken[i]!;
    const passed = given === null ? Number.NaN : given[i]!;
    const listed = !Number.isNaN(passed);
    if (a === 0 && !listed) continue;
    const low = lower[i]!;
    const high = upper[i]!;
    const p = listed ? passed : defaultPass(a, low, high, slope);
    addTerm(form.constant, reluCost(a, p, low, high, slope));
    if (p !== 0) addCoefficient(form, into, input, i, p, 0);
  }
}

/** The default of the format; s A is rounded down, so that an interval without lower end stays bounded. */
function defaultPass(a: number, low: number, high: number, slope: number): number {
  if (low >= 0) return a;
  if (high <= 0) return mulDown(slope, a);
  if (a <= 0) return high >= -low ? a : mulDown(slope, a);
  const share = defaultShare(low, high, slope);
  return share === slope ? mulDown(slope, a) : a * share;
}

/** A double >= the largest of a relu(z) - p z over [low, high]; Infinity if there is none. */
function reluCost(a: number, p: number, low: number, high: number, slope: number): number {
  const right = differenceUp(a, p);
  // z > 0 throughout: (a - p) z <= right z. z < 0 throughout: (s a - p) z <= left z.
  if (low > 0) return mostOver(right, low, high);
  const left = differenceDown(mulDown(slope, a), p);
  if (high < 0) return mostOver(left, low, high);
  return Math.max(0, right > 0 ? mulUp(right, high) : 0, left < 0 ? mulUp(left, low) : 0);
}
