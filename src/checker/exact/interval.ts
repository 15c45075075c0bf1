/**
 * Rigorous interval arithmetic on doubles: the fast path of the checker. Every result encloses the real
 * result for all reals in the operands; where an enclosure is too wide to decide, the exact path decides.
 * Plain numbers and typed arrays only. An infinite end means "no bound"; the values themselves are finite reals.
 *
 * Single operations. Doubles round to nearest, so the real result of an operation with floating result r
 * lies in [nextDown(r), nextUp(r)]: also if r is subnormal or 0 (the neighbours are +-2^-1074, the error at
 * most 2^-1075), and if r overflowed (a real result that rounds to Infinity is > MAX = nextDown(Infinity)).
 *
 * Dot products. Let u = 2^-53, s = sum_{i<=n} w_i x_i and T = sum |w_i x_i| over the terms with w_i x_i != 0,
 * the bias being a term with w = 1. The loop computes S and M, the rounded sums of the rounded products and
 * of their magnitudes. A rounded product is w_i x_i (1 + d_i) + h_i with |d_i| <= u and |h_i| <= 2^-1075
 * (h_i: underflow), a rounded addition multiplies by (1 + e), |e| <= u, and never underflows. Therefore, with
 * g = n u / (1 - n u) (Higham, Accuracy and Stability of Numerical Algorithms, ch. 3 and 4):
 *   |S - s| <= g T + n 2^-1075 (1 + g)                                       (1)
 *   T <= (M + n 2^-1075 (1 + g)) / (1 - g')   with 1 / (1 - g') = (1 - u)^-n <= 1 / (1 - n u)        (2)
 * For n <= 2^32, n u <= 2^-21, so g <= 1.001 n u, and (1) with (2) gives
 *   |S - s| <= 1.01 n u M + n 2^-1074.
 * The code uses E = fl(fl(2 n u M) + n 2^-1072). The last product is exact (an integer times 2^-1072). The
 * first is at least 2 n u M (1 - u) - 2^-1075, the addition loses a factor (1 - u) at most, hence
 *   E >= 1.9 n u M + n 2^-1073 >= |S - s|,
 * and s lies in [nextDown(S - E), nextUp(S + E)]. If M is finite, no partial sum of S overflowed, because
 * rounding is monotone and so |partial S| <= partial M; if M is not finite the enclosure is everything.
 * (2 n u = n 2^-52 is exact. The loop's order of additions does not matter to the proof.)
 */
import { nextDown, nextUp } from './double-bits.js';

const TWICE_UNIT = Number.EPSILON;
const UNDERFLOW = 4 * Number.MIN_VALUE;
/** Longest dot product that the proof above covers. */
const MAX_TERMS = 2 ** 32;

/** A lower bound of a + b; -Infinity if either is (also where the sum is undefined). */
export function addDown(a: number, b: number): number {
  if (a === 0) return b;
  if (b === 0) return a;
  if (a === -Infinity || b === -Infinity) return -Infinity;
  return nextDown(a + b);
}

/** An upper bound of a + b. */
export function addUp(a: number, b: number): number {
  return -addDown(-a, -b);
}

/** A lower bound of a * b; 0 times anything is 0, also times an infinite end. */
export function mulDown(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return nextDown(a * b);
}

/** An upper bound of a * b. */
export function mulUp(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return nextUp(a * b);
}

/** A lower bound of a / b for finite b > 0. */
export function divDown(a: number, b: number): number {
  if (a === 0 || b === 1) return a;
  return nextDown(a / b);
}

/** An upper bound of a / b for finite b > 0. */
export function divUp(a: number, b: number): number {
  if (a === 0 || b === 1) return a;
  return nextUp(a / b);
}

/** Lower end of the enclosure, from S, M and the number of terms (see the proof). */
function lowerEnd(sum: number, magnitude: number, terms: number): number {
  if (!(magnitude < Infinity) || terms > MAX_TERMS) return -Infinity;
  // Only here is the sum known to be exact: one term alone may have underflowed to 0.
  if (terms === 0) return 0;
  return nextDown(sum - (terms * TWICE_UNIT * magnitude + terms * UNDERFLOW));
}

/**
 * Encloses bias + sum over k < count of weight[weightAt[k]] * x[col[k]] for all x in [lo, hi], in out[0],
 * out[1]. Weights and bias are finite; ends may be infinite. The lower end is the dot product with the end
 * of each x that minimises its term, the upper end the other one, so the proof above covers both.
 */
export function sumProductsOver(
  weight: Float64Array,
  weightAt: Int32Array,
  col: Int32Array,
  count: number,
  lo: Float64Array,
  hi: Float64Array,
  bias: number,
  out: Float64Array,
): void {
  let low = bias;
  let high = bias;
  let lowMagnitude = Math.abs(bias);
  let highMagnitude = lowMagnitude;
  let terms = bias === 0 ? 0 : 1;
  for (let k = 0; k < count; k++) {
    const w = weight[weightAt[k]!]!;
    if (w === 0) continue;
    const j = col[k]!;
    const a = w > 0 ? lo[j]! : hi[j]!;
    const b = w > 0 ? hi[j]! : lo[j]!;
    if (a === 0 && b === 0) continue;
    const least = w * a;
    const most = w * b;
    low += least;
    high += most;
    lowMagnitude += Math.abs(least);
    highMagnitude += Math.abs(most);
    terms++;
  }
  out[0] = lowerEnd(low, lowMagnitude, terms);
  out[1] = 0 - lowerEnd(-high, highMagnitude, terms);
}
