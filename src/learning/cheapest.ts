/**
 * Leaves out many literals with few proofs: the ones whose loss the proofs at hand bear best go first, as many at once as
 * a new proof allows (found by halving), and again from the new proofs until none goes.
 */
import type { Proved } from './deletion.js';
import { neededFor } from './deletion.js';
import type { Prover } from './prover.js';

/** `order`: literals that may go; of equal losses the earlier ones go first. */
export async function dropCheapest(prover: Prover, from: Proved, order: readonly number[]): Promise<Proved> {
  let best = from;
  while (!prover.expired) {
    const open = order.filter((q) => best.selection[q] === 1 && !neededFor(prover, best.selection, q));
    const losses = prover.losses(best.selection, best.proofs, open);
    const sorted = byLoss(open, losses);
    const smaller = await longestPrefix(prover, best, sorted);
    if (smaller === null) break;
    best = smaller;
  }
  return best;
}

/** Ascending; the order among equals stays. */
export function byLoss(literals: readonly number[], losses: ReadonlyMap<number, number>): number[] {
  return [...literals].sort((a, b) => {
    const [x, y] = [losses.get(a)!, losses.get(b)!];
    return x === y ? 0 : x - y;
  });
}

/** The selection without the most literals from the front of the list that halving finds; null if none can go. */
async function longestPrefix(
  prover: Prover,
  from: Proved,
  sorted: readonly number[],
): Promise<Proved | null> {
  let found: Proved | null = null;
  let [fits, fails] = [0, sorted.length + 1];
  while (fits + 1 < fails && !prover.expired) {
    const count = (fits + fails) >> 1;
    const selection = from.selection.slice();
    for (const q of sorted.slice(0, count)) selection[q] = 0;
    const tested = await prover.test(selection, from.proofs);
    if (tested.kind === 'proved') {
      found = { selection, proofs: tested.proofs };
      fits = count;
    } else fails = count;
  }
  return found;
}
