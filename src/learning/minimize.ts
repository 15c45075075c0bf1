/**
 * From a proved set of literals to a minimal one ("Learning Minimal Neural Specifications", NeuS 2025; nap.md section 7).
 *
 * Proofs are monotone in literals, so minimal sets are minimal unsatisfiable subsets. Every method ends in a deletion pass:
 * the result is inclusion-minimal if each literal left has been seen to be needed, and minimal up to limits otherwise.
 * Proofs of one step are tried again in the next before a solver is asked.
 */
import { byLoss, dropCheapest } from './cheapest.js';
import type { Proved } from './deletion.js';
import { neededFor } from './deletion.js';
import type { Prover } from './prover.js';

export type Method = 'core' | 'coarsen' | 'stochastic' | 'optimistic' | 'quickxplain';
export const METHODS: readonly Method[] = ['core', 'coarsen', 'stochastic', 'optimistic', 'quickxplain'];

export interface Minimized {
  readonly best: Proved;
  /** Literals whose need was not shown, because a test ended at its limits. */
  readonly undecided: number;
}

export interface MinimizeOptions {
  readonly method: Method;
  /** Literals of the selection, those to be rid of first at the front. */
  readonly order: readonly number[];
  /** The same literals by layer, the last layer first. */
  readonly layers: readonly (readonly number[])[];
  readonly seed: number;
}

/** `from` must be proved. Stops at the prover's deadline with what it has. */
export async function minimize(prover: Prover, from: Proved, options: MinimizeOptions): Promise<Minimized> {
  switch (options.method) {
    case 'core':
      return byCore(prover, from, options);
    case 'coarsen':
      return coarsen(prover, from, options.order);
    case 'stochastic':
      return coarsen(prover, await stochastic(prover, from, options), options.order);
    case 'optimistic':
      return coarsen(prover, await optimistic(prover, from, options.order), options.order);
    case 'quickxplain':
      return coarsen(prover, await quickXplain(prover, from, options.order), options.order);
  }
}

/**
 * What the proofs do not use, then what new proofs can do without, layer by layer from the last, then one after the other,
 * the least used first. With the phases of a layer known the next one is linear, and its literals say nothing new: leaving
 * out some of both layers at once spends the margin on fewer (mnist-net_256x4, class 0: 371 left instead of 257).
 */
async function byCore(prover: Prover, from: Proved, { order, layers }: MinimizeOptions): Promise<Minimized> {
  let best = await dropUnused(prover, from, order);
  for (const layer of layers) best = await dropCheapest(prover, best, layer);
  const left = order.filter((q) => best.selection[q] === 1);
  return coarsen(prover, best, byLoss(left, prover.losses(best.selection, best.proofs, left)));
}

/** Tests in a row without an answer after which the pass ends: those that follow ask for more of the same. */
const PATIENCE = 6;

/** One literal after the other, kept where the rest is not proved without it. */
async function coarsen(prover: Prover, from: Proved, order: readonly number[]): Promise<Minimized> {
  let best = from;
  let undecided = 0;
  let inVain = 0;
  for (const q of order) {
    if (best.selection[q] === 0) continue;
    if (neededFor(prover, best.selection, q)) continue;
    if (prover.expired || inVain >= PATIENCE) {
      undecided++;
      continue;
    }
    const selection = without(best.selection, [q]);
    const tested = await prover.test(selection, best.proofs);
    if (tested.kind === 'proved') best = { selection, proofs: tested.proofs };
    else if (tested.kind === 'open') undecided++;
    inVain = tested.kind === 'open' ? inVain + 1 : 0;
  }
  return { best, undecided };
}

/** Literals that the proofs at hand do not need: whole proofs are evaluated again without them, no solver is asked. */
export async function dropUnused(prover: Prover, from: Proved, order: readonly number[]): Promise<Proved> {
  let selection = from.selection;
  const drop = (chunk: readonly number[]): void => {
    const left = chunk.filter((q) => selection[q] === 1);
    if (left.length === 0) return;
    const smaller = without(selection, left);
    if (prover.stillProved(smaller, from.proofs)) selection = smaller;
    else if (left.length > 1) {
      drop(left.slice(0, left.length >> 1));
      drop(left.slice(left.length >> 1));
    }
  };
  drop(order);
  return { selection, proofs: from.proofs };
}

/** StochCoarsen: keeps each literal with a probability; a sample that is proved becomes the set. */
async function stochastic(prover: Prover, from: Proved, { seed, order }: MinimizeOptions): Promise<Proved> {
  let best = from;
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let keep = 0.5;
  while (keep < 1 - 1 / Math.max(4, order.length) && !prover.expired) {
    const dropped = order.filter(
      (q) => best.selection[q] === 1 && random() >= keep && !neededFor(prover, best.selection, q),
    );
    if (dropped.length === 0) keep = 1 - (1 - keep) / 2;
    else {
      const selection = without(best.selection, dropped);
      const tested = await prover.test(selection, best.proofs);
      if (tested.kind === 'proved') best = { selection, proofs: tested.proofs };
      else keep = 1 - (1 - keep) / 2;
    }
  }
  return best;
}

/** OptAdvPrune: starts from nothing, adds a literal that the latest counterexample violates until the set is proved. */
async function optimistic(prover: Prover, from: Proved, order: readonly number[]): Promise<Proved> {
  const rank = new Map(order.map((q, position) => [q, position]));
  const selection = new Uint8Array(from.selection.length);
  while (!prover.expired) {
    const tested = await prover.test(selection);
    if (tested.kind === 'proved') return { selection, proofs: tested.proofs };
    if (tested.kind === 'open') return from;
    const usable = tested.cut.filter((q) => from.selection[q] === 1);
    if (usable.length === 0) return from;
    selection[usable.reduce((a, b) => (rank.get(a)! > rank.get(b)! ? a : b))] = 1;
  }
  return from;
}

/** QuickXplain (Junker, AAAI 2004) on "is proved"; later literals of the order are preferred. */
async function quickXplain(prover: Prover, from: Proved, order: readonly number[]): Promise<Proved> {
  let stopped = false;
  const proved = async (selection: Uint8Array): Promise<boolean> => {
    const tested = await prover.test(selection, from.proofs);
    if (tested.kind === 'open') stopped = true;
    return tested.kind === 'proved';
  };
  const explain = async (
    background: Uint8Array,
    changed: boolean,
    list: readonly number[],
  ): Promise<readonly number[]> => {
    if (stopped || (changed && (await proved(background)))) return [];
    if (list.length <= 1) return list;
    const half = list.length >> 1;
    const [front, back] = [list.slice(0, half), list.slice(half)];
    const second = await explain(withAll(background, front), front.length > 0, back);
    const first = await explain(withAll(background, second), second.length > 0, front);
    return [...first, ...second];
  };
  const liked = [...order].filter((q) => from.selection[q] === 1).reverse();
  const chosen = await explain(new Uint8Array(from.selection.length), true, liked);
  if (stopped) return from;
  const selection = withAll(new Uint8Array(from.selection.length), chosen);
  const tested = await prover.test(selection);
  return tested.kind === 'proved' ? { selection, proofs: tested.proofs } : from;
}

function without(selection: Uint8Array, literals: readonly number[]): Uint8Array {
  const smaller = selection.slice();
  for (const q of literals) smaller[q] = 0;
  return smaller;
}

function withAll(selection: Uint8Array, literals: readonly number[]): Uint8Array {
  const larger = selection.slice();
  for (const q of literals) larger[q] = 1;
  return larger;
}
