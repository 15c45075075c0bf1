/**
 * The order in which engines try one obligation: cheap before dear, each able to end it. Nothing else starts one.
 */
import { contradictions } from '../nap/nap.js';
import { type Network, neuronBlocks } from '../network/network.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Box, Obligation } from '../obligation/obligation.js';
import { decideByBab } from './bab/decide.js';
import { enter } from './bab/reach.js';
import type { Decision, EngineContext } from './decision.js';
import { leastMargin, type ScannedData, samplesInRegion } from './falsify/follower-scan.js';
import { decideByMilp } from './milp/decide.js';

export interface Decided {
  readonly decision: Decision;
  /** What ended it: `syntactic`, `data-scan`, `single-point`, `bab`, `milp`. */
  readonly engine: string;
  readonly seconds: number;
}

/** Samples of the dataset tried per obligation before solvers are asked. */
const SCAN_CANDIDATES = 20;

export async function decide(
  context: EngineContext,
  obligation: Obligation,
  data: ScannedData | null,
): Promise<Decided> {
  const began = performance.now();
  const done = (engine: string, decision: Decision): Decided => ({
    decision,
    engine,
    seconds: (performance.now() - began) / 1000,
  });
  const early = await decideAtOnce(context, obligation, data);
  if (early !== null) return early;
  const network = evaluatedNetwork(context.network, obligation);
  const own = { ...context, network, ascent: context.ascent.of(network) };
  if (own.engine === 'milp') {
    enter({ context }, 'milp');
    return done('milp', withNearest(await decideByMilp(own, obligation), data, obligation));
  }
  const decision = await decideByBab(own, obligation, own.regions, { maxNodes: own.maxNodes });
  const left = own.timeoutSeconds - (performance.now() - began) / 1000;
  if (
    own.engine === 'auto' &&
    decision.verdict === 'unknown' &&
    left > 1 &&
    !own.signal.aborted &&
    own.regions.of(obligation).openNeurons() <= LAST_RESORT
  ) {
    enter({ context }, 'milp');
    const last = await decideByMilp({ ...own, timeoutSeconds: left }, obligation);
    if (last.verdict !== 'unknown') return done('milp', last);
  }
  return done('bab', withNearest(decision, data, obligation));
}

/** The steps that need no search: contradicting NAPs, samples of the data, a box without width. Null if open. */
export async function decideAtOnce(
  context: Pick<EngineContext, 'network' | 'confirm'>,
  obligation: Obligation,
  data: ScannedData | null,
): Promise<Decided | null> {
  const began = performance.now();
  const done = (engine: string, decision: Decision): Decided => ({
    decision,
    engine,
    seconds: (performance.now() - began) / 1000,
  });
  const syntactic = contradictionProof(context.network, obligation);
  if (syntactic !== null) return done('syntactic', syntactic);
  if (data !== null) {
    for (const { point, source } of samplesInRegion(data, obligation, SCAN_CANDIDATES)) {
      const outcome = await context.confirm(obligation, point, source);
      if ('point' in outcome) return done('data-scan', { verdict: 'sat', confirmed: outcome });
    }
  }
  const only = singlePoint(obligation.box);
  if (only === null) return null;
  const outcome = await context.confirm(obligation, only, 'the only point of the box');
  return 'point' in outcome ? done('single-point', { verdict: 'sat', confirmed: outcome }) : null;
}

/** Unstable neurons up to which the MILP is worth a last try; its `unsat` is a hole. */
const LAST_RESORT = 60;

/** What stays open says how near the data come to a counterexample. */
export function withNearest(decision: Decision, data: ScannedData | null, obligation: Obligation): Decision {
  if (decision.verdict !== 'unknown' || data === null) return decision;
  const nearest = leastMargin(data, obligation);
  if (nearest === null || (decision.bestMargin !== null && decision.bestMargin <= nearest)) return decision;
  return { ...decision, bestMargin: nearest };
}

/** A box without width has one candidate, which leaves a solver no column to work with. */
function singlePoint({ lower, upper }: Box): Float64Array | null {
  return lower.every((l, i) => l === upper[i]) ? lower.slice() : null;
}

/** Two NAPs that require opposite phases of a neuron share no input. */
function contradictionProof(network: Network, { naps }: Obligation): Decision | null {
  for (let a = 0; a < naps.length; a++) {
    for (let b = a + 1; b < naps.length; b++) {
      const neuron = contradictions(naps[a]!, naps[b]!)[0];
      if (neuron === undefined) continue;
      const block = neuronBlocks(network).find(
        ({ offset, size }) => neuron >= offset && neuron < offset + size,
      )!;
      return {
        verdict: 'unsat',
        steps: [{ rule: 'contradiction', tensor: block.tensor.name, index: neuron - block.offset }],
        shared: null,
        core: null,
        margin: null,
      };
    }
  }
  return null;
}
