/**
 * Proofs behind a cut tensor: the suffix's relaxation is searched with interval (or tightened) bounds on its input. Any
 * proof about a suffix is a proof about the network, since the suffix's inputs are over-approximated (nap.md, 5.2).
 */
import { evaluateFrom } from '../../network/evaluate-from.js';
import { type Network, neuronBlocks, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { type Attempt, closed, excess, type Unsat } from './attempt.js';
import { onlyOpen } from './line-split.js';
import { reachOf } from './reach.js';
import type { Relaxation } from './relaxation.js';
import { type SearchHooks, type SearchLimits, search } from './search.js';

/** The first suffix that proves unsat; with `exactMargin` the one of all that proves the largest margin. */
export async function trySuffixes(
  attempt: Attempt,
  starts: readonly TensorId[],
  effort: Effort,
): Promise<Unsat | null> {
  let best: Unsat | null = null;
  for (const start of starts) {
    const decision = await trySuffix(attempt, start, effort);
    if (decision === null) continue;
    if (!attempt.context.exactMargin) return decision;
    if (best === null || (decision.margin ?? -Infinity) > (best.margin ?? -Infinity)) best = decision;
    // On a line the search is exact; the many dimensions of earlier starts would take all the time.
    if (onlyOpen(attempt.region.bounds, start) !== null) return best;
  }
  return best;
}

export interface Effort {
  readonly nodes: number;
  readonly share: number;
}

/** Unsat if the suffix behind `start` proves it; null otherwise, which says nothing about the obligation. */
async function trySuffix(attempt: Attempt, start: TensorId, effort: Effort): Promise<Unsat | null> {
  const { context, obligation, region, deadline } = attempt;
  const now = performance.now();
  if (context.signal.aborted || now > deadline) return null;
  const relaxation = await region.relaxation(obligation, start);
  if (relaxation === null) return null;
  const hooks = { ...suffixHooks(attempt, start), ...reachOf(attempt, 'suffix') };
  const limits = {
    deadline: now + (deadline - now) * effort.share,
    maxNodes: Math.min(attempt.maxNodes, effort.nodes),
    maxMemoryBytes: context.maxMemoryBytes,
    signal: context.signal,
  };
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  if (result.kind !== 'closed') return null;
  const decision = closed(attempt, result.tree, result.margin).decision;
  if (decision === null || !context.exactMargin) return decision;
  return (await exactMargin(attempt, start, relaxation, limits)) ?? decision;
}

/** How close to the suffix's least margin the proved one must come, relative to it. */
const EXACT = 1e-6;

/**
 * The same search again, closing leaves only below the largest value that the suffix really takes: the proved margin
 * is then the suffix's least margin, up to EXACT. Null if limits end it.
 */
async function exactMargin(
  attempt: Attempt,
  start: TensorId,
  relaxation: Relaxation,
  limits: SearchLimits,
): Promise<Unsat | null> {
  const { context, obligation, region } = attempt;
  let largest = -Infinity;
  const hooks: SearchHooks = {
    closeBelow: () => (largest === -Infinity ? -Infinity : largest + EXACT * Math.max(1e-3, -largest)),
    onPoint: async (point) => {
      const value = suffixValue(context.network, obligation, start, point);
      if (value !== null) largest = Math.max(largest, value);
      return 'none';
    },
  };
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  return result.kind === 'closed' ? closed(attempt, result.tree, result.margin).decision : null;
}

export function suffixHooks({ context, obligation }: Attempt, start: TensorId): SearchHooks {
  return {
    onPoint: async (point, _, exact) =>
      exact || refutesSuffix(context.network, obligation, start, point) ? 'ends' : 'none',
  };
}

/** The suffix has a point of its own: no proof behind this cut exists, so the search there ends. */
function refutesSuffix(
  network: Network,
  obligation: Obligation,
  start: TensorId,
  point: Float64Array,
): boolean {
  const value = suffixValue(network, obligation, start, point);
  return value !== null && value >= 0;
}

/** Solver tolerance on literals; the value only steers the search. */
const TOLERANCE = 1e-7;

/** Least excess of the output constraints at a point of the start tensor; null if it breaks a literal behind it. */
function suffixValue(
  network: Network,
  obligation: Obligation,
  start: TensorId,
  point: Float64Array,
): number | null {
  const tensors = evaluateFrom(network, start, point);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    const z = tensors[layer.input];
    if (z === undefined || z === null) continue;
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) if (phases[offset + i]! * z[i]! < -TOLERANCE) return null;
    }
  }
  return excess(obligation, tensors[network.output]!);
}
