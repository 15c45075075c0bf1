/** The input box of a query, exactly as its decimals say, and the doubles that surround it. */
import type { Comparison, ElementType } from '../spec/vnnlib/query.js';
import { compare, fromDouble, negate, type Rational, rational, ZERO } from '../util/exact/rational.js';
import { toDoubleDown, toDoubleUp } from '../util/exact/rounding.js';
import type { Box } from './obligation.js';

interface End {
  readonly value: Rational;
  /** The end itself is outside. */
  readonly strict: boolean;
}

/** Ends by input; null for an input without bound there. */
interface Ends {
  readonly lower: (End | null)[];
  readonly upper: (End | null)[];
}

/** The box as the decimals say. */
export interface ExactBox extends Ends {
  /** A float32 query may mean its decimals rounded to float32 instead: the box of that reading. */
  readonly rounded: Ends | null;
}

export function wholeBox(size: number, elementType: ElementType): ExactBox {
  const ends = (): Ends => ({
    lower: new Array<End | null>(size).fill(null),
    upper: new Array<End | null>(size).fill(null),
  });
  return { ...ends(), rounded: elementType === 'float32' ? ends() : null };
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

/**
 * The box with one more bound of one input (copied if it is still `shared`); null if that leaves nothing, in any reading.
 */
export function intersectInput(box: ExactBox, shared: ExactBox, comparison: Comparison): ExactBox | null {
  const own: ExactBox =
    box === shared ? { ...copied(box), rounded: box.rounded && copied(box.rounded) } : box;
  const { index } = comparison.terms[0]!;
  const { side, value, strict } = singleBound(comparison);
  tighten(own, index, side, strict, [value, value]);
  if (own.rounded !== null) tighten(own.rounded, index, side, strict, roundedReadings(comparison));
  return isEmptyAt(own, index) && (own.rounded === null || isEmptyAt(own.rounded, index)) ? null : own;
}

function copied({ lower, upper }: Ends): Ends {
  return { lower: [...lower], upper: [...upper] };
}

/** Adds the looser of two readings of a bound; null for one that bounds nothing. */
function tighten(
  { lower, upper }: Ends,
  index: number,
  side: 'upper' | 'lower' | 'both',
  strict: boolean,
  [a, b]: readonly [Rational | null, Rational | null],
): void {
  if (a === null || b === null) return;
  const [least, most] = compare(a, b) <= 0 ? [a, b] : [b, a];
  if (side !== 'upper') lower[index] = tighter(lower[index]!, { value: least, strict }, -1);
  if (side !== 'lower') upper[index] = tighter(upper[index]!, { value: most, strict }, 1);
}

/** The bound with its decimal rounded to float32, from the doubles below and above it; null beyond float32. */
function roundedReadings(comparison: Comparison): readonly [Rational | null, Rational | null] {
  const read = (bound: number): Rational | null => {
    const rounded = Math.fround(bound);
    if (!Number.isFinite(rounded)) return null;
    return singleBound({ ...comparison, bound: fromDouble(rounded) }).value;
  };
  return [read(toDoubleDown(comparison.bound)), read(toDoubleUp(comparison.bound))];
}

function isEmptyAt({ lower, upper }: Ends, index: number): boolean {
  const [from, to] = [lower[index]!, upper[index]!];
  if (from === null || to === null) return false;
  const order = compare(from.value, to.value);
  return order > 0 || (order === 0 && (from.strict || to.strict));
}

/** Whether a comparison without variables may hold, in some reading of its decimal. */
export function constantMayHold({ relation, bound }: Comparison, elementType: ElementType): boolean {
  const holds = (value: Rational): boolean => {
    const sign = compare(ZERO, value);
    return relation === '<' ? sign < 0 : relation === '<=' ? sign <= 0 : sign === 0;
  };
  if (holds(bound)) return true;
  const rounded = [toDoubleDown(bound), toDoubleUp(bound)].map(Math.fround).filter(Number.isFinite);
  return elementType === 'float32' && rounded.some((x) => holds(fromDouble(x)));
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
export function roundedOutwards({ lower, upper, rounded }: ExactBox, elementType: ElementType): Box {
  const down = (x: number): number => (elementType === 'float32' ? Math.min(x, Math.fround(x)) : x);
  const up = (x: number): number => (elementType === 'float32' ? Math.max(x, Math.fround(x)) : x);
  const least = (end: End | null): number => (end === null ? -Infinity : down(toDoubleDown(end.value)));
  const most = (end: End | null): number => (end === null ? Infinity : up(toDoubleUp(end.value)));
  return {
    lower: Float64Array.from(lower, (end, i) =>
      Math.min(least(end), least(rounded === null ? end : rounded.lower[i]!)),
    ),
    upper: Float64Array.from(upper, (end, i) =>
      Math.max(most(end), most(rounded === null ? end : rounded.upper[i]!)),
    ),
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
