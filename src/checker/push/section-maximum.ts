/**
 * Upper bounds of a linear form over { x >= 0, sum x = 1, l <= x <= u }: for any number nu
 *   a . x = nu + sum (a_i - nu) x_i <= nu + sum max over x_i in [max(l_i, 0), u_i] of (a_i - nu) x_i.
 * The best nu is the coefficient at which filling x from the largest coefficients down reaches the sum 1; any other
 * is sound. Where some u_i < l_i or u_i < 0 there is no point, so every bound is true.
 */
import { dotVectors, type ExactVector, elementAt, exactVector, fromDoubles } from '../exact/dyadic-vector.js';
import { add, type Rational } from '../exact/rational.js';
import { differenceUp } from './fast-form.js';
import { addProduct, addTerm, type UpperSum } from './upper-sum.js';

/** Adds an upper bound of the form's maximum to `total`, in doubles. */
export function addSectionMaximum(
  total: UpperSum,
  a: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const nu = a[criticalIndex(a.length, lower, upper, (i, j) => a[j]! - a[i]!)]!;
  addTerm(total, nu);
  for (let i = 0; i < a.length; i++) {
    // At least a_i - nu, and x_i >= 0.
    const excess = differenceUp(a[i]!, nu);
    addProduct(total, excess, Math.max(0, excess > 0 ? upper[i]! : lower[i]!));
  }
}

/** The same over the rationals. */
export function exactSectionMaximum(a: ExactVector, lower: Float64Array, upper: Float64Array): Rational {
  const { num, exponent, divisor } = a;
  const order = (i: number, j: number): number => (num[i]! > num[j]! ? -1 : num[i]! < num[j]! ? 1 : 0);
  const critical = criticalIndex(num.length, lower, upper, order);
  const excess = num.map((value) => value - num[critical]!);
  const corner = Float64Array.from(excess, (e, i) => Math.max(0, e > 0n ? upper[i]! : lower[i]!));
  return add(elementAt(a, critical), dotVectors(exactVector(excess, exponent, divisor), fromDoubles(corner)));
}

/** `order` sorts the largest coefficient first. Rounding here only makes the choice less good. */
function criticalIndex(
  size: number,
  lower: Float64Array,
  upper: Float64Array,
  order: (i: number, j: number) => number,
): number {
  let left = 1;
  let whole = true;
  for (let i = 0; i < size; i++) {
    left -= Math.max(0, lower[i]!);
    if (upper[i]! < 1) whole = false;
  }
  let largest = 0;
  for (let i = 1; i < size; i++) if (order(i, largest) < 0) largest = i;
  if (whole || left <= 0) return largest;
  const sorted = Array.from({ length: size }, (_, i) => i).sort(order);
  for (const i of sorted) {
    left -= Math.max(0, upper[i]! - Math.max(0, lower[i]!));
    if (left <= 0) return i;
  }
  return sorted[size - 1]!;
}
