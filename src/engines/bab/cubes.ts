/**
 * Branch and bound on bounds instead of one relaxation: split, recompute the bounds of all layers behind the split, and
 * try again (bounding.md, section 6). For deep networks, where a suffix proof fails for loose bounds and an LP of the whole
 * network costs too much, it splits neurons; for networks of few inputs it halves inputs (as ReluVal and nnenum do). Cubes
 * depend on the region alone, so a class's competitors share them.
 */
import type { Ascent } from '../../bounds/ascent/ascent.js';
import { type Bounds, copyBounds, type EmptyInterval, propagate } from '../../bounds/interval.js';
import type { LemmaStep } from '../../certificate/proof.js';
import { producedAt } from '../../network/cuts.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { threadMemoryBytes } from '../../util/thread-memory.js';
import { behindSplit, tighten } from '../tighten.js';
import { ascentLeaf } from './ascent-leaf.js';
import { type CubeSplit, chooseInput, chooseNeuron } from './cube-splits.js';
import { Relaxation } from './relaxation.js';
import { type SearchHooks, search } from './search.js';
import type { ProofTree } from './tree.js';

/** Splits made so far, the bounds that follow, and what proves them. */
export interface Cube {
  readonly bounds: Bounds;
  readonly lemmas: readonly LemmaStep[];
  readonly empty: EmptyInterval | null;
  /** What it is split at, and both sides; null until then. */
  split: (CubeSplit & { readonly low: Cube; readonly high: Cube }) | null;
}

export interface CubeSearch {
  readonly network: Network;
  readonly ascent: Ascent;
  readonly obligation: Obligation;
  /** Cut tensors whose suffix is tried at each cube; the input stands for the whole network. */
  readonly starts: readonly TensorId[];
  readonly hooks: (start: TensorId) => SearchHooks;
  readonly deadline: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
  /** Called before each cube. */
  readonly onCube?: () => void;
  /** Cubes that may still be tried. */
  cubesLeft: number;
}

export type CubeResult =
  | { readonly kind: 'closed'; readonly tree: ProofTree }
  /** A hook accepted a point. */
  | { readonly kind: 'point' }
  /** Limits, or nothing left to split. */
  | { readonly kind: 'open' };

/** Inputs up to which they are split instead of neurons. */
export const FEW_INPUTS = 8;
/** Search nodes per start and cube: many cubes beat many nodes. */
const NODES = 120;
const NODES_WHOLE = 1;

export function rootCube(bounds: Bounds): Cube {
  return { bounds, lemmas: [], empty: null, split: null };
}

/** Proves the cube empty of counterexamples, cube by cube. The root itself is split at once: it was tried before. */
export async function searchCubes(run: CubeSearch, cube: Cube, root = true): Promise<CubeResult> {
  const { network } = run;
  if (cube.empty !== null) {
    const { tensor, index } = cube.empty;
    return closed(cube, {
      kind: 'leaf',
      step: { rule: 'bound', tensor: network.tensors[tensor]!.name, index },
    });
  }
  if (run.cubesLeft <= 0 || threadMemoryBytes() > run.maxMemoryBytes) return { kind: 'open' };
  run.cubesLeft--;
  run.onCube?.();
  const tried = root ? null : await tryCube(run, cube);
  if (tried !== null) return tried.kind === 'closed' ? closed(cube, tried.tree) : tried;
  if (performance.now() > run.deadline || run.signal.aborted) return { kind: 'open' };
  cube.split ??= await splitCube(run, cube);
  if (cube.split === null) return { kind: 'open' };
  const { tensor, index, at, low, high } = cube.split;
  const sides: ProofTree[] = [];
  for (const side of [low, high]) {
    const result = await searchCubes(run, side, false);
    if (result.kind !== 'closed') return result;
    sides.push(result.tree);
  }
  return closed(cube, {
    kind: 'split',
    step: { rule: 'split', tensor: network.tensors[tensor]!.name, index, at },
    low: sides[0]!,
    high: sides[1]!,
  });
}

function closed(cube: Cube, then: ProofTree): CubeResult {
  return {
    kind: 'closed',
    tree: cube.lemmas.length === 0 ? then : { kind: 'chain', steps: cube.lemmas, then },
  };
}

/** Dual ascent on the output form, then the relaxations; null if neither decides. */
async function tryCube(run: CubeSearch, { bounds }: Cube): Promise<CubeResult | null> {
  const { network, obligation } = run;
  const step = await ascentLeaf(network, run.ascent, bounds, obligation);
  if (step !== null) return { kind: 'closed', tree: { kind: 'leaf', step } };
  for (const start of run.starts) {
    if (performance.now() > run.deadline || run.signal.aborted) return null;
    const relaxation = await Relaxation.create(network, bounds, obligation, start);
    if (relaxation === null) continue;
    try {
      const maxNodes = start === network.input ? NODES_WHOLE : NODES;
      const { deadline, maxMemoryBytes, signal } = run;
      const limits = { deadline, maxMemoryBytes, signal, maxNodes };
      const result = await search(network, relaxation, obligation, bounds, limits, run.hooks(start));
      if (result.kind === 'closed') return { kind: 'closed', tree: result.tree };
      if (result.kind === 'point' && start === network.input) return { kind: 'point' };
    } finally {
      relaxation.dispose();
    }
  }
  return null;
}

async function splitCube(run: CubeSearch, cube: Cube): Promise<Cube['split']> {
  const { network, obligation } = run;
  const few = network.tensors[network.input]!.size <= FEW_INPUTS;
  const split = (few ? chooseInput : chooseNeuron)(network, cube.bounds, obligation);
  if (split === null) return null;
  const { tensor, index, at } = split;
  const sides: Cube[] = [];
  for (const side of ['low', 'high'] as const) {
    const bounds = copyBounds(cube.bounds);
    const end = side === 'low' ? bounds.upper[tensor]! : bounds.lower[tensor]!;
    end[index] = at;
    let empty = propagate(network, bounds, producedAt(network, tensor) + 1);
    const from = behindSplit(network, tensor);
    const lemmas =
      empty === null ? (await tighten(network, run.ascent, bounds, obligation, run, from)).lemmas : [];
    empty ??= propagate(network, bounds, 0);
    sides.push({ bounds, lemmas, empty, split: null });
  }
  return { ...split, low: sides[0]!, high: sides[1]! };
}
