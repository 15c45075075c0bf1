/**
 * Exact rational numbers: the values on which the checker decides. Always in lowest terms with a positive
 * denominator, so two are equal exactly when their parts are. Bulk arithmetic (matrix times vector) does not
 * use this type but `dyadic-vector.ts`, which shares one denominator.
 */
import { lowestBit, scaledToInteger, trailingZeros } from './double-bits.js';

/** num / den, den > 0, lowest terms. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

export const ZERO: Rational = Object.freeze({ num: 0n, den: 1n });
export const ONE: Rational = Object.freeze({ num: 1n, den: 1n });

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Greatest common divisor, >= 0. */
export function gcd(a: bigint, b: bigint): bigint {
  let x = abs(a);
  let y = abs(b);
  while (y !== 0n) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

/** Least common multiple of two positive integers. */
export function lcm(a: bigint, b: bigint): bigint {
  if (a === b || b === 1n) return a;
  return (a / gcd(a, b)) * b;
}

/** num / den in lowest terms. A zero denominator is a bug of the caller (RangeError). */
export function rational(num: bigint, den: bigint = 1n): Rational {
  if (den === 0n) throw new RangeError('rational with denominator 0');
  if (num === 0n) return ZERO;
  let n = den < 0n ? -num : num;
  let d = abs(den);
  // Denominators here are mostly powers of two: shift first, Euclid only on what is left.
  const twos = BigInt(Math.min(trailingZeros(n), trailingZeros(d)));
  if (twos > 0n) {
    n >>= twos;
    d >>= twos;
  }
  if (d !== 1n && d !== 1n << BigInt(trailingZeros(d))) {
    const common = gcd(n, d);
    n /= common;
    d /= common;
  }
  return { num: n, den: d };
}

/** The exact value of a finite double; NaN and infinities are a RangeError. */
export function fromDouble(x: number): Rational {
  if (!Number.isFinite(x)) throw new RangeError(`${x} is not a rational number`);
  if (x === 0) return ZERO;
  const exponent = lowestBit(x);
  if (exponent >= 0) return { num: scaledToInteger(x, 0), den: 1n };
  return { num: scaledToInteger(x, -exponent), den: 1n << BigInt(-exponent) };
}

export function add(a: Rational, b: Rational): Rational {
  if (a.den === b.den) return rational(a.num + b.num, a.den);
  return rational(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function negate(a: Rational): Rational {
  return { num: -a.num, den: a.den };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

/** a / b; b = 0 is a RangeError. */
export function divide(a: Rational, b: Rational): Rational {
  if (b.num === 0n) throw new RangeError('division by zero');
  return rational(a.num * b.den, a.den * b.num);
}

export function absolute(a: Rational): Rational {
  return a.num < 0n ? negate(a) : a;
}

export function signOf(a: Rational): -1 | 0 | 1 {
  return signOfInteger(a.num);
}

export function signOfInteger(value: bigint): -1 | 0 | 1 {
  return value > 0n ? 1 : value < 0n ? -1 : 0;
}

/** -1, 0, 1 as a < b, a = b, a > b. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  if (a.den === b.den) return signOfInteger(a.num - b.num);
  return signOfInteger(a.num * b.den - b.num * a.den);
}

export function equals(a: Rational, b: Rational): boolean {
  return a.num === b.num && a.den === b.den;
}
