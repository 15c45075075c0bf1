/**
 * Exact numbers to doubles, with a stated direction of rounding. For display and for outward-rounded
 * bounds; no decision of the checker rests on a nearest rounding.
 */
import { bitLength, MIN_EXPONENT, powerOfTwo } from './double-bits.js';
import type { Rational } from './rational.js';

export type Direction = 'down' | 'up' | 'nearest';

/** Largest double <= value: -Infinity below -MAX_VALUE, MAX_VALUE above it. */
export function toDoubleDown(value: Rational): number {
  return quotientToDouble(value.num, value.den, 'down');
}

/** Smallest double >= value: Infinity above MAX_VALUE, -MAX_VALUE below it. */
export function toDoubleUp(value: Rational): number {
  return quotientToDouble(value.num, value.den, 'up');
}

/** Nearest double, ties to even, overflow to an infinity, as IEEE-754 prescribes. */
export function toDouble(value: Rational): number {
  return quotientToDouble(value.num, value.den, 'nearest');
}

/** num / den rounded once; den > 0, lowest terms not needed. Zero is +0. */
export function quotientToDouble(num: bigint, den: bigint, direction: Direction): number {
  if (num >= 0n) return positive(num, den, direction);
  const mirrored = direction === 'down' ? 'up' : direction === 'up' ? 'down' : 'nearest';
  return -positive(-num, den, mirrored);
}

function positive(num: bigint, den: bigint, direction: Direction): number {
  if (num === 0n) return 0;
  // 2^(e-1) < num/den < 2^(e+1), so a unit of 2^(e-53) leaves 53 or 54 bits; 53 are wanted.
  const e = bitLength(num) - bitLength(den);
  let unit = Math.max(e - 53, MIN_EXPONENT);
  let { quotient, rest, by } = divideByUnit(num, den, unit);
  if (quotient >= 1n << 53n) {
    unit += 1;
    ({ quotient, rest, by } = divideByUnit(num, den, unit));
  }
  if (unit > 971) return direction === 'down' ? Number.MAX_VALUE : Infinity;
  if (rest !== 0n && roundsUp(quotient, rest, by, direction)) quotient += 1n;
  // At most 2^53 times a power of two: exact, or 2^1024, which is Infinity as it should be.
  return Number(quotient) * powerOfTwo(unit);
}

/** floor and remainder of num / (den * 2^unit), as fractions of `by`. */
function divideByUnit(
  num: bigint,
  den: bigint,
  unit: number,
): { quotient: bigint; rest: bigint; by: bigint } {
  const top = unit < 0 ? num << BigInt(-unit) : num;
  const by = unit > 0 ? den << BigInt(unit) : den;
  const quotient = top / by;
  return { quotient, rest: top - quotient * by, by };
}

function roundsUp(quotient: bigint, rest: bigint, by: bigint, direction: Direction): boolean {
  if (direction !== 'nearest') return direction === 'up';
  const twice = rest * 2n;
  return twice > by || (twice === by && (quotient & 1n) === 1n);
}
