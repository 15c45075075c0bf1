/** Points of a box that a search may start from. */
import type { Box } from '../../obligation/obligation.js';

/** Inputs without bound are cut off here. */
const FARTHEST = 1e6;

/** The box's middle and seeded points of it, corners among them; another seed gives others. */
export function boxPoints(box: Box, count: number, seed = 12345): Float64Array[] {
  const finite = (x: number): number => Math.max(-FARTHEST, Math.min(FARTHEST, x));
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, k) =>
    box.lower.map((low, i) => {
      const [l, u] = [finite(low), finite(box.upper[i]!)];
      const share = k === 0 ? 0.5 : k % 2 === 0 ? random() : Math.round(random());
      return l + share * (u - l);
    }),
  );
}
