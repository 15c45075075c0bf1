/** Exact numbers as text: `p/q` both ways, decimals in exactly, decimals out rounded for people. */
import { InputError } from '../errors.js';
import { bitLength } from './double-bits.js';
import { type Rational, rational } from './rational.js';

/** Longest text a number may have, against files that are made to exhaust memory. */
export const DEFAULT_MAX_LENGTH = 10_000;
/** Largest decimal exponent by magnitude; doubles need 308 and -324. */
const MAX_DECIMAL_EXPONENT = 5000;

const FRACTION = /^(-?\d+)(?:\/(\d+))?$/;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,5}))?$/;

export interface ParseOptions {
  /** Where the text stands, for the error message. */
  readonly place?: string;
  readonly maxLength?: number;
}

/** `p/q`, an integer, or a decimal such as `-1.25e-3`, exactly. Anything else is an InputError. */
export function parseRational(text: string, options: ParseOptions = {}): Rational {
  const limit = options.maxLength ?? DEFAULT_MAX_LENGTH;
  if (text.length > limit) {
    throw fault('number is too long', options, `at most ${limit} characters`, `${text.length} characters`);
  }
  const fraction = FRACTION.exec(text);
  if (fraction !== null) {
    const den = BigInt(fraction[2] ?? '1');
    if (den === 0n) throw fault('denominator is zero', options, 'a denominator > 0', shorten(text));
    return rational(BigInt(fraction[1]!), den);
  }
  const decimal = DECIMAL.exec(text);
  const exponent = Number(decimal?.[4] ?? '0');
  if (decimal === null || Math.abs(exponent) > MAX_DECIMAL_EXPONENT) {
    const expected = `p/q or a decimal with exponent at most ${MAX_DECIMAL_EXPONENT}`;
    throw fault('not an exact number', options, expected, shorten(text));
  }
  const part = decimal[3] ?? '';
  const digits = BigInt(`${decimal[1]}${decimal[2]}${part}`);
  const power = exponent - part.length;
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

function fault(message: string, options: ParseOptions, expected: string, found: string): InputError {
  return new InputError(message, {
    ...(options.place === undefined ? {} : { place: options.place }),
    expected,
    found,
  });
}

function shorten(text: string): string {
  return text.length <= 60 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 60))}...`;
}

/** Canonical text: `p/q` in lowest terms, `p` for an integer. `parseRational` gives the same number back. */
export function rationalText(value: Rational): string {
  return value.den === 1n ? value.num.toString() : `${value.num}/${value.den}`;
}

/**
 * Decimal rounded to the nearest with `digits` significant digits (half away from zero), for messages only.
 * Exact values that fit are printed without trailing zeros: `0.5`, `-1.25e-30`.
 */
export function decimalText(value: Rational, digits = 17): string {
  if (value.num === 0n) return '0';
  const sign = value.num < 0n ? '-' : '';
  const num = value.num < 0n ? -value.num : value.num;
  // log10 from the bit lengths is off by at most one; the loop mends it.
  let exponent = Math.floor((bitLength(num) - bitLength(value.den)) * Math.log10(2));
  let scaled = scaledRounded(num, value.den, digits - 1 - exponent);
  while (scaled.toString().length !== digits) {
    exponent += scaled.toString().length > digits ? 1 : -1;
    scaled = scaledRounded(num, value.den, digits - 1 - exponent);
  }
  const significant = scaled.toString().replace(/0+$/, '');
  return sign + place(significant, exponent);
}

/** round(num / den * 10^power), half up. */
function scaledRounded(num: bigint, den: bigint, power: number): bigint {
  const top = power > 0 ? num * 10n ** BigInt(power) : num;
  const by = power < 0 ? den * 10n ** BigInt(-power) : den;
  return (2n * top + by) / (2n * by);
}

/** d.ddd x 10^exponent, positional where that is short. */
function place(significant: string, exponent: number): string {
  if (exponent < -6 || exponent > 20) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : '';
    return `${significant[0]}${fraction}e${exponent}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = significant.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
