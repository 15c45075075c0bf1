/**
 * IEEE-754 doubles taken apart and put together exactly. Every function here is bit arithmetic: nothing
 * depends on the accuracy of `**` or `Math.pow`.
 */

const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);
word[0] = 1;
/** Position of the word that holds sign and exponent, whatever the machine's byte order. */
const HIGH = halves[1] === 0x3ff00000 ? 1 : 0;
const LOW = 1 - HIGH;

/** Exponent of the smallest positive double, 2^-1074. */
export const MIN_EXPONENT = -1074;

/** 2^k as a double, exact; k in [-1074, 1023]. */
export function powerOfTwo(k: number): number {
  if (!(k >= MIN_EXPONENT && k <= 1023)) throw new RangeError(`2^${k} is not a finite double`);
  const subnormalBit = k - MIN_EXPONENT;
  halves[LOW] = 0;
  if (k >= -1022) halves[HIGH] = (k + 1023) << 20;
  else if (subnormalBit >= 32) halves[HIGH] = 1 << (subnormalBit - 32);
  else {
    halves[HIGH] = 0;
    halves[LOW] = 1 << subnormalBit;
  }
  return word[0]!;
}

function trailingZeros32(value: number): number {
  return 31 - Math.clz32(value & -value);
}

/** The e for which x is an odd integer times 2^e; x finite and not zero. */
export function lowestBit(x: number): number {
  word[0] = x;
  const low = halves[LOW]!;
  const high = halves[HIGH]!;
  const field = (high >>> 20) & 0x7ff;
  // The hidden bit; a subnormal has none, but its lowest bit is lower than this one.
  const top = (high & 0xfffff) | 0x100000;
  const unit = Math.max(field, 1) - 1075;
  return unit + (low !== 0 ? trailingZeros32(low) : 32 + trailingZeros32(top));
}

/**
 * x * 2^shift as an integer, exact. The caller knows that it is one (shift >= -lowestBit(x));
 * anything else throws a RangeError, never rounds.
 */
export function scaledToInteger(x: number, shift: number): bigint {
  if (x === 0) return 0n;
  if (shift >= MIN_EXPONENT && shift <= 1023) {
    // A product with a power of two is exact unless it overflows or ends below 2^-1022. The first is
    // tested here; the second is never a non-zero integer, so BigInt() or the test of 0 catches it.
    const product = x * powerOfTwo(shift);
    if (Number.isFinite(product) && product !== 0) return BigInt(product);
  }
  const exponent = lowestBit(x);
  if (exponent + shift < 0) throw new RangeError(`${x} * 2^${shift} is not an integer`);
  return oddPart(x, exponent) << BigInt(exponent + shift);
}

/** x / 2^lowestBit(x): the odd integer, with its sign. */
function oddPart(x: number, exponent: number): bigint {
  // Two steps, because 2^-exponent alone may be outside the doubles; both products are exact.
  const half = Math.trunc(-exponent / 2);
  return BigInt(x * powerOfTwo(half) * powerOfTwo(-exponent - half));
}

/** The least double above x; nextUp(MAX) is Infinity, nextUp(-Infinity) is -MAX, NaN stays NaN. */
export function nextUp(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  if (x === Infinity || Number.isNaN(x)) return x;
  word[0] = x;
  stepMagnitude(x > 0);
  return word[0]!;
}

/** The greatest double below x; mirror image of `nextUp`. */
export function nextDown(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  if (x === -Infinity || Number.isNaN(x)) return x;
  word[0] = x;
  stepMagnitude(x < 0);
  return word[0]!;
}

/** Adds or takes 1 from the 64-bit pattern in `word`, which is one step of the magnitude. */
function stepMagnitude(larger: boolean): void {
  const low = halves[LOW]!;
  if (larger) {
    halves[LOW] = low + 1;
    if (low === 0xffffffff) halves[HIGH] = halves[HIGH]! + 1;
  } else {
    halves[LOW] = low - 1;
    if (low === 0) halves[HIGH] = halves[HIGH]! - 1;
  }
}

/** Number of bits of a positive integer; 0 for 0. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
}

/** Number of trailing zero bits of an integer; 0 for 0. */
export function trailingZeros(value: bigint): number {
  if (value === 0n) return 0;
  let rest = value;
  let count = 0;
  for (let chunk = 1024; chunk >= 32; chunk = chunk === 1024 ? 32 : 0) {
    const size = BigInt(chunk);
    while (BigInt.asUintN(chunk, rest) === 0n) {
      rest >>= size;
      count += chunk;
    }
  }
  return count + trailingZeros32(Number(BigInt.asUintN(32, rest)));
}
