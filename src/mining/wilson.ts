/** Confidence interval of a proportion. */

/** A share of samples with the Wilson 95 % interval of the underlying probability. */
export interface Proportion {
  readonly count: number;
  readonly of: number;
  /** count / of; null if `of` is 0. */
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Wilson score interval without continuity correction (Wilson, JASA 22, 1927). Unlike the normal
 * approximation it stays inside [0, 1] and is honest at 0 and n successes. No samples give [0, 1].
 */
export function wilson95(count: number, of: number): Proportion {
  if (!(Number.isInteger(count) && Number.isInteger(of) && count >= 0 && count <= of)) {
    throw new Error(`not a proportion: ${count} of ${of}`);
  }
  if (of === 0) return { count, of, value: null, low: 0, high: 1 };
  const share = count / of;
  const square = (Z * Z) / of;
  const centre = (share + square / 2) / (1 + square);
  const half = (Math.sqrt((share * (1 - share)) / of + square / (4 * of)) * Z) / (1 + square);
  return {
    count,
    of,
    value: share,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === of ? 1 : Math.min(1, centre + half),
  };
}

/** Lower end of the one-sided Wilson interval whose quantile of the standard normal distribution is z. */
export function wilsonLow(count: number, of: number, z: number): number {
  if (of === 0) return 0;
  const share = count / of;
  const square = (z * z) / of;
  const half = Math.sqrt((share * (1 - share)) / of + square / (4 * of)) * z;
  return Math.max(0, (share + square / 2 - half) / (1 + square));
}
