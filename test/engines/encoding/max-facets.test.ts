/** Upper facets of a maximum over a box: above it everywhere, and together the least concave bound. */
import { describe, expect, it } from 'vitest';
import { upperFacets } from '../../../src/engines/encoding/max-facets.js';
import { seeded } from '../../helpers/random.js';

/** The facets' least value at a point. */
function boundAt(lower: readonly number[], upper: readonly number[], x: readonly number[]): number {
  const values = upperFacets(lower, upper).map(({ threshold, share }) =>
    x.reduce((sum, value, k) => (share[k] === 0 ? sum : sum + share[k]! * (value - lower[k]!)), threshold),
  );
  return Math.min(Math.max(...upper), ...values);
}

/**
 * What a distribution over corners of the box with mean x reaches: the inputs with the greatest upper ends are raised
 * first, never two at once while there is probability left.
 */
function reachedByCorners(lower: readonly number[], upper: readonly number[], x: readonly number[]): number {
  const floor = Math.max(...lower);
  const order = upper.map((_, k) => k).filter((k) => upper[k]! > floor);
  order.sort((a, b) => upper[b]! - upper[a]!);
  let left = 1;
  let mean = floor;
  for (const k of order) {
    const share = Math.min(left, (x[k]! - lower[k]!) / (upper[k]! - lower[k]!));
    mean += share * (upper[k]! - floor);
    left -= share;
  }
  return mean;
}

describe('upper facets of a maximum', () => {
  it('are valid at every point, and tight', () => {
    const random = seeded(5);
    for (let run = 0; run < 3000; run++) {
      const size = random.int(2, 6);
      const lower = Array.from({ length: size }, () => (random.chance(0.2) ? 0 : 4 * random.next() - 2));
      const upper = lower.map((l) => l + (random.chance(0.1) ? 0 : 3 * random.next()));
      for (let k = 0; k < 8; k++) {
        const x = lower.map((l, i) => {
          if (random.chance(0.4)) return random.chance(0.5) ? l : upper[i]!;
          return l + random.next() * (upper[i]! - l);
        });
        const bound = boundAt(lower, upper, x);
        expect(bound).toBeGreaterThanOrEqual(Math.max(...x) - 1e-12);
        expect(bound).toBeCloseTo(reachedByCorners(lower, upper, x), 9);
      }
    }
  });

  it('are valid where upper ends are infinite, and leave out what lower ends forbid', () => {
    const random = seeded(6);
    for (let run = 0; run < 2000; run++) {
      const size = random.int(2, 12);
      const lower = Array.from({ length: size }, () =>
        random.chance(0.2) ? -Infinity : 4 * random.next() - 2,
      );
      const upper = lower.map((l) => (random.chance(0.3) ? Infinity : Math.max(l, -3) + 3 * random.next()));
      const x = lower.map((l, i) => {
        const from = Math.max(l, -5);
        return from + random.next() * (Math.min(upper[i]!, 10) - from);
      });
      for (const { threshold, share } of upperFacets(lower, upper)) {
        const bound = x.reduce(
          (sum, v, k) => (share[k] === 0 ? sum : sum + share[k]! * (v - lower[k]!)),
          threshold,
        );
        expect(bound).toBeGreaterThanOrEqual(Math.max(...x) - 1e-9);
      }
    }
  });
});
