/** A linear form over the rationals: coefficients by tensor, and a constant. */
import type { Network, TensorId } from '../../network/network.js';
import { addVectors, type ExactVector, sliceVector } from '../exact/dyadic-vector.js';
import { add, fromDouble, multiply, type Rational, ZERO } from '../exact/rational.js';
import type { Intervals } from '../interval-bounds.js';

export interface ExactForm {
  readonly network: Network;
  readonly intervals: Intervals;
  /** null: all zero. */
  readonly coefficients: (ExactVector | null)[];
  constant: Rational;
  /** Once true, the form has no upper bound. */
  unbounded: boolean;
}

export function exactForm(network: Network, intervals: Intervals): ExactForm {
  const coefficients = network.tensors.map(() => null);
  return { network, intervals, coefficients, constant: ZERO, unbounded: false };
}

export function takeExact(form: ExactForm, tensor: TensorId): ExactVector | null {
  const taken = form.coefficients[tensor] ?? null;
  form.coefficients[tensor] = null;
  return taken;
}

/** Adds coefficients of the tensors' concatenation. */
export function addExact(form: ExactForm, tensors: readonly TensorId[], vector: ExactVector): void {
  let start = 0;
  for (const id of tensors) {
    const end = start + form.network.tensors[id]!.size;
    const part = tensors.length === 1 ? vector : sliceVector(vector, start, end);
    const before = form.coefficients[id] ?? null;
    form.coefficients[id] = before === null ? part : addVectors(before, part);
    start = end;
  }
}

/** Adds a cost; null is plus infinity. */
export function addCost(form: ExactForm, cost: Rational | null): void {
  if (cost === null) form.unbounded = true;
  else form.constant = add(form.constant, cost);
}

/** The largest coefficient * x over [low, high]; null if there is none. */
export function mostExactly(coefficient: Rational, low: number, high: number): Rational | null {
  if (coefficient.num === 0n) return ZERO;
  const end = coefficient.num > 0n ? high : low;
  return Number.isFinite(end) ? multiply(coefficient, fromDouble(end)) : null;
}
