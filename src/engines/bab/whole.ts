/** Branch and bound on the relaxation of the whole network: complete, and the only place where points are found. */
import type { Bounds } from '../../bounds/interval.js';
import { forward } from '../../network/forward.js';
import { type Network, neuronBlocks, reluLayers, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Confirmed, Decision, EngineContext } from '../decision.js';
import { interiorPoint } from '../falsify/interior-point.js';
import { tighten } from '../tighten.js';
import { suggestionFor, undecided } from '../undecided.js';
import { type Attempt, accepted, closed, excess } from './attempt.js';
import { reachOf } from './reach.js';
import { type SearchHooks, type SearchResult, search } from './search.js';

/** ReLU layers up to which cuts pay: in deeper networks the first layer's triangles are not where bounds are lost. */
const SHALLOW = 2;
const CUT_ROUNDS = 6;

/** What the points tried so far gave: a confirmed counterexample, and the least margin of a real point. */
export interface Found {
  confirmed: Confirmed | null;
  best: number;
}

export function nothingFound(): Found {
  return { confirmed: null, best: Infinity };
}

export async function searchWhole(attempt: Attempt, start: TensorId): Promise<Decision> {
  const { context, obligation, region, deadline, maxNodes } = attempt;
  if (context.signal.aborted) return undecided('interrupted', 'stopped by the user');
  if (performance.now() > deadline) return undecided('timeout', 'the time went into suffixes and bounds');
  const relaxation = await region.relaxation(obligation, start);
  if (relaxation === null) return withoutSolver(attempt);
  const found = nothingFound();
  const hooks = {
    ...wholeHooks(context, obligation, found),
    ...reachOf(attempt, 'search', () => found.best),
    tighten: nodeTightener(attempt),
  };
  const { maxMemoryBytes, signal } = context;
  const cutRounds = reluLayers(context.network).length <= SHALLOW ? CUT_ROUNDS : 0;
  const limits = { deadline, maxNodes, maxMemoryBytes, signal, cutRounds };
  const began = performance.now();
  const result = await search(context.network, relaxation, obligation, region.bounds, limits, hooks);
  if (result.kind === 'closed') {
    const { decision, rejected } = closed(attempt, result.tree, result.margin);
    return (
      decision ?? undecided('numerical', `the proof found does not hold in exact arithmetic: ${rejected}`)
    );
  }
  if (found.confirmed !== null) return { verdict: 'sat', confirmed: found.confirmed };
  return describeOpen(result, found.best, (performance.now() - began) / 1000);
}

/**
 * Bounds are recomputed at every third level, where at least so many neurons behind the first layer are open: 256x2 at
 * 0.99, 0 against 2 (15 of them), closes in 117 nodes and 8 s instead of staying open after 22 s; with 4 to 6 of
 * them a node takes 1.6 times as long and gains little.
 */
const LEVELS = 3;
const WORTH_RECOMPUTING = 8;

function nodeTightener({
  context,
  obligation,
  region,
  deadline,
}: Attempt): NonNullable<SearchHooks['tighten']> {
  const { network, ascent, signal } = context;
  const [, ...later] = reluLayers(network);
  const openBehindFirst = ({ lower, upper }: Bounds): number =>
    later.reduce(
      (sum, { input }) =>
        sum + lower[input]!.reduce((count, l, i) => count + (l < 0 && upper[input]![i]! > 0 ? 1 : 0), 0),
      0,
    );
  return async (bounds, depth) =>
    later.length < SHALLOW &&
    region.tightened &&
    depth % LEVELS === LEVELS - 1 &&
    openBehindFirst(bounds) >= WORTH_RECOMPUTING
      ? (await tighten(network, ascent, bounds, obligation, { deadline, signal })).lemmas
      : [];
}

/** No LP (no columns, or numbers out of its range): the default multipliers are all there is to try. */
function withoutSolver(attempt: Attempt): Decision {
  const weights = attempt.obligation.outputs.map((_, k) => (k === 0 ? 1 : 0));
  const { decision } = accepted(attempt, [{ rule: 'lin', weights, pass: [] }]);
  return decision ?? undecided('numerical', "numbers are out of the solver's range");
}

function describeOpen(result: SearchResult, best: number, seconds: number): Decision {
  const reason = result.kind === 'open' ? result.reason : 'numerical';
  const bound = result.kind === 'open' ? result.bound : Infinity;
  const closed =
    result.kind === 'open' ? `, with ${(100 * result.closedShare).toPrecision(2)} % of the tree closed` : '';
  return {
    verdict: 'unknown',
    reason,
    detail: `branch and bound stopped after ${result.nodes} nodes (${(result.nodes / seconds).toPrecision(2)} per second)${closed}`,
    suggestion: suggestionFor(reason),
    provedMargin: Number.isFinite(bound) ? -bound : null,
    bestMargin: Number.isFinite(best) ? best : null,
  };
}

/** Every LP point is tried as a counterexample; where no neuron is left open, the region's inner point too. */
export function wholeHooks(context: EngineContext, obligation: Obligation, found: Found): SearchHooks {
  const { network } = context;
  return {
    onPoint: async (point, bounds, exact) => {
      const { tensors } = forward(network, point);
      const logits = tensors[network.output]!;
      const lead = excess(obligation, logits);
      if (lead < 0 && followsNaps(network, obligation, tensors)) found.best = Math.min(found.best, -lead);
      if (!exact && lead < 0) return 'none';
      const inner = await interiorPoint(context, obligation, bounds, point);
      for (const candidate of inner === null ? [point] : [inner, point]) {
        const outcome = await context.confirm(obligation, candidate, 'branch and bound');
        if (!('point' in outcome)) continue;
        found.confirmed = outcome;
        return 'ends';
      }
      // Without open neurons there is nothing left to split, but other leaves may hold a point that survives.
      return exact ? 'stays-open' : 'none';
    },
  };
}

/** In floating point, closed literals; for the best point found, which is reported and never claimed. */
function followsNaps(network: Network, obligation: Obligation, tensors: readonly Float64Array[]): boolean {
  return neuronBlocks(network).every(({ layer, offset, size }) =>
    obligation.naps.every((phases) => {
      for (let i = 0; i < size; i++) if (phases[offset + i]! * tensors[layer.input]![i]! < 0) return false;
      return true;
    }),
  );
}
