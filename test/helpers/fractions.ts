/** Fractions of BigInts for the tests' own ground truth; shares no code with the checker's arithmetic. */

export interface Fraction {
  readonly n: bigint;
  /** Positive; the pair is in lowest terms. */
  readonly d: bigint;
}

export const ZERO: Fraction = { n: 0n, d: 1n };

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

export function fraction(n: bigint, d: bigint): Fraction {
  const common = gcd(n, d);
  const sign = d < 0n ? -1n : 1n;
  return common === 0n ? ZERO : { n: (sign * n) / common, d: (sign * d) / common };
}

/** The exact value of a finite double, by doubling until it is an integer. */
export function exactly(x: number): Fraction {
  if (!Number.isFinite(x)) throw new RangeError(`${x} is no fraction`);
  let value = x;
  let shift = 0n;
  while (!Number.isInteger(value)) {
    value *= 2;
    shift++;
  }
  return fraction(BigInt(value), 1n << shift);
}

export const plus = (a: Fraction, b: Fraction): Fraction =>
  a.n === 0n ? b : b.n === 0n ? a : fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const times = (a: Fraction, b: Fraction): Fraction =>
  a.n === 0n || b.n === 0n ? ZERO : fraction(a.n * b.n, a.d * b.d);
export const minus = (a: Fraction): Fraction => ({ n: -a.n, d: a.d });

/** Nearest double, up to an ulp or so: for display and thresholds only. */
export function toNumber({ n, d }: Fraction): number {
  const extra = BigInt(Math.max(0, d.toString(2).length - n.toString(2).length + 64));
  return Number((n << extra) / d) * 2 ** -Number(extra);
}
