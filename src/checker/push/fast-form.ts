/**
 * A linear form in doubles that bounds another from above: at every point of the state,
 *   T <= sum over tensors of coefficient . value + (exact sum of the terms of `constant`).
 *
 * The coefficients stored here are exact numbers by definition. Where the right coefficient S of an element x
 * is only known up to an error, |S - A| <= E, the difference is paid for with the element's interval [l, u]:
 *   both ends finite:  S x <= A x + E max(|l|, |u|);
 *   u infinite:        B >= A + E gives S x <= B x for x >= 0, and S x <= B x + (B - A + E) |l| for l <= x < 0;
 *   l infinite:        mirrored with B <= A - E;
 *   both infinite:     no bound is known (`failed`), unless E = 0.
 */
import type { Network, TensorId } from '../../network/network.js';
import { nextDown, nextUp } from '../exact/double-bits.js';
import { addUp, mulUp } from '../exact/interval.js';
import type { Intervals } from '../interval-bounds.js';
import { addTerm, type UpperSum, upperSum } from './upper-sum.js';

export interface FastForm {
  readonly network: Network;
  readonly intervals: Intervals;
  /** null: all zero. */
  readonly coefficients: (Float64Array | null)[];
  readonly constant: UpperSum;
  /** Once true, no bound is known. */
  failed: boolean;
}

export function fastForm(network: Network, intervals: Intervals): FastForm {
  const coefficients = network.tensors.map(() => null);
  return { network, intervals, coefficients, constant: upperSum(), failed: false };
}

/** The coefficients of a tensor, for writing. */
export function coefficientsOf(form: FastForm, tensor: TensorId): Float64Array {
  const known = form.coefficients[tensor];
  if (known != null) return known;
  const fresh = new Float64Array(form.network.tensors[tensor]!.size);
  form.coefficients[tensor] = fresh;
  return fresh;
}

/** Takes the coefficients of a tensor out of the form. */
export function takeCoefficients(form: FastForm, tensor: TensorId): Float64Array | null {
  const taken = form.coefficients[tensor] ?? null;
  form.coefficients[tensor] = null;
  return taken;
}

/**
 * Adds S * element to the form, where |S - value| <= error. An addition to a coefficient that is there already
 * rounds by at most u |sum| < |sum| 2^-52 (additions do not underflow), which joins the error.
 */
export function addCoefficient(
  form: FastForm,
  into: Float64Array,
  tensor: TensorId,
  index: number,
  value: number,
  error: number,
): void {
  const before = into[index]!;
  let sum = value;
  let slack = error;
  if (before !== 0 && value !== 0) {
    sum = before + value;
    slack = addUp(error, Math.abs(sum) * Number.EPSILON);
  } else if (before !== 0) sum = before;
  into[index] = withoutError(form, tensor, index, sum, slack);
}

function withoutError(form: FastForm, tensor: TensorId, index: number, value: number, error: number): number {
  if (!(Math.abs(value) + error < Infinity)) {
    form.failed = true;
    return 0;
  }
  if (error === 0) return value;
  const low = form.intervals.lower[tensor]![index]!;
  const high = form.intervals.upper[tensor]![index]!;
  if (low > -Infinity && high < Infinity) {
    addTerm(form.constant, mulUp(error, Math.max(Math.abs(low), Math.abs(high))));
    return value;
  }
  if (low > -Infinity) {
    const above = nextUp(value + error);
    if (low < 0) addTerm(form.constant, mulUp(addUp(nextUp(above - value), error), -low));
    return finite(form, above);
  }
  if (high < Infinity) {
    const below = nextDown(value - error);
    if (high > 0) addTerm(form.constant, mulUp(addUp(nextUp(value - below), error), high));
    return finite(form, below);
  }
  form.failed = true;
  return 0;
}

function finite(form: FastForm, value: number): number {
  if (Number.isFinite(value)) return value;
  form.failed = true;
  return 0;
}

/** A double >= coefficient * x for every x of [low, high]; Infinity if there is none. */
export function mostOver(coefficient: number, low: number, high: number): number {
  if (coefficient === 0) return 0;
  return coefficient > 0 ? mulUp(coefficient, high) : mulUp(coefficient, low);
}

/** A double >= a - b, exact where they are equal or one is 0. */
export function differenceUp(a: number, b: number): number {
  return a === b ? 0 : addUp(a, -b);
}

/** A double <= a - b. */
export function differenceDown(a: number, b: number): number {
  return 0 - differenceUp(b, a);
}

/** A double >= the largest of (a - b) x over [low, high]; Infinity if there is none. */
export function mostOfDifference(a: number, b: number, low: number, high: number): number {
  return Math.max(mostOver(differenceUp(a, b), low, high), mostOver(differenceDown(a, b), low, high));
}
