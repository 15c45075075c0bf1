/**
 * Branch and bound on bounds instead of one relaxation: split a neuron, recompute the bounds of all layers behind it, and
 * try the suffixes again (bounding.md, section 6). For deep networks, where a suffix proof fails for loose bounds and an
 * LP of the whole network costs too much. Cubes depend on the region alone, so a class's competitors share them.
 */
import type { Ascent } from '../../bounds/ascent/ascent.js';
import { type Bounds, copyBounds, type EmptyInterval, propagate } from '../../bounds/interval.js';
import { defaultPasses, pushBack } from '../../bounds/push-back.js';
import type { LemmaStep } from '../../certificate/proof.js';
import { producedAt } from '../../network/cuts.js';
import { type Network, reluLayers, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { tighten } from '../tighten.js';
import { outputForm } from './leaf.js';
import { Relaxation } from './relaxation.js';
import { type SearchHooks, search } from './search.js';
import type { ProofTree } from './tree.js';

/** Phases fixed so far, the bounds that follow, and what proves them. */
export interface Cube {
  readonly bounds: Bounds;
  readonly lemmas: readonly LemmaStep[];
  readonly empty: EmptyInterval | null;
  /** The neuron it is split at, and both sides; null until then. */
  split: {
    readonly tensor: TensorId;
    readonly index: number;
    readonly low: Cube;
    readonly high: Cube;
  } | null;
}

export interface CubeLimits {
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Search nodes per suffix and cube: many cubes beat many nodes. */
const NODES = 120;
/** A layer with at most this many open neurons is split first: what is behind it depends on few numbers. */
const BOTTLENECK = 12;

export function rootCube(bounds: Bounds): Cube {
  return { bounds, lemmas: [], empty: null, split: null };
}

/** A proof tree, or null when the limits end the search or nothing is left to split. */
export async function searchCubes(
  network: Network,
  ascent: Ascent,
  obligation: Obligation,
  cube: Cube,
  suffixes: readonly TensorId[],
  hooks: (start: TensorId) => SearchHooks,
  limits: CubeLimits,
  root = true,
): Promise<ProofTree | null> {
  if (cube.empty !== null) {
    const { tensor, index } = cube.empty;
    return chain(cube, {
      kind: 'leaf',
      step: { rule: 'bound', tensor: network.tensors[tensor]!.name, index },
    });
  }
  const closed = root ? null : await trySuffixes(network, obligation, cube, suffixes, hooks, limits);
  if (closed !== null) return chain(cube, closed);
  if (performance.now() > limits.deadline || limits.signal.aborted) return null;
  cube.split ??= await splitCube(network, ascent, obligation, cube, limits);
  if (cube.split === null) return null;
  const { tensor, index, low, high } = cube.split;
  const sides: ProofTree[] = [];
  for (const side of [low, high]) {
    const tree = await searchCubes(network, ascent, obligation, side, suffixes, hooks, limits, false);
    if (tree === null) return null;
    sides.push(tree);
  }
  return chain(cube, {
    kind: 'split',
    step: { rule: 'split', tensor: network.tensors[tensor]!.name, index, at: 0 },
    low: sides[0]!,
    high: sides[1]!,
  });
}

function chain(cube: Cube, then: ProofTree): ProofTree {
  return cube.lemmas.length === 0 ? then : { kind: 'chain', steps: cube.lemmas, then };
}

async function trySuffixes(
  network: Network,
  obligation: Obligation,
  { bounds }: Cube,
  suffixes: readonly TensorId[],
  hooks: (start: TensorId) => SearchHooks,
  limits: CubeLimits,
): Promise<ProofTree | null> {
  for (const start of suffixes) {
    const relaxation = await Relaxation.create(network, bounds, obligation, start);
    if (relaxation === null) continue;
    try {
      const result = await search(
        network,
        relaxation,
        obligation,
        bounds,
        { ...limits, maxNodes: NODES },
        hooks(start),
      );
      if (result.kind === 'closed') return result.tree;
    } finally {
      relaxation.dispose();
    }
  }
  return null;
}

async function splitCube(
  network: Network,
  ascent: Ascent,
  obligation: Obligation,
  cube: Cube,
  limits: CubeLimits,
): Promise<Cube['split']> {
  const neuron = chooseNeuron(network, cube.bounds, obligation);
  if (neuron === null) return null;
  const sides: Cube[] = [];
  for (const side of ['low', 'high'] as const) {
    const bounds = copyBounds(cube.bounds);
    const end = side === 'low' ? bounds.upper[neuron.tensor]! : bounds.lower[neuron.tensor]!;
    end[neuron.index] = 0;
    let empty = propagate(network, bounds, producedAt(network, neuron.tensor) + 1);
    const lemmas =
      empty === null ? await tighten(network, ascent, bounds, obligation, limits, neuron.tensor) : [];
    empty ??= propagate(network, bounds, 0);
    sides.push({ bounds, lemmas, empty, split: null });
  }
  return { ...neuron, low: sides[0]!, high: sides[1]! };
}

/** The open neuron that costs the plain CROWN bound most, within the narrowest open layer if that is a bottleneck. */
function chooseNeuron(
  network: Network,
  bounds: Bounds,
  obligation: Obligation,
): { readonly tensor: TensorId; readonly index: number } | null {
  const { costs } = pushBack(
    network,
    bounds,
    outputForm(network, obligation, 1),
    network.input,
    defaultPasses,
  );
  const layers = reluLayers(network).map(({ input, output }) => {
    const open: { readonly index: number; readonly cost: number }[] = [];
    bounds.lower[input]!.forEach((l, index) => {
      if (l < 0 && bounds.upper[input]![index]! > 0)
        open.push({ index, cost: costs.get(output)?.[index] ?? 0 });
    });
    return { tensor: input, open };
  });
  const last = layers[layers.length - 1];
  const narrow = layers.find(
    (layer) => layer !== last && layer.open.length > 0 && layer.open.length <= BOTTLENECK,
  );
  const candidates = narrow === undefined ? layers : [narrow];
  let best: { readonly tensor: TensorId; readonly index: number; readonly cost: number } | null = null;
  for (const { tensor, open } of candidates) {
    for (const { index, cost } of open) if (best === null || cost > best.cost) best = { tensor, index, cost };
  }
  return best;
}
