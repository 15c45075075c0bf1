/**
 * Binary32 rounding in numbers: unit roundoff, gamma_k, underflow, overflow; and the doubles that bound them.
 *
 * The bounds of this folder are computed in doubles. Every quantity is a sum or product of fewer than 2^30
 * non-negative numbers, so its relative rounding error is below 2^30 * 2^-53 and `up`, which adds 2^-20, covers it;
 * products that underflow in double lose less than 2^-1000 in all.
 */
import { UnsupportedError } from '../../util/errors.js';

/** Unit roundoff of binary32, round to nearest: relative error of a single rounding. */
export const UNIT = 2 ** -24;

/** Smallest normal number: what one operation or one operand can lose by underflow, also if flushed to zero. */
export const FLUSH = 2 ** -126;

/** Values and products of factors below this cannot overflow: the largest binary32 number is almost 2^128. */
const OVERFLOW = 2 ** 120;

const RELATIVE = 2 ** -20;
const ABSOLUTE = 2 ** -1000;

/** A double above the real number that `value`, computed from non-negative numbers, stands for. */
export function up(value: number): number {
  return value * (1 + RELATIVE) + ABSOLUTE;
}

/** What a computed sum of terms of total size `magnitude` may be off. */
export function slackOfSum(magnitude: number): number {
  return up(magnitude * RELATIVE);
}

/**
 * gamma_k = k u / (1 - k u): a product of k factors (1 + d)^(+-1), |d| <= u, differs from 1 by at most this.
 * Source: Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1. Infinity where k u is not small.
 */
export function gamma(roundings: number): number {
  const part = roundings * UNIT;
  return part < 0.25 ? up(part / (1 - part)) : Infinity;
}

/**
 * Underflow of an expression with `paths` monomials of at most `depth` constant factors each, where no product of
 * some of a monomial's factors exceeds `factor`. Written out, a monomial takes at most 2 depth + 1 multiplications or
 * divisions, one addition and depth + 2 operands; each operation may lose FLUSH in its result and again when the
 * result is read, each operand FLUSH when it is read: at most 5 depth + 6 <= 8 (depth + 2) losses, each multiplied
 * by remaining factors of at most `factor`, and by roundings of at most 2. Sharing and merging only save losses.
 */
export function underflow(paths: number, depth: number, factor: number): number {
  return up(16 * (depth + 2) * paths * factor * FLUSH);
}

/** @throws UnsupportedError if a magnitude is NaN or so large that some order of the additions may overflow */
export function requireNoOverflow(magnitude: number, tensor: string): void {
  if (magnitude < OVERFLOW) return;
  throw new UnsupportedError('float32 arithmetic may overflow, or the domain is unbounded', {
    place: `tensor "${tensor}"`,
    expected: 'magnitudes below 2^120 over the whole region',
    found: Number.isFinite(magnitude) ? `up to ${magnitude}` : 'no finite bound',
  });
}
