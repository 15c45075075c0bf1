/** A fixed order of grouped samples in which every prefix holds the classes in their overall proportions. */

/**
 * Places sample i of a group of n at the exact fraction (2i + 1) / 2n and sorts by it, equal places by
 * group. So a prefix of length k holds of each group its share of k give or take a few samples.
 *
 * @param sizes number of samples of each group; samples are numbered group after group
 * @returns the sample numbers in the new order
 */
export function interleave(sizes: readonly number[]): Int32Array {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const group = new Int32Array(total);
  const within = new Int32Array(total);
  let next = 0;
  sizes.forEach((size, g) => {
    for (let i = 0; i < size; i++, next++) {
      group[next] = g;
      within[next] = i;
    }
  });
  // Products stay below 2^53 (at most 10^7 samples), so the comparison of fractions is exact.
  return Int32Array.from({ length: total }, (_, index) => index).sort((a, b) => {
    const left = (2 * within[a]! + 1) * sizes[group[b]!]!;
    const right = (2 * within[b]! + 1) * sizes[group[a]!]!;
    return left - right || group[a]! - group[b]!;
  });
}
