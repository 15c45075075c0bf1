/**
 * Decides one obligation by proof-producing branch and bound.
 *
 * Requires: nothing of the domain (unbounded inputs leave only suffix proofs). Returns: unsat with a proof without
 * holes that the checker accepted, sat with a replayed point, or unknown with the best bound. Method: the suffix behind
 * each cut tensor, from the last hidden layer towards the input (nap.md, 5.2); again with tightened bounds; cubes for
 * deep networks; then the whole network. Sound: every leaf is a proof step.
 * Complete: for ReLU networks on bounded boxes, up to limits and rounding.
 */

import type { TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Decision, EngineContext } from '../decision.js';
import { type RegionCache, suffixStarts } from '../region.js';
import { undecided } from '../undecided.js';
import { ascentLeaf } from './ascent-leaf.js';
import { type Attempt, accepted, closed } from './attempt.js';
import { FEW_INPUTS, searchCubes } from './cubes.js';
import { searchDomains } from './domains.js';
import { splitInputs } from './input-split.js';
import { enter, reachOfDomains } from './reach.js';
import { suffixHooks, trySuffixes } from './suffix.js';
import { nothingFound, searchWhole, wholeHooks } from './whole.js';

export interface BabOptions {
  readonly maxNodes: number;
}

/** Below this many unstable neurons the whole network is searched first: tighter bounds seldom pay. */
const SMALL = 24;
const SMALL_NODES = 100;
/**
 * Per suffix: nodes and share of the remaining time; before bounds are tightened, after, and once a long search has found
 * no point. Proofs of suffixes mostly take milliseconds, and a tenth of the time for each of them had 256x4 at 1.0 wait
 * three times as long for points that the first steps of the gradient search find.
 */
const QUICK = { nodes: 60, share: 0.01 };
const BRISK = { nodes: 200, share: 0.02 };
const THOROUGH = { nodes: 3000, share: 0.4 };
/** In a shallow network the whole is hardly larger than the suffix, which forgets the inputs. */
const SHALLOW = { nodes: 200, share: 0.04 };
const TIGHTEN_SHARE = 0.5;

export async function decideByBab(
  context: EngineContext,
  obligation: Obligation,
  regions: RegionCache,
  options: BabOptions,
): Promise<Decision> {
  const { network } = context;
  const deadline = performance.now() + context.timeoutSeconds * 1000;
  const region = regions.of(obligation);
  const attempt = { context, obligation, region, deadline, maxNodes: options.maxNodes };
  if (region.empty !== null) {
    const { tensor, index } = region.empty;
    const proof = accepted(attempt, [{ rule: 'bound', tensor: network.tensors[tensor]!.name, index }]);
    if (proof.decision !== null) return proof.decision;
  }
  const split = await tryInputs(attempt);
  if (split !== null) return split;
  const starts = suffixStarts(network);
  const whole = starts[starts.length - 1]!;
  if (bounded(obligation) && region.openNeurons() <= (context.directNeurons ?? SMALL)) {
    const decision = await searchWhole(
      { ...attempt, maxNodes: Math.min(options.maxNodes, SMALL_NODES) },
      whole,
    );
    if (decision.verdict !== 'unknown' || options.maxNodes <= SMALL_NODES) return decision;
  }
  const prepared = await prepare(attempt, starts.slice(0, -1));
  if (prepared.decision !== null) return prepared.decision;
  return withBest(await searchWhole(attempt, whole), prepared.nearest);
}

/** What is cheaper than a search of the whole network, cheapest first. */
async function prepare(
  attempt: Attempt,
  cuts: readonly TensorId[],
): Promise<{ readonly decision: Decision | null; readonly nearest: number | null }> {
  const { context, obligation, region, deadline } = attempt;
  const { signal, exactMargin } = context;
  const done = (decision: Decision | null) => ({ decision, nearest: null });
  // Without literals a suffix has nothing but intervals to go on; bounds from the inputs say more.
  const suffixes = obligation.naps.length === 0 && !exactMargin ? [] : cuts;
  const quick = await trySuffixes(attempt, suffixes, exactMargin ? THOROUGH : QUICK);
  if (quick !== null) return done(quick);
  if (signal.aborted) return done(undecided('interrupted', 'stopped by the user'));
  const now = performance.now();
  const limits = { deadline: now + (deadline - now) * TIGHTEN_SHARE, signal };
  // Most counterexamples show in a few steps; the long search waits for what bounds say.
  enter(attempt, 'points');
  const first = await context.falsifier.search(obligation, context.confirm, limits, 'quick');
  if (first.confirmed !== null) return done({ verdict: 'sat', confirmed: first.confirmed });
  enter(attempt, 'bounds');
  await region.tighten(context.ascent, obligation, limits);
  const deep = cuts.length >= DEEP;
  const brisk = await trySuffixes(attempt, suffixes, exactMargin ? THOROUGH : deep ? BRISK : SHALLOW);
  if (brisk !== null) return done(brisk);
  const pushed = await tryWhole(attempt);
  if (pushed !== null) return done(pushed);
  const second = await context.falsifier.search(
    obligation,
    context.confirm,
    { deadline, signal },
    'thorough',
  );
  if (second.confirmed !== null) return done({ verdict: 'sat', confirmed: second.confirmed });
  const split = await tryDomains(attempt);
  if (split !== null) return done(split);
  const thorough = deep && !exactMargin ? await trySuffixes(attempt, suffixes, THOROUGH) : null;
  if (thorough !== null) return done(thorough);
  const nearest = Math.min(first.bestMargin ?? Infinity, second.bestMargin ?? Infinity);
  return { decision: await tryCubes(attempt, cuts), nearest: Number.isFinite(nearest) ? nearest : null };
}

/** Dual ascent from the input, without an LP: what remains of a region without literals once its bounds are tight. */
async function tryWhole(attempt: Attempt): Promise<Decision | null> {
  const { context, obligation, region } = attempt;
  const step = await ascentLeaf(context.network, context.ascent, region.bounds, obligation);
  return step === null ? null : closed(attempt, { kind: 'leaf', step }).decision;
}

/** Share of the remaining time for domains, where there are no literals; the rest is for LPs. */
const DOMAINS_SHARE = 0.8;

async function tryDomains(attempt: Attempt): Promise<Decision | null> {
  const { context, obligation, region, deadline } = attempt;
  if (obligation.naps.length > 0 || obligation.outputs.length !== 1 || !bounded(obligation)) return null;
  const { network, ascent, signal, maxMemoryBytes } = context;
  const now = performance.now();
  const limits = { deadline: now + (deadline - now) * DOMAINS_SHARE, maxNodes: attempt.maxNodes };
  const tree = await searchDomains(
    { network, ascent, obligation, signal, maxMemoryBytes, ...limits, onBatch: reachOfDomains(attempt) },
    region.bounds,
  );
  return tree === null ? null : closed(attempt, tree).decision;
}

/** What stays open says how near a point of the region came to a counterexample. */
function withBest(decision: Decision, margin: number | null): Decision {
  if (decision.verdict !== 'unknown' || margin === null || margin < 0) return decision;
  return { ...decision, bestMargin: Math.min(margin, decision.bestMargin ?? Infinity) };
}

/** Share of the time for splitting inputs, where they are few. */
const INPUTS_SHARE = 0.75;

/** Networks of few inputs: their boxes are halved before anything else is tried. */
async function tryInputs(attempt: Attempt): Promise<Decision | null> {
  const { context, obligation, region, deadline } = attempt;
  const few = obligation.box.lower.length <= FEW_INPUTS && bounded(obligation);
  if (!few || region.openNeurons() <= (context.directNeurons ?? SMALL)) return null;
  const now = performance.now();
  const result = await splitInputs(attempt, now + (deadline - now) * INPUTS_SHARE);
  if (result === null) return null;
  if (result.kind === 'point') return { verdict: 'sat', confirmed: result.confirmed };
  return closed(attempt, result.tree).decision;
}

/** Hidden layers from which neurons are split in cubes; the share of the remaining time for cubes. */
const DEEP = 3;
const CUBES_SHARE = 0.8;

/** Cubes, where they pay: networks of few inputs (inputs are split) and deep ones (neurons are). */
async function tryCubes(attempt: Attempt, suffixes: readonly TensorId[]): Promise<Decision | null> {
  const { context, obligation, region, deadline } = attempt;
  const { network, ascent, signal } = context;
  const few = network.tensors[network.input]!.size <= FEW_INPUTS && bounded(obligation);
  if (!few && suffixes.length < DEEP) return null;
  const now = performance.now();
  const found = nothingFound();
  let cubes = 0;
  const result = await searchCubes(
    {
      network,
      ascent,
      obligation,
      starts: few ? [network.input] : suffixes,
      hooks: (start) =>
        start === network.input ? wholeHooks(context, obligation, found) : suffixHooks(attempt, start),
      deadline: now + (deadline - now) * CUBES_SHARE,
      maxMemoryBytes: context.maxMemoryBytes,
      signal,
      cubesLeft: attempt.maxNodes,
      onCube: () => enter(attempt, 'cubes', ++cubes),
    },
    region.cubes,
  );
  if (result.kind === 'closed') return closed(attempt, result.tree).decision;
  return found.confirmed === null ? null : { verdict: 'sat', confirmed: found.confirmed };
}

function bounded({ box }: Obligation): boolean {
  return box.lower.every(Number.isFinite) && box.upper.every(Number.isFinite);
}
