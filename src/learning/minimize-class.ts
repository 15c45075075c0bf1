/** Minimisation of one given NAP: a first proof behind the latest cut that gives one, then one of the methods. */
import { suffixStarts } from '../engines/region.js';
import { ACTIVE, FREE, INACTIVE, type Phases } from '../nap/nap.js';
import { type Network, neuronBlocks } from '../network/network.js';
import type { Box } from '../obligation/obligation.js';
import { type Candidate, phasesOf } from './candidates.js';
import { type Elsewhere, ExecutorOracle } from './executor-oracle.js';
import type { LearnedNap } from './learn-class.js';
import { type Method, minimize } from './minimize.js';
import { type Oracle, SuffixOracle } from './oracle.js';
import { Prover } from './prover.js';

export interface MinimizeClassInput {
  readonly network: Network;
  readonly box: Box;
  readonly label: number;
  readonly phases: Phases;
  readonly method: Method;
  readonly margin: number;
  readonly seconds: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
  /** Other machines that prove; default: this thread. */
  readonly elsewhere?: Elsewhere;
  /** Literals to be rid of first; default: last layer first. */
  readonly order?: readonly number[];
}

export interface MinimizedNap extends LearnedNap {
  /** Literals whose need was not shown. */
  readonly undecided: number;
  readonly proofCalls: number;
  readonly proofsReused: number;
  readonly depth: number;
}

const NODES = 2000;
const SECONDS_PER_PROOF = 10;
/** Of the proofs that follow the first: small ones keep the certificate small, and leave time for more of them. */
const NODES_AFTERWARDS = 60;
/** Times that a later proof may take of what the first took; no less than LEAST_SECONDS. */
const TIMES_THE_FIRST = 3;
const LEAST_SECONDS = 3;

/** Null if the given NAP could not be proved in time. */
export async function minimizeClass(input: MinimizeClassInput): Promise<MinimizedNap | null> {
  const { network, label, phases } = input;
  const deadline = performance.now() + input.seconds * 1000;
  const candidates: Candidate[] = [];
  for (let neuron = 0; neuron < phases.length; neuron++) {
    const phase = phases[neuron]!;
    if (phase === FREE) continue;
    candidates.push({ neuron, phase: phase > 0 ? ACTIVE : INACTIVE, violators: new Int32Array() });
  }
  const byNeuron = new Map(candidates.map(({ neuron }, q) => [neuron, q]));
  const layers = neuronBlocks(network)
    .map(({ offset, size }) =>
      [...candidates.keys()].filter((q) => {
        const { neuron } = candidates[q]!;
        return neuron >= offset && neuron < offset + size;
      }),
    )
    .reverse();
  const order = input.order?.flatMap((neuron) => byNeuron.get(neuron) ?? []) ?? layers.flat();
  const classes = network.tensors[network.output]!.size;
  const competitors = Array.from({ length: classes }, (_, k) => k).filter((k) => k !== label);
  for (const { oracle, depth } of oracles(input)) {
    const prover = new Prover(oracle, candidates, competitors, {
      nodes: NODES,
      seconds: SECONDS_PER_PROOF,
      deadline,
      maxMemoryBytes: input.maxMemoryBytes,
      signal: input.signal,
    });
    try {
      const all = inSuffix(network, candidates, depth);
      const began = performance.now();
      const first = await prover.test(all);
      if (first.kind !== 'proved') continue;
      const each = (performance.now() - began) / 1000 / competitors.length;
      prover.effort = {
        nodes: NODES_AFTERWARDS,
        seconds: Math.min(SECONDS_PER_PROOF, Math.max(TIMES_THE_FIRST * each, LEAST_SECONDS)),
      };
      const { best, undecided } = await minimize(
        prover,
        { selection: all, proofs: first.proofs },
        { method: input.method, order, layers, seed: 1 },
      );
      return {
        phases: phasesOf(candidates, best.selection, phases.length),
        followers: 0,
        proofs: best.proofs,
        lemmas: oracle.lemmas,
        start: oracle.start,
        undecided,
        proofCalls: oracle.calls,
        proofsReused: oracle.reused,
        depth,
      };
    } finally {
      oracle.dispose();
    }
  }
  return null;
}

/** What proves, and how many hidden layers it looks at. Elsewhere, engines choose that themselves. */
function* oracles({
  network,
  box,
  label,
  margin,
  elsewhere,
}: MinimizeClassInput): Iterable<{ readonly oracle: Oracle; readonly depth: number }> {
  const layers = neuronBlocks(network).length;
  if (elsewhere !== undefined) {
    yield { oracle: new ExecutorOracle(network, box, label, margin, elsewhere), depth: layers };
    return;
  }
  for (const [n, start] of suffixStarts(network).entries())
    yield { oracle: new SuffixOracle(network, box, label, start, margin), depth: Math.min(n + 1, layers) };
}

/** All candidates of the last `depth` layers: a proof behind a cut uses no literal before it. */
function inSuffix(network: Network, candidates: readonly Candidate[], depth: number): Uint8Array {
  const blocks = neuronBlocks(network);
  const first = blocks[Math.max(0, blocks.length - depth)]?.offset ?? 0;
  return Uint8Array.from(candidates, ({ neuron }) => (neuron >= first ? 1 : 0));
}
