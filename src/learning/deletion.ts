/**
 * Leaves literals out while the rest is still proved: first those that cost followers, by what leaving them out gains, then
 * those that cost none, in chunks. A literal whose test ran out of limits is kept and counted.
 */
import { type ClassSamples, Recall } from './candidates.js';
import type { Proofs, Prover } from './prover.js';

export interface Proved {
  /** 1 for each chosen candidate. */
  readonly selection: Uint8Array;
  readonly proofs: Proofs;
}

export interface Deletion {
  readonly best: Proved;
  /** Literals kept because a test ended without an answer. */
  readonly undecided: number;
}

export type OnImproved = (proved: Proved) => void;

/** Leaves out costly literals in order of gain; a literal that was needed once stays needed (proofs are monotone). */
export async function deleteCostly(
  prover: Prover,
  samples: ClassSamples,
  from: Proved,
  onImproved: OnImproved = () => {},
): Promise<Deletion> {
  let best = from;
  let undecided = 0;
  const recall = new Recall(samples, from.selection);
  const needed = new Set<number>();
  while (!prover.expired) {
    const open = samples.candidates
      .map((candidate, q) => ({ q, cost: candidate.violators.length }))
      .filter(({ q, cost }) => cost > 0 && best.selection[q] === 1 && !needed.has(q))
      .map(({ q, cost }) => ({ q, gain: recall.gain(q), cost }))
      .sort((a, b) => b.gain - a.gain || b.cost - a.cost);
    const next = open[0];
    if (next === undefined) break;
    const selection = best.selection.slice();
    selection[next.q] = 0;
    const tested = await prover.test(selection, best.proofs);
    if (tested.kind === 'proved') {
      best = { selection, proofs: tested.proofs };
      recall.remove(next.q);
      onImproved(best);
    } else {
      needed.add(next.q);
      if (tested.kind === 'open') undecided++;
    }
  }
  return { best, undecided };
}

const CHUNK = 32;

/** Leaves out the listed literals in chunks, halved where a chunk cannot go as a whole. */
export async function deleteInChunks(
  prover: Prover,
  from: Proved,
  order: readonly number[],
  onImproved: OnImproved = () => {},
): Promise<Deletion> {
  let best = from;
  let undecided = 0;
  const drop = async (chunk: readonly number[]): Promise<void> => {
    const left = chunk.filter((q) => best.selection[q] === 1 && !neededFor(prover, best.selection, q));
    if (left.length === 0 || prover.expired) return;
    const selection = best.selection.slice();
    for (const q of left) selection[q] = 0;
    const tested = await prover.test(selection, best.proofs);
    if (tested.kind === 'proved') {
      best = { selection, proofs: tested.proofs };
      onImproved(best);
      return;
    }
    if (left.length === 1) {
      if (tested.kind === 'open') undecided++;
      return;
    }
    const half = left.length >> 1;
    await drop(left.slice(0, half));
    await drop(left.slice(half));
  };
  for (let at = 0; at < order.length; at += CHUNK) await drop(order.slice(at, at + CHUNK));
  return { best, undecided };
}

/** A stored counterexample is excluded by this literal alone. */
export function neededFor(prover: Prover, selection: Uint8Array, q: number): boolean {
  return prover.cuts.some(
    (cut) => cut.includes(q) && cut.every((other) => other === q || selection[other] === 0),
  );
}
