/**
 * Decides one obligation by proof-producing branch and bound.
 *
 * Requires: nothing of the domain (unbounded inputs leave only suffix proofs). Returns: unsat with a proof without
 * holes that the checker accepted, sat with a replayed point, or unknown with the best bound. Method: the suffix behind each cut tensor, from
 * the last hidden layer towards the input (nap.md, 5.2), then the whole network. Sound: every leaf is a proof step.
 * Complete: for ReLU networks on bounded boxes, up to limits and rounding.
 */

import { evaluateFrom } from '../../network/evaluate-from.js';
import { forward } from '../../network/forward.js';
import type { Network, TensorId } from '../../network/network.js';
import { neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Confirmed, Decision, EngineContext } from '../decision.js';
import { interiorPoint } from '../falsify/interior-point.js';
import { type RegionCache, suffixStarts } from '../region.js';
import { suggestionFor, undecided } from '../undecided.js';
import { type SearchHooks, type SearchResult, search } from './search.js';
import { preorder } from './tree.js';

export interface BabOptions {
  readonly maxNodes: number;
}

/** Nodes a suffix may use before a longer one is tried, and its share of the remaining time. */
const SUFFIX_NODES = 2000;
const SUFFIX_SHARE = 0.3;

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
      margin: null,
    };
  }
  let open: Decision = undecided('timeout', 'no time left to start');
  for (const start of suffixStarts(network)) {
    const now = performance.now();
    if (signal.aborted) return undecided('interrupted', 'stopped by the user');
    if (now > deadline) return open;
    const relaxation = await region.relaxation(obligation, start);
    if (relaxation === null) {
      open = undecided(
        'numerical',
        `numbers behind ${network.tensors[start]!.name} are out of the solver's range`,
      );
      continue;
    }
    const whole = start === network.input;
    const found: { confirmed: Confirmed | null; best: number } = { confirmed: null, best: Infinity };
    const hooks: SearchHooks = whole
      ? wholeHooks(context, obligation, found)
      : { onPoint: async (point, _, exact) => refutesSuffix(network, obligation, start, point) || exact };
    const limits = {
      deadline: whole ? deadline : now + (deadline - now) * SUFFIX_SHARE,
      maxNodes: whole ? options.maxNodes : Math.min(options.maxNodes, SUFFIX_NODES),
      signal,
    };
    const result = await search(network, relaxation, obligation, region.bounds, limits, hooks);
    if (result.kind === 'closed') {
      const steps = preorder(result.tree);
      const audit = context.audit(obligation, steps);
      if (audit.accepted) return { verdict: 'unsat', steps, margin: audit.margin };
      open = undecided('numerical', `the proof found does not hold in exact arithmetic: ${audit.rejected}`);
      continue;
    }
    if (whole && found.confirmed !== null) return { verdict: 'sat', confirmed: found.confirmed };
    open = describeOpen(result, found.best);
  }
  return open;
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
  const tensors = evaluateFrom(network, start, point);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    const z = tensors[layer.input];
    if (z === undefined || z === null) continue;
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) if (phases[offset + i]! * z[i]! < 0) return false;
    }
  }
  return excess(obligation, tensors[network.output]!) >= 0;
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
