/**
 * Cube and conquer: an obligation that takes long, while workers have nothing to do, is split at open neurons into cubes
 * that are decided apart. A cube is the obligation with one more NAP, which says its phases; the cubes' proofs, under
 * the splits that made them, are one proof of the whole, and only that, checked as a whole, counts.
 */
import { intervalBounds } from '../../bounds/interval.js';
import type { ProofStep } from '../../certificate/proof.js';
import type { Answer } from '../../cluster/job-wire.js';
import { chooseNeuron } from '../../engines/bab/cube-splits.js';
import type { Decided } from '../../engines/portfolio.js';
import { ACTIVE, INACTIVE, type Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks, neuronCount } from '../../network/network.js';
import { regionDigest } from '../../obligation/compile.js';
import { evaluatedNetwork } from '../../obligation/float-error/perturbed.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Pool } from './pool.js';

export interface CubeRun {
  readonly network: Network;
  readonly modelSha256: string;
  readonly obligation: Obligation;
  readonly region: string;
  readonly ask: (obligation: Obligation, signal: AbortSignal) => Promise<Decided>;
  readonly admit: Pool['admit'];
  readonly splitAfterSeconds: number;
  readonly idle: () => number;
  readonly signal: AbortSignal;
  readonly onNote: (line: string) => void;
  /** How many more (or fewer) cubes are open. */
  readonly onCubes: (change: number) => void;
}

/** At most 2 to the power of this many cubes. */
const MAX_DEPTH = 3;
const LOOK_MS = 1000;

/** A split tree: what is asked at its leaves, and the steps that lead there. */
export type CubeTree =
  | { readonly kind: 'leaf'; readonly obligation: Obligation }
  | { readonly kind: 'split'; readonly step: ProofStep; readonly low: CubeTree; readonly high: CubeTree };

/** The whole and, once it takes long, its cubes; whichever answers first. */
export async function decideInCubes(run: CubeRun): Promise<Decided> {
  const whole = new AbortController();
  const parts = new AbortController();
  const stop = (): void => {
    // With a reason: without one, an error with its stack would be made for each obligation.
    whole.abort('settled');
    parts.abort('settled');
  };
  run.signal.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | null = null;
  try {
    const asked = run.ask(run.obligation, whole.signal);
    if (run.splitAfterSeconds <= 0) return await asked;
    // Once the cubes have answered nobody waits for it.
    asked.catch(() => {});
    // Idle workers mean that nothing waits, so this one is being worked on.
    let since: number | null = null;
    const split = new Promise<Decided>((resolve, reject) => {
      const look = (): void => {
        since = run.idle() < 1 ? null : (since ?? performance.now());
        if (since === null || performance.now() - since < run.splitAfterSeconds * 1000) return;
        if (timer !== null) clearInterval(timer);
        conquer(run, parts.signal).then((decided) => {
          if (decided !== null) resolve(decided);
        }, reject);
      };
      timer = setInterval(look, LOOK_MS);
    });
    return await Promise.race([asked, split]);
  } finally {
    if (timer !== null) clearInterval(timer);
    run.signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Null if the cubes settle nothing. */
async function conquer(run: CubeRun, signal: AbortSignal): Promise<Decided | null> {
  const { network, obligation, onNote, onCubes } = run;
  const depth = Math.min(MAX_DEPTH, Math.max(1, Math.floor(Math.log2(run.idle() + 1))));
  const tree = cubeTree(network, run.modelSha256, obligation, depth);
  const leaves = leavesOf(tree);
  if (leaves.length < 2) return null;
  onNote(`${obligation.id}: split into ${leaves.length} cubes`);
  const began = performance.now();
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const decided = new Map<Obligation, Decided>();
  let left = leaves.length;
  onCubes(left);
  const verdicts = leaves.map(async (leaf) => {
    const result = await run.ask(leaf, both);
    decided.set(leaf, result);
    left--;
    onCubes(-1);
    onNote(`${leaf.id}: ${result.decision.verdict}, ${left} of ${leaves.length} cubes open`);
    // One point refutes the whole, and one open cube leaves it open.
    if (result.decision.verdict !== 'unsat') ending.abort();
  });
  await Promise.all(verdicts);
  const seconds = (performance.now() - began) / 1000;
  for (const { decision } of decided.values()) {
    if (decision.verdict !== 'sat') continue;
    const { point, source } = decision.confirmed;
    return stand(run, { verdict: 'sat', engine: 'cubes', point: [...point], source }, signal, seconds);
  }
  const proof = assemble(tree, decided);
  if (proof === null) return null;
  const { steps, margin } = proof;
  const answer = { verdict: 'unsat', engine: 'cubes', steps, shared: null, core: null } as const;
  return (
    (await stand(run, { ...answer, margin }, signal, seconds)) ??
    (margin === null ? null : stand(run, { ...answer, margin: null }, signal, seconds))
  );
}

async function stand(
  run: CubeRun,
  answer: Answer,
  signal: AbortSignal,
  seconds: number,
): Promise<Decided | null> {
  const { obligation, region } = run;
  const statement = { obligation, answer, lemmas: null, worker: 'cubes' };
  const [reply] = await run.admit([statement], region, signal);
  return reply !== undefined && 'decided' in reply ? { ...reply.decided, seconds } : null;
}

/** Splits at the neuron that costs the bound most, again on each side, down to `depth`. */
export function cubeTree(
  network: Network,
  modelSha256: string,
  obligation: Obligation,
  depth: number,
): CubeTree {
  const none = new Int8Array(neuronCount(network));
  return grow(network, modelSha256, obligation, none, depth, '');
}

function grow(
  network: Network,
  modelSha256: string,
  whole: Obligation,
  phases: Phases,
  depth: number,
  path: string,
): CubeTree {
  const obligation = path === '' ? whole : cube(network, modelSha256, whole, phases, path);
  if (depth === 0) return { kind: 'leaf', obligation };
  const evaluated = evaluatedNetwork(network, whole);
  const { bounds, empty } = intervalBounds(evaluated, obligation.box, obligation.naps);
  const split = empty === null ? chooseNeuron(evaluated, bounds, obligation) : null;
  const block = neuronBlocks(network).find(({ layer }) => layer.input === split?.tensor);
  if (split === null || block === undefined) return { kind: 'leaf', obligation };
  const side = (phase: number, letter: string): CubeTree => {
    const more = Int8Array.from(phases);
    more[block.offset + split.index] = phase;
    return grow(network, modelSha256, whole, more, depth - 1, path + letter);
  };
  return {
    kind: 'split',
    step: { rule: 'split', tensor: block.tensor.name, index: split.index, at: split.at },
    low: side(INACTIVE, '-'),
    high: side(ACTIVE, '+'),
  };
}

function cube(
  network: Network,
  modelSha256: string,
  whole: Obligation,
  phases: Phases,
  path: string,
): Obligation {
  const part = { ...whole, id: `${whole.id}/cube${path}`, naps: [...whole.naps, phases] };
  return Object.freeze({ ...part, digest: regionDigest({ network, modelSha256 }, part) });
}

export function leavesOf(tree: CubeTree): readonly Obligation[] {
  return tree.kind === 'leaf' ? [tree.obligation] : [...leavesOf(tree.low), ...leavesOf(tree.high)];
}

/** The cubes' proofs in preorder; null if one is missing. Shared lists are about a cube's region: they move into it. */
export function assemble(
  tree: CubeTree,
  decided: ReadonlyMap<Obligation, Decided>,
): { readonly steps: ProofStep[]; readonly margin: number | null } | null {
  if (tree.kind === 'split') {
    const low = assemble(tree.low, decided);
    const high = assemble(tree.high, decided);
    if (low === null || high === null) return null;
    const margins = [low.margin, high.margin].filter((margin) => margin !== null);
    return {
      steps: [tree.step, ...low.steps, ...high.steps],
      margin: margins.length === 0 ? null : Math.min(...margins),
    };
  }
  const decision = decided.get(tree.obligation)?.decision;
  if (decision?.verdict !== 'unsat') return null;
  const { steps, shared, margin } = decision;
  const own = steps.filter(({ rule }) => rule !== 'shared');
  return { steps: [...(shared?.lemmas ?? []), ...own], margin };
}
