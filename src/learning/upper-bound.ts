/**
 * A bound that no NAP of the candidates can exceed: samples that the network puts in another class are counterexamples, so
 * each must violate a chosen literal, and every literal has its price in followers.
 */
import type { PatternTable } from '../mining/patterns.js';
import { ACTIVE } from '../nap/nap.js';
import { bitAt, type ClassSamples } from './candidates.js';
import type { Cut } from './prover.js';

/** Candidates that each sample of another class violates; only the least sets, and none that a costless literal hits. */
export function seedCuts(table: PatternTable, samples: ClassSamples): Cut[] {
  const { candidates, label } = samples;
  const costless = candidates.filter(({ violators }) => violators.length === 0);
  const seen = new Map<string, Cut>();
  for (let sample = 0; sample < table.count; sample++) {
    if (table.predictions[sample] === label) continue;
    const violates = ({ neuron, phase }: (typeof candidates)[number]): boolean =>
      bitAt(table, sample, neuron) === (phase === ACTIVE ? 0 : 1);
    if (costless.some(violates)) continue;
    const cut = [...candidates.keys()].filter((q) => violates(candidates[q]!));
    seen.set(cut.join(','), cut);
  }
  return leastSets([...seen.values()]);
}

/** Sets that contain no other one. */
export function leastSets(cuts: readonly Cut[]): Cut[] {
  const sorted = [...cuts].sort((a, b) => a.length - b.length);
  const kept: { readonly cut: Cut; readonly members: ReadonlySet<number> }[] = [];
  for (const cut of sorted) {
    const members = new Set(cut);
    if (!kept.some((other) => other.cut.every((q) => members.has(q)))) kept.push({ cut, members });
  }
  return kept.map(({ cut }) => cut);
}

/**
 * Members that can follow at most: of cuts that share no violating member, each costs at least its cheapest literal.
 * Literals left out of the candidates for their price would cost more than `maxShare`; the bound is about the candidates.
 */
export function upperBound(table: PatternTable, samples: ClassSamples): number {
  const { candidates, members } = samples;
  const priced = seedCuts(table, samples)
    .map((cut) => ({
      cut,
      price: Math.min(members.length, ...cut.map((q) => candidates[q]!.violators.length)),
    }))
    .sort((a, b) => b.price - a.price);
  const used = new Set<number>();
  let lost = 0;
  for (const { cut, price } of priced) {
    const touched = cut.flatMap((q) => [...candidates[q]!.violators]);
    if (touched.some((i) => used.has(i))) continue;
    for (const i of touched) used.add(i);
    lost += price;
  }
  return Math.max(0, members.length - lost);
}
