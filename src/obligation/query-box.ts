/** The input box of a query, exactly as its decimals say, and the doubles that surround it. */
import type { Comparison, ElementType } from '../spec/vnnlib/query.js';
import { compare, negate, type Rational, rational } from '../util/exact/rational.js';
import { toDoubleDown, toDoubleUp } from '../util/exact/rounding.js';
import type { Box } from './obligation.js';

interface End {
  readonly value: Rational;
  /** The end itself is outside. */
  readonly strict: boolean;
}

/** Ends by input; null for an input without bound there. */
export interface ExactBox {
  readonly lower: (End | null)[];
  readonly upper: (End | null)[];
}

export function wholeBox(size: number): ExactBox {
  return { lower: new Array<End | null>(size).fill(null), upper: new Array<End | null>(size).fill(null) };
}

/** `coefficient * v REL bound` as a bound of v alone. */
export function singleBound({ terms, relation, bound }: Comparison): {
  readonly side: 'upper' | 'lower' | 'both';
  readonly value: Rational;
  readonly strict: boolean;
} {
  const { num, den } = terms[0]!.coefficient;
  const quotient = rational(bound.num * den, bound.den * (num < 0n ? -num : num));
  const value = num < 0n ? negate(quotient) : quotient;
  const side = relation === '=' ? 'both' : num > 0n ? 'upper' : 'lower';
  return { side, value, strict: relation === '<' };
}

/** The box with one more bound of one input (copied if it is still `shared`); null if that leaves nothing. */
export function intersectInput(box: ExactBox, shared: ExactBox, comparison: Comparison): ExactBox | null {
  const { side, value, strict } = singleBound(comparison);
  const { index } = comparison.terms[0]!;
  const own = box === shared ? { lower: [...box.lower], upper: [...box.upper] } : box;
  if (side !== 'upper') own.lower[index] = tighter(own.lower[index]!, { value, strict }, -1);
  if (side !== 'lower') own.upper[index] = tighter(own.upper[index]!, { value, strict }, 1);
  const [lower, upper] = [own.lower[index]!, own.upper[index]!];
  if (lower === null || upper === null) return own;
  const order = compare(lower.value, upper.value);
  return order > 0 || (order === 0 && (lower.strict || upper.strict)) ? null : own;
}

function tighter(a: End | null, b: End, direction: 1 | -1): End {
  if (a === null) return b;
  const order = direction * compare(a.value, b.value);
  if (order === 0) return a.strict ? a : b;
  return order < 0 ? a : b;
}

/**
 * Doubles around the box. A float32 query may mean its decimals exactly or rounded to float32: the box holds both
 * readings.
 */
export function roundedOutwards(box: ExactBox, elementType: ElementType): Box {
  const down = (x: number): number => (elementType === 'float32' ? Math.min(x, Math.fround(x)) : x);
  const up = (x: number): number => (elementType === 'float32' ? Math.max(x, Math.fround(x)) : x);
  return {
    lower: Float64Array.from(box.lower, (end) => (end === null ? -Infinity : down(toDoubleDown(end.value)))),
    upper: Float64Array.from(box.upper, (end) => (end === null ? Infinity : up(toDoubleUp(end.value)))),
  };
}

/** The largest box of doubles that lies in the exact one, but for ends that are strict; for choosing candidates. */
export function roundedInwards({ lower, upper }: ExactBox, elementType: ElementType): Box {
  const up = (x: number): number => (elementType === 'float32' ? Math.max(x, Math.fround(x)) : x);
  const down = (x: number): number => (elementType === 'float32' ? Math.min(x, Math.fround(x)) : x);
  return {
    lower: Float64Array.from(lower, (end) => (end === null ? -Infinity : up(toDoubleUp(end.value)))),
    upper: Float64Array.from(upper, (end) => (end === null ? Infinity : down(toDoubleDown(end.value)))),
  };
}
