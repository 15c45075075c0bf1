/**
 * Vectors of exact numbers that share one denominator: element i is num[i] * 2^exponent / divisor.
 *
 * Doubles are dyadic, so for them the divisor is 1 and a dot product is integer multiply-adds without any
 * gcd. The odd divisor carries what is not dyadic: `LinearLayer.divisor` (mean pooling) and rational witnesses.
 */
import { InputError } from '../../util/errors.js';
import { lowestBit, scaledToInteger, trailingZeros } from './double-bits.js';
import { lcm, type Rational, rational, signOfInteger } from './rational.js';
import { quotientToDouble } from './rounding.js';

export interface ExactVector {
  readonly kind: 'exact-vector';
  readonly num: readonly bigint[];
  readonly exponent: number;
  /** Odd and > 0. */
  readonly divisor: bigint;
}

export function exactVector(num: readonly bigint[], exponent = 0, divisor = 1n): ExactVector {
  return { kind: 'exact-vector', num, exponent, divisor };
}

/** The largest e such that all values are integer multiples of 2^e (0 if all are zero). */
export function commonExponent(values: ArrayLike<number>): number {
  let least = Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== 0) least = Math.min(least, lowestBit(value));
  }
  return least === Infinity ? 0 : least;
}

/** The exact values of doubles. NaN or an infinity is an InputError that names `what` and the element. */
export function fromDoubles(values: ArrayLike<number>, what = 'vector'): ExactVector {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      const fault = { place: `${what}[${i}]`, expected: 'a finite number', found: String(values[i]) };
      throw new InputError('not a finite number', fault);
    }
  }
  const exponent = commonExponent(values);
  const num = new Array<bigint>(values.length);
  for (let i = 0; i < values.length; i++) num[i] = scaledToInteger(values[i]!, -exponent);
  return exactVector(num, exponent);
}

/** Rationals brought to their least common denominator. */
export function fromRationals(values: readonly Rational[]): ExactVector {
  let shift = 0;
  let divisor = 1n;
  for (const { den } of values) {
    const twos = trailingZeros(den);
    shift = Math.max(shift, twos);
    divisor = lcm(divisor, den >> BigInt(twos));
  }
  const common = divisor << BigInt(shift);
  return exactVector(
    values.map(({ num, den }) => num * (common / den)),
    -shift,
    divisor,
  );
}

/** Element i as a rational in lowest terms. */
export function elementAt(vector: ExactVector, i: number): Rational {
  return quotient(vector.num[i]!, vector);
}

/** Sign of element i; costs nothing. */
export function signAt(vector: ExactVector, i: number): -1 | 0 | 1 {
  return signOfInteger(vector.num[i]!);
}

/** -1, 0, 1 as element i is less than, equal to, greater than element j of the same vector. */
export function compareAt(vector: ExactVector, i: number, j: number): -1 | 0 | 1 {
  return signOfInteger(vector.num[i]! - vector.num[j]!);
}

/** A numerator in the units of `vector` as a rational. */
function quotient(num: bigint, { exponent, divisor }: ExactVector): Rational {
  if (exponent >= 0) return rational(num << BigInt(exponent), divisor);
  return rational(num, divisor << BigInt(-exponent));
}

/** Nearest doubles, for messages. */
export function vectorToDoubles(vector: ExactVector): Float64Array {
  const top = BigInt(Math.max(vector.exponent, 0));
  const den = vector.divisor << BigInt(Math.max(-vector.exponent, 0));
  return Float64Array.from(vector.num, (num) => quotientToDouble(num << top, den, 'nearest'));
}

/** The same values in finer units: exponent <= vector.exponent and divisor a multiple of vector.divisor. */
export function rescale(vector: ExactVector, exponent: number, divisor: bigint): ExactVector {
  if (exponent === vector.exponent && divisor === vector.divisor) return vector;
  const factor = divisor / vector.divisor;
  if (exponent > vector.exponent || factor * vector.divisor !== divisor) {
    throw new RangeError('rescaling an exact vector to units that do not divide its own');
  }
  const scale = factor << BigInt(vector.exponent - exponent);
  const num = vector.num.map((value) => value * scale);
  return exactVector(num, exponent, divisor);
}

/** All vectors in common units. */
export function aligned(vectors: readonly ExactVector[]): ExactVector[] {
  const exponent = vectors.reduce((least, { exponent }) => Math.min(least, exponent), Infinity);
  const divisor = vectors.reduce((common, vector) => lcm(common, vector.divisor), 1n);
  return vectors.map((vector) => rescale(vector, exponent, divisor));
}

/** Concatenation in order. */
export function concatVectors(vectors: readonly ExactVector[]): ExactVector {
  if (vectors.length === 1) return vectors[0]!;
  const parts = aligned(vectors);
  const num = parts.flatMap((part) => part.num);
  return exactVector(num, parts[0]?.exponent ?? 0, parts[0]?.divisor ?? 1n);
}

/** Elements [start, end). */
export function sliceVector(vector: ExactVector, start: number, end: number): ExactVector {
  return exactVector(vector.num.slice(start, end), vector.exponent, vector.divisor);
}

export function addVectors(a: ExactVector, b: ExactVector): ExactVector {
  requireSameLength(a, b);
  const [left, right] = aligned([a, b]) as [ExactVector, ExactVector];
  const num = left.num.map((value, i) => value + right.num[i]!);
  return exactVector(num, left.exponent, left.divisor);
}

/** factor * vector. */
export function scaleVector(vector: ExactVector, factor: Rational): ExactVector {
  const twos = trailingZeros(factor.den);
  const num = vector.num.map((value) => value * factor.num);
  return exactVector(num, vector.exponent - twos, vector.divisor * (factor.den >> BigInt(twos)));
}

/** Sum of products, exact. */
export function dotVectors(a: ExactVector, b: ExactVector): Rational {
  requireSameLength(a, b);
  let sum = 0n;
  for (let i = 0; i < a.num.length; i++) {
    const left = a.num[i]!;
    if (left !== 0n) sum += left * b.num[i]!;
  }
  return quotient(sum, exactVector([], a.exponent + b.exponent, a.divisor * b.divisor));
}

function requireSameLength(a: ExactVector, b: ExactVector): void {
  if (a.num.length !== b.num.length) {
    throw new RangeError(`exact vectors of lengths ${a.num.length} and ${b.num.length}`);
  }
}
