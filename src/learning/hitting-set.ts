/**
 * Improvement by implicit hitting sets: the cheapest set that excludes every counterexample met so far is tested; if it is
 * refuted, its counterexample is made small (few literals violated), which makes a strong demand, and the set is chosen anew.
 * Sets come from a greedy choice with reversals, so nothing here is a bound.
 */
import { type ClassSamples, Recall } from './candidates.js';
import type { Proved } from './deletion.js';
import type { Cut, Prover } from './prover.js';
import { leastSets } from './upper-bound.js';

const ROUNDS = 60;

/** A better set than `from`, or null. */
export async function improveByHittingSets(
  prover: Prover,
  samples: ClassSamples,
  from: Proved,
): Promise<Proved | null> {
  let best = from;
  let followers = new Recall(samples, from.selection).followers;
  let improved = false;
  for (let round = 0; round < ROUNDS && !prover.expired; round++) {
    const selection = cheapestHittingSet(prover.cuts, samples, best.selection);
    const recall = new Recall(samples, selection).followers;
    if (recall <= followers) break;
    const tested = await prover.test(selection, best.proofs);
    if (tested.kind === 'proved') {
      best = { selection, proofs: tested.proofs };
      followers = recall;
      improved = true;
    } else if (tested.kind === 'refuted') await shrink(prover, samples, selection, best.selection);
    else break;
  }
  return improved ? best : null;
}

/**
 * All costless literals and, of the costly ones, a set that hits all cuts: the present best with its dearest literals taken
 * out first wherever the cuts allow it, cheapest replacements put in.
 */
export function cheapestHittingSet(
  cuts: readonly Cut[],
  { candidates, members }: ClassSamples,
  best: Uint8Array,
): Uint8Array {
  const costless = Uint8Array.from(candidates, ({ violators }) => (violators.length === 0 ? 1 : 0));
  const open = leastSets(cuts.filter((cut) => !cut.some((q) => costless[q] === 1)));
  const samples = { label: 0, members, labelled: 0, candidates };
  let chosen = greedy(open, samples, costless, new Set());
  let followers = new Recall(samples, chosen).followers;
  // Forbidding one chosen literal at a time and completing again escapes the greedy order.
  for (const q of [...candidates.keys()].filter((i) => chosen[i] === 1 && costless[i] === 0)) {
    const other = greedy(open, samples, costless, new Set([q]));
    const value = open.every((cut) => cut.some((i) => other[i] === 1))
      ? new Recall(samples, other).followers
      : -1;
    if (value > followers) [chosen, followers] = [other, value];
  }
  const hitting = (set: Uint8Array): boolean => open.every((cut) => cut.some((i) => set[i] === 1));
  return hitting(chosen) ? chosen : best.slice();
}

/** Cuts hit per follower lost, best first; then literals that turned out unneeded are taken out, dearest first. */
function greedy(
  open: readonly Cut[],
  samples: ClassSamples,
  start: Uint8Array,
  forbidden: ReadonlySet<number>,
): Uint8Array {
  const chosen = start.slice();
  const recall = new Recall(samples, chosen);
  let left = open.filter((cut) => !cut.some((q) => chosen[q] === 1));
  while (left.length > 0) {
    const hits = new Map<number, number>();
    for (const cut of left) for (const q of cut) if (!forbidden.has(q)) hits.set(q, (hits.get(q) ?? 0) + 1);
    let pick = -1;
    let score = -1;
    for (const [q, count] of hits) {
      const before = recall.followers;
      recall.add(q);
      const lost = before - recall.followers;
      recall.remove(q);
      if (count / (lost + 0.5) > score) [pick, score] = [q, count / (lost + 0.5)];
    }
    if (pick < 0) return chosen;
    chosen[pick] = 1;
    recall.add(pick);
    left = left.filter((cut) => !cut.includes(pick));
  }
  const costly = [...chosen.keys()].filter((q) => chosen[q] === 1 && start[q] === 0);
  for (const q of costly.sort((a, b) => recall.gain(b) - recall.gain(a))) {
    if (open.some((cut) => cut.includes(q) && cut.every((i) => i === q || chosen[i] === 0))) continue;
    chosen[q] = 0;
    recall.remove(q);
  }
  return chosen;
}

/** Adds literals, the dearest first, while the set stays refuted: what is left out at the end is a small cut. */
async function shrink(
  prover: Prover,
  { candidates }: ClassSamples,
  refuted: Uint8Array,
  best: Uint8Array,
): Promise<void> {
  const selection = refuted.slice();
  const outside = [...candidates.keys()]
    .filter((q) => selection[q] === 0)
    .sort((a, b) => best[a]! - best[b]! || candidates[b]!.violators.length - candidates[a]!.violators.length);
  // Everything outside that the present counterexample meets comes in for free.
  for (const q of outside) {
    if (prover.expired) return;
    selection[q] = 1;
    if (prover.refutedBy(selection) !== null) continue;
    const tested = await prover.test(selection);
    if (tested.kind !== 'refuted') selection[q] = 0;
  }
}
