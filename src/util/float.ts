import { nextDown, nextUp } from './exact/double-bits.js';

export { nextDown, nextUp };

/** A double <= the real number a + b, equal to it where the sum is exact. */
export function addDown(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) < 0 ? nextDown(sum) : sum;
}

/** A double >= the real number a + b, equal to it where the sum is exact. */
export function addUp(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) > 0 ? nextUp(sum) : sum;
}

/** (a + b) - sum, exactly (Knuth's TwoSum); 0 where the sum is not finite. */
function roundingError(a: number, b: number, sum: number): number {
  if (!Number.isFinite(sum)) return 0;
  const bb = sum - a;
  return a - (sum - bb) + (b - bb);
}
