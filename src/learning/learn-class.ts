/**
 * The provable NAP of one class with the most followers that was found in time.
 *
 * Method: completion (all candidates up to a cost that are together enough for a proof), deletion of costly literals by
 * gain, improvement by hitting sets over the counterexamples met so far, deletion of literals that cost nothing. Reads the
 * mining data only. Every set it reports is closed by branch and bound in floating point; the caller has it checked.
 */
import type { LemmaStep } from '../certificate/proof.js';
import { suffixStarts } from '../engines/region.js';
import type { PatternTable } from '../mining/patterns.js';
import type { Phases } from '../nap/nap.js';
import { type Network, neuronBlocks, type TensorId } from '../network/network.js';
import type { Box } from '../obligation/obligation.js';
import { type Candidate, type ClassSamples, classSamples, phasesOf, Recall } from './candidates.js';
import { dropCheapest } from './cheapest.js';
import { deleteCostly, deleteInChunks, type Proved } from './deletion.js';
import { type Elsewhere, ExecutorOracle } from './executor-oracle.js';
import { type Extremes, roomOf } from './extremes.js';
import { improveByHittingSets } from './hitting-set.js';
import { type Oracle, SuffixOracle } from './oracle.js';
import { Prover } from './prover.js';
import { upperBound } from './upper-bound.js';

export interface LearnClassInput {
  readonly network: Network;
  readonly box: Box;
  /** Patterns of the mining data. */
  readonly table: PatternTable;
  readonly label: number;
  readonly margin: number;
  /** Largest share of the class's correct samples that a literal may cost. */
  readonly maxShare: number;
  /** Of the mining data; orders the deletion of literals without cost. Default: last layer first. */
  readonly extremes: Extremes | null;
  readonly seconds: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
  /** Other machines that prove; default: this thread. */
  readonly elsewhere?: Elsewhere;
}

export interface Stage {
  readonly name: 'complete' | 'costly' | 'hitting-set' | 'costless';
  readonly seconds: number;
  readonly literals: number;
  /** Correct mining samples that follow. */
  readonly followers: number;
}

export interface LearnedClass {
  readonly label: number;
  /** Correct samples of the class. */
  readonly members: number;
  readonly labelled: number;
  readonly candidates: number;
  /** Hidden layers whose literals and behaviour the proof uses. */
  readonly depth: number;
  readonly proved: LearnedNap | null;
  readonly stages: readonly Stage[];
  /** Literals kept because a test ran out of limits. */
  readonly undecided: number;
  /** Followers that no NAP of these candidates can exceed, from samples of other classes that it must exclude. */
  readonly followersAtMost: number;
  readonly proofCalls: number;
  readonly proofsReused: number;
}

export interface LearnedNap {
  readonly phases: Phases;
  readonly followers: number;
  readonly proofs: Proved['proofs'];
  /** About what lies before the cut; the proofs rest on them. */
  readonly lemmas: readonly LemmaStep[];
  readonly start: TensorId;
}

/** Costs of candidates tried in completion, as shares of the class's samples. */
const LADDER = [0, 0.001, 0.003, 0.006, 0.012, 0.03, 1];
/** Shares of the time until which each part may run. */
const UNTIL = { complete: 0.5, costly: 0.6, 'hitting-set': 0.75, costless: 1 } as const;
/** Shares of the costless literals, nearest to a violation first, that go as soon as the proofs bear it. */
const NEAREST = [0.125, 0.25, 0.5, 1];
const NODES = 400;
const SECONDS_PER_PROOF = 4;

/** `onProved` gets each better set as it is found, for callers that want to keep it. */
export async function learnClass(
  input: LearnClassInput,
  onProved: (nap: LearnedNap, stage: Stage['name']) => Promise<boolean> = async () => true,
): Promise<LearnedClass> {
  const began = performance.now();
  const { network, table, label, signal } = input;
  const blocks = neuronBlocks(network);
  const starts = suffixStarts(network);
  const at = (share: number): number => began + share * input.seconds * 1000;
  let last: LearnedClass | null = null;
  for (let depth = Math.min(2, starts.length); depth <= starts.length; depth++) {
    const first = blocks[Math.max(0, blocks.length - depth)]?.offset ?? 0;
    const samples = classSamples(table, label, first, input.maxShare);
    const oracle: Oracle =
      input.elsewhere === undefined
        ? new SuffixOracle(network, input.box, label, starts[depth - 1]!, input.margin)
        : new ExecutorOracle(network, input.box, label, input.margin, input.elsewhere);
    const run: Run = {
      input,
      samples,
      oracle,
      stages: [],
      began,
      at,
      onProved,
      undecided: 0,
      accepted: null,
    };
    try {
      await runStages(run);
    } finally {
      oracle.dispose();
    }
    last = result(run, Math.min(depth, blocks.length));
    if (run.accepted !== null || signal.aborted || performance.now() > at(UNTIL.complete)) break;
  }
  return last!;
}

interface Run {
  readonly input: LearnClassInput;
  readonly samples: ClassSamples;
  readonly oracle: Oracle;
  readonly stages: Stage[];
  readonly began: number;
  readonly at: (share: number) => number;
  readonly onProved: (nap: LearnedNap, stage: Stage['name']) => Promise<boolean>;
  undecided: number;
  accepted: LearnedNap | null;
}

async function runStages(run: Run): Promise<void> {
  const { samples, oracle, input, at } = run;
  const classes = input.network.tensors[input.network.output]!.size;
  const competitors = Array.from({ length: classes }, (_, k) => k).filter((k) => k !== input.label);
  const prover = new Prover(oracle, samples.candidates, competitors, {
    nodes: NODES,
    seconds: SECONDS_PER_PROOF,
    deadline: at(UNTIL.complete),
    maxMemoryBytes: input.maxMemoryBytes,
    signal: input.signal,
  });
  const complete = await completion(prover, samples);
  if (complete === null) return;
  let best = await settle(run, complete, 'complete', complete);
  prover.deadline = at(UNTIL.costly);
  const costly = await deleteCostly(prover, samples, best);
  run.undecided += costly.undecided;
  best = await settle(run, costly.best, 'costly', best);
  prover.deadline = at(UNTIL['hitting-set']);
  const improved = await improveByHittingSets(prover, samples, best);
  if (improved !== null) best = await settle(run, improved, 'hitting-set', best);
  prover.deadline = at(UNTIL.costless);
  const order = nearestFirst(samples.candidates, input.extremes);
  const costless = order.filter(
    (q) => best.selection[q] === 1 && samples.candidates[q]!.violators.length === 0,
  );
  // Of the literals that unseen samples may break, as many as the proofs bear; then the rest of them one by one.
  let fewer = best;
  for (const share of NEAREST) {
    fewer = await dropCheapest(prover, fewer, costless.slice(0, Math.ceil(share * costless.length)));
  }
  best = await settle(run, fewer, 'costless', best);
  const left = await deleteInChunks(prover, best, costless);
  run.undecided += left.undecided;
  await settle(run, left.best, 'costless', best);
}

/** The first set of the ladder that is proved. */
async function completion(prover: Prover, samples: ClassSamples): Promise<Proved | null> {
  for (const share of LADDER) {
    const selection = Uint8Array.from(samples.candidates, ({ violators }) =>
      violators.length <= share * samples.members.length ? 1 : 0,
    );
    const tested = await prover.test(selection);
    if (tested.kind === 'proved') return { selection, proofs: tested.proofs };
    if (prover.expired) return null;
  }
  return null;
}

/** The caller's word on a better set; the set before stays if it is refused. */
async function settle(run: Run, found: Proved, name: Stage['name'], before: Proved): Promise<Proved> {
  const { samples, input, oracle, stages } = run;
  const followers = new Recall(samples, found.selection).followers;
  const phases = phasesOf(samples.candidates, found.selection, input.table.neurons);
  const nap: LearnedNap = {
    phases,
    followers,
    proofs: found.proofs,
    lemmas: oracle.lemmas,
    start: oracle.start,
  };
  const kept = await run.onProved(nap, name);
  if (kept) run.accepted = nap;
  const literals = found.selection.reduce((sum, chosen) => sum + chosen, 0);
  stages.push({ name, seconds: (performance.now() - run.began) / 1000, literals, followers });
  return kept ? found : before;
}

/** Literals that unseen samples are likeliest to break come first: they are the ones worth leaving out. */
function nearestFirst(candidates: readonly Candidate[], extremes: Extremes | null): number[] {
  const order = [...candidates.keys()].reverse();
  if (extremes === null) return order;
  const room = candidates.map(({ neuron, phase }) => roomOf(extremes, neuron, phase));
  return order.sort((a, b) => room[a]! - room[b]!);
}

function result(run: Run, depth: number): LearnedClass {
  const { samples, oracle, input } = run;
  return {
    label: input.label,
    members: samples.members.length,
    labelled: samples.labelled,
    candidates: samples.candidates.length,
    depth,
    proved: run.accepted,
    stages: run.stages,
    undecided: run.undecided,
    followersAtMost: upperBound(input.table, samples),
    proofCalls: oracle.calls,
    proofsReused: oracle.reused,
  };
}
