/**
 * A sum of doubles and of products of two doubles, bounded from above.
 *
 * The proof is that of `exact/interval.ts` (dot products): with n non-zero terms, S and M the rounded sums of
 * the rounded terms and of their magnitudes, |S - s| <= 1.01 n u M + n 2^-1074 for the exact sum s, in any
 * order of the additions, and E = fl(fl(2 n u M) + n 2^-1072) is larger. A plain double is a term with one
 * factor 1. If M is not finite, or a NaN was added, the bound is Infinity.
 */
import { nextUp } from '../exact/double-bits.js';

const TWICE_UNIT = Number.EPSILON;
const UNDERFLOW = 4 * Number.MIN_VALUE;
const MAX_TERMS = 2 ** 32;

export interface UpperSum {
  sum: number;
  magnitude: number;
  terms: number;
}

export function upperSum(): UpperSum {
  return { sum: 0, magnitude: 0, terms: 0 };
}

export function addTerm(total: UpperSum, value: number): void {
  if (value === 0) return;
  total.sum += value;
  total.magnitude += Math.abs(value);
  total.terms++;
}

/** Adds the exact product a * b. */
export function addProduct(total: UpperSum, a: number, b: number): void {
  if (a === 0 || b === 0) return;
  const product = a * b;
  total.sum += product;
  total.magnitude += Math.abs(product);
  total.terms++;
}

/** A double >= the exact sum; Infinity if none is known. */
export function upperEnd({ sum, magnitude, terms }: UpperSum): number {
  if (!(magnitude < Infinity) || terms > MAX_TERMS) return Infinity;
  if (terms === 0) return 0;
  return nextUp(sum + (terms * TWICE_UNIT * magnitude + terms * UNDERFLOW));
}
