/**
 * Decides one obligation by proof-producing branch and bound.
 *
 * Requires: nothing of the domain (unbounded inputs leave only suffix proofs). Returns: unsat with a proof without
 * holes that the checker accepted, sat with a replayed point, or unknown with the best bound. Method: the suffix behind each cut tensor, from
 * the last hidden layer towards the input (nap.md, 5.2), then the whole network. Sound: every leaf is a proof step.
 * Complete: for ReLU networks on bounded boxes, up to limits and rounding.
 */

import type { ProofStep } from '../../certificate/proof.js';
import { evaluateFrom } from '../../network/evaluate-from.js';
import { forward } from '../../network/forward.js';
import type { Network, TensorId } from '../../network/network.js';
import { neuronBlocks, reluLayers } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Confirmed, Decision, EngineContext } from '../decision.js';
import { interiorPoint } from '../falsify/interior-point.js';
import { type Region, type RegionCache, suffixStarts } from '../region.js';
import { suggestionFor, undecided } from '../undecided.js';
import { withCore } from './core.js';
import type { Relaxation } from './relaxation.js';
import { type SearchHooks, type SearchLimits, type SearchResult, search } from './search.js';
import { preorder } from './tree.js';

export interface BabOptions {
  readonly maxNodes: number;
}

type Unsat = Extract<Decision, { verdict: 'unsat' }>;

/** Below this many unstable neurons the whole network is searched at once: tighter bounds would not pay. */
const SMALL = 24;
/** Per suffix: nodes and share of the remaining time, before and after bounds are tightened. */
const QUICK = { nodes: 60, share: 0.1 };
const THOROUGH = { nodes: 3000, share: 0.4 };
const TIGHTEN_SHARE = 0.5;

export async function decideByBab(
  context: EngineContext,
  obligation: Obligation,
  regions: RegionCache,
  options: BabOptions,
): Promise<Decision> {
  const { network, signal } = context;
  const deadline = performance.now() + context.timeoutSeconds * 1000;
  const region = regions.of(obligation);
  if (region.empty !== null) {
    const { tensor, index } = region.empty;
    return {
      verdict: 'unsat',
      steps: [{ rule: 'bound', tensor: network.tensors[tensor]!.name, index }],
      shared: null,
      core: null,
      margin: null,
    };
  }
  const attempt = { context, obligation, region, deadline, maxNodes: options.maxNodes };
  const starts = suffixStarts(network);
  const suffixes = starts.slice(0, -1);
  const whole = starts[starts.length - 1]!;
  if (openNeurons(region) > SMALL || !bounded(obligation)) {
    const quick = await trySuffixes(attempt, suffixes, context.exactMargin ? THOROUGH : QUICK);
    if (quick !== null) return quick;
    if (signal.aborted) return undecided('interrupted', 'stopped by the user');
    const now = performance.now();
    const limits = { deadline: now + (deadline - now) * TIGHTEN_SHARE, signal };
    await region.tighten(context.ascent, obligation, limits);
    const thorough = await trySuffixes(attempt, suffixes, THOROUGH);
    if (thorough !== null) return thorough;
  }
  return searchWhole(attempt, whole);
}

interface Attempt {
  readonly context: EngineContext;
  readonly obligation: Obligation;
  readonly region: Region;
  readonly deadline: number;
  readonly maxNodes: number;
}

function openNeurons({ network, bounds }: Region): number {
  let count = 0;
  for (const { input } of reluLayers(network)) {
    bounds.lower[input]!.forEach((l, i) => {
      if (l < 0 && bounds.upper[input]![i]! > 0) count++;
    });
  }
  return count;
}

function bounded({ box }: Obligation): boolean {
  return box.lower.every(Number.isFinite) && box.upper.every(Number.isFinite);
}

/** The first suffix that proves unsat; with `exactMargin` the one of all that proves the largest margin. */
async function trySuffixes(
  attempt: Attempt,
  starts: readonly TensorId[],
  effort: Effort,
): Promise<Decision | null> {
  let best: Unsat | null = null;
  for (const start of starts) {
    const decision = await trySuffix(attempt, start, effort);
    if (decision === null) continue;
    if (!attempt.context.exactMargin) return decision;
    if (best === null || (decision.margin ?? -Infinity) > (best.margin ?? -Infinity)) best = decision;
  }
  return best;
}

interface Effort {
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
  const hooks: SearchHooks = {
    onPoint: async (point, _, exact) => refutesSuffix(context.network, obligation, start, point) || exact,
  };
  const limits = {
    deadline: now + (deadline - now) * effort.share,
    maxNodes: Math.min(attempt.maxNodes, effort.nodes),
    signal: context.signal,
  };
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  if (result.kind !== 'closed') return null;
  const decision = closed(attempt, result).decision;
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
      return false;
    },
  };
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  return result.kind === 'closed' ? closed(attempt, result).decision : null;
}

async function searchWhole(attempt: Attempt, start: TensorId): Promise<Decision> {
  const { context, obligation, region, deadline, maxNodes } = attempt;
  if (context.signal.aborted) return undecided('interrupted', 'stopped by the user');
  if (performance.now() > deadline) return undecided('timeout', 'the time went into suffixes and bounds');
  const relaxation = await region.relaxation(obligation, start);
  if (relaxation === null) return withoutSolver(attempt);
  const found: { confirmed: Confirmed | null; best: number } = { confirmed: null, best: Infinity };
  const hooks = wholeHooks(context, obligation, found);
  const limits = { deadline, maxNodes, signal: context.signal };
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  if (result.kind === 'closed') {
    const { decision, rejected } = closed(attempt, result);
    return (
      decision ?? undecided('numerical', `the proof found does not hold in exact arithmetic: ${rejected}`)
    );
  }
  if (found.confirmed !== null) return { verdict: 'sat', confirmed: found.confirmed };
  return describeOpen(result, found.best);
}

/** No LP (no columns, or numbers out of its range): the default multipliers are all there is to try. */
function withoutSolver(attempt: Attempt): Decision {
  const weights = attempt.obligation.outputs.map((_, k) => (k === 0 ? 1 : 0));
  const { decision } = accepted(attempt, [{ rule: 'lin', weights, pass: [] }]);
  return decision ?? undecided('numerical', "numbers are out of the solver's range");
}

/** A closed tree counts once the checker accepts its proof. */
function closed(attempt: Attempt, result: Extract<SearchResult, { kind: 'closed' }>): Audited {
  return accepted(attempt, preorder(result.tree));
}

interface Audited {
  readonly decision: Unsat | null;
  readonly rejected: string;
}

function accepted({ context, obligation, region }: Attempt, steps: readonly ProofStep[]): Audited {
  const { shared } = region;
  const all: readonly ProofStep[] = shared === null ? steps : [{ rule: 'shared', id: shared.id }, ...steps];
  const audit = context.audit(obligation, all, shared);
  if (!audit.accepted) return { decision: null, rejected: audit.rejected };
  return {
    decision: withCore(context, obligation, {
      verdict: 'unsat',
      steps: all,
      shared,
      core: null,
      margin: audit.margin,
    }),
    rejected: '',
  };
}

function describeOpen(result: SearchResult, best: number): Decision {
  const reason = result.kind === 'open' ? result.reason : 'boundary';
  const bound = result.kind === 'open' ? result.bound : Infinity;
  return {
    verdict: 'unknown',
    reason,
    detail: `branch and bound stopped after ${result.nodes} nodes`,
    suggestion: suggestionFor(reason),
    provedMargin: Number.isFinite(bound) ? -bound : null,
    bestMargin: Number.isFinite(best) ? best : null,
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

/** Every LP point is tried as a counterexample; where no neuron is left open, the region's inner point too. */
function wholeHooks(
  context: EngineContext,
  obligation: Obligation,
  found: { confirmed: Confirmed | null; best: number },
): SearchHooks {
  const { network } = context;
  return {
    onPoint: async (point, bounds, exact) => {
      const logits = forward(network, point).tensors[network.output]!;
      const lead = excess(obligation, logits);
      if (!exact && lead < 0) return false;
      const inner = await interiorPoint(context, obligation, bounds, point);
      for (const candidate of inner === null ? [point] : [inner, point]) {
        const outcome = await context.confirm(obligation, candidate, 'branch and bound');
        if (!('point' in outcome)) continue;
        found.confirmed = outcome;
        return true;
      }
      // A leaf without open neurons whose point does not survive the replay: nothing more to split.
      return exact;
    },
  };
}

/** Least excess of the output constraints; Infinity without any. */
function excess(obligation: Obligation, logits: Float64Array): number {
  let least = Infinity;
  for (const { terms, bound } of obligation.outputs) {
    const sum = terms.reduce(
      (total, { output, coefficient }) => total + coefficient * logits[output]!,
      -bound,
    );
    least = Math.min(least, sum);
  }
  return least;
}
