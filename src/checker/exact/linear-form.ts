/**
 * Exact minima and maxima of linear forms over a box.
 *
 * This decides the `lin` steps of a proof. Say a region satisfies constraints g_i(v) >= 0 and v lies in a box.
 * For any multipliers y_i >= 0 the form f(v) = c(v) - sum y_i g_i(v) is <= c(v) on the region, so the
 * minimum of f over the box is a lower bound of c there, however y was found: a poor y gives a poor bound,
 * never a wrong one. The minimum over a box is taken variable by variable, hence exactly.
 */
import type { Box } from '../../obligation/obligation.js';
import { InputError } from '../../util/errors.js';
import { dotVectors, type ExactVector, fromDoubles } from './dyadic-vector.js';
import { add, compare, type Rational } from './rational.js';

/** A bound of a form: the exact optimum, or unbounded, or nothing to optimise over. */
export type BoxOptimum =
  | { readonly kind: 'finite'; readonly value: Rational }
  | { readonly kind: 'unbounded' }
  /** The box has no point (some lower > upper), so every claim about it is true. */
  | { readonly kind: 'empty-box'; readonly index: number };

/**
 * The exact minimum of coefficients . x + constant over lower <= x <= upper. Infinite bounds are allowed:
 * a variable with a non-zero coefficient towards an infinite bound gives `unbounded`. NaN bounds and wrong
 * lengths are an InputError.
 */
export function minimiseOverBox(coefficients: ExactVector, constant: Rational, box: Box): BoxOptimum {
  return optimise(coefficients, constant, box, 1);
}

/** The exact maximum; `unbounded` then means plus infinity. */
export function maximiseOverBox(coefficients: ExactVector, constant: Rational, box: Box): BoxOptimum {
  return optimise(coefficients, constant, box, -1);
}

function optimise(coefficients: ExactVector, constant: Rational, box: Box, sense: 1 | -1): BoxOptimum {
  const { lower, upper } = box;
  const size = coefficients.num.length;
  requireBox(box, size);
  for (let i = 0; i < size; i++) {
    if (lower[i]! > upper[i]! || lower[i] === Infinity || upper[i] === -Infinity) {
      return { kind: 'empty-box', index: i };
    }
  }
  const corner = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const coefficient = coefficients.num[i]!;
    if (coefficient === 0n) continue;
    const end = coefficient > 0n === sense > 0 ? lower[i]! : upper[i]!;
    if (!Number.isFinite(end)) return { kind: 'unbounded' };
    corner[i] = end;
  }
  return { kind: 'finite', value: valueAt(coefficients, constant, fromDoubles(corner)) };
}

/** coefficients . x + constant. */
export function valueAt(coefficients: ExactVector, constant: Rational, x: ExactVector): Rational {
  return add(dotVectors(coefficients, x), constant);
}

function requireBox({ lower, upper }: Box, size: number): void {
  if (lower.length !== size || upper.length !== size) {
    const found = `${lower.length} lower and ${upper.length} upper bounds`;
    throw new InputError('the box does not fit the form', {
      place: 'box',
      expected: `${size} bounds`,
      found,
    });
  }
  for (let i = 0; i < size; i++) {
    if (Number.isNaN(lower[i]!) || Number.isNaN(upper[i]!)) {
      throw new InputError('not a bound', { place: `box[${i}]`, expected: 'a number', found: 'NaN' });
    }
  }
}

/** Is the minimum certainly >= bound? An empty box says yes, an unbounded form no. */
export function atLeast(minimum: BoxOptimum, bound: Rational): boolean {
  if (minimum.kind === 'finite') return compare(minimum.value, bound) >= 0;
  return minimum.kind === 'empty-box';
}

/** Is the minimum certainly > bound? What a refutation needs. */
export function exceeds(minimum: BoxOptimum, bound: Rational): boolean {
  if (minimum.kind === 'finite') return compare(minimum.value, bound) > 0;
  return minimum.kind === 'empty-box';
}
