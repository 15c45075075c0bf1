/**
 * Interval bounds of a dense layer, without branches in the inner loop; the ends of the inputs must be finite.
 *
 * With p = w + |w| and n = w - |w| (exact: 2w or 0) twice the lower end of row i is 2 b + sum p_j l_j + n_j u_j: of each
 * pair of products one is exactly 0, so this is a dot product of cols + 1 terms, and the proof of exact/interval.ts
 * bounds its error by 1.01 k u M + k 2^-1074 for k = cols + 1 terms and M >= the sum of the terms' magnitudes. M is
 * taken as 2 |b| + sum 2 |w_j| m_j with m_j = max(|l_j|, |u_j|), a rounded sum of k positive terms, so at least
 * 0.999 times the true one less k 2^-1074. Then E = fl(fl(2 k u M) + k 2^-1072) exceeds the error, as there; halving is
 * exact or rounds a subnormal, which nextDown covers.
 */
import type { DenseMap } from '../network/network.js';
import { nextDown } from './exact/double-bits.js';

const TWICE_UNIT = Number.EPSILON;
const UNDERFLOW = 4 * Number.MIN_VALUE;

/** Are all ends finite? */
export function allFinite(lo: Float64Array, hi: Float64Array): boolean {
  for (let j = 0; j < lo.length; j++) {
    if (!(lo[j]! > -Infinity && lo[j]! < Infinity && hi[j]! > -Infinity && hi[j]! < Infinity)) return false;
  }
  return true;
}

/** The larger of each element's two magnitudes. */
export function magnitudes(lo: Float64Array, hi: Float64Array): Float64Array {
  return lo.map((low, j) => Math.max(Math.abs(low), Math.abs(hi[j]!)));
}

/** Encloses row `row` of W x + bias for x in [lo, hi] in out[0], out[1]; `size` is magnitudes(lo, hi). */
export function boundDenseRow(
  { cols, weight }: DenseMap,
  row: number,
  bias: number,
  lo: Float64Array,
  hi: Float64Array,
  size: Float64Array,
  out: Float64Array,
): void {
  const start = row * cols;
  let low = 2 * bias;
  let high = low;
  let magnitude = Math.abs(bias);
  for (let j = 0; j < cols; j++) {
    const w = weight[start + j]!;
    const absolute = Math.abs(w);
    const p = w + absolute;
    const n = w - absolute;
    const l = lo[j]!;
    const u = hi[j]!;
    low += p * l + n * u;
    high += p * u + n * l;
    magnitude += absolute * size[j]!;
  }
  const terms = cols + 1;
  const error = terms * TWICE_UNIT * (2 * magnitude) + terms * UNDERFLOW;
  const bounded = Math.abs(low) + Math.abs(high) + error < Infinity;
  out[0] = bounded ? nextDown((low - error) / 2) : -Infinity;
  out[1] = bounded ? 0 - nextDown((-high - error) / 2) : Infinity;
}
