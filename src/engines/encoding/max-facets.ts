/**
 * Upper facets of y = max of x_k over a box [l, u].
 *
 * For a threshold t >= m = max l_k:  y <= t + sum over u_k > t of a_k (x_k - l_k),  a_k = (u_k - t) / (u_k - l_k).
 *
 * Valid: let y = x_j. All terms are >= 0, so nothing is to be shown where x_j <= t. Else u_j > t, and the chord
 * a_j (x_j - l_j) from (l_j, 0) to (u_j, u_j - t) lies on or above max(0, x_j - t), which is convex and meets it at both
 * ends, since l_j <= t.
 *
 * Tight: at a corner of the box, with S the inputs at their upper ends, y = max(m, max of u_k over S). The best concave
 * upper bound at shares s_k = (x_k - l_k) / (u_k - l_k) of these values is m plus the most that weights w_k = u_k - m > 0
 * bring with amounts z_k <= s_k of total at most 1 (weighted rank of a uniform matroid). The dual of that choice is the
 * least over t >= m of the right side above, reached at t = m or some t = u_k. So these are all facets but y <= max u_k.
 *
 * An infinite u_k has a_k = 1, the limit; that is valid for the same reason.
 */

export interface UpperFacet {
  readonly threshold: number;
  /** a_k, 0 for inputs that do not appear. */
  readonly share: Float64Array;
}

/** More candidates than this get only the lowest and the highest facets: rows cost time in every LP. */
const ALL_UP_TO = 9;
const KEPT = 4;

/** Facets by rising threshold; none for those that an infinite lower end forbids. */
export function upperFacets(lower: readonly number[], upper: readonly number[]): UpperFacet[] {
  const floor = Math.max(...lower);
  const top = Math.max(...upper);
  const thresholds = [...new Set([floor, ...upper.filter((u) => u > floor)])]
    .filter((t) => t < top && Number.isFinite(t))
    .sort((a, b) => a - b);
  const kept =
    lower.length <= ALL_UP_TO ? thresholds : [...thresholds.slice(0, 1), ...thresholds.slice(1).slice(-KEPT)];
  return kept.flatMap((threshold) => {
    const share = Float64Array.from(lower, (l, k) => {
      const u = upper[k]!;
      if (u <= threshold) return 0;
      return u === Infinity ? 1 : (u - threshold) / (u - l);
    });
    const usable = lower.every((l, k) => (share[k] === 0 ? upper[k]! <= threshold : Number.isFinite(l)));
    return usable ? [{ threshold, share }] : [];
  });
}
