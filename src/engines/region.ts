/**
 * What all obligations with one box and one set of NAPs share: interval bounds and relaxations. The nine competitors
 * of a class ask about the same region, so its work is done once.
 */
import type { Ascent } from '../bounds/ascent/ascent.js';
import { type Bounds, copyBounds, type EmptyInterval, intervalBounds } from '../bounds/interval.js';
import type { Phases } from '../nap/nap.js';
import { cutTensors } from '../network/cuts.js';
import { type Network, reluLayers, type TensorId } from '../network/network.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Box, Obligation } from '../obligation/obligation.js';
import { type Cube, rootCube } from './bab/cubes.js';
import { Relaxation } from './bab/relaxation.js';
import type { SharedList } from './decision.js';
import { FIRST, type Place, type TightenLimits, tighten } from './tighten.js';

export class Region {
  /** Interval bounds, or tighter ones once {@link tighten} has run. */
  bounds: Bounds;
  /** What proves the tighter bounds; null before. */
  shared: SharedList | null = null;
  readonly empty: EmptyInterval | null;
  /** Where tightening goes on; null once it is done. */
  #next: Place | null = FIRST;
  #cubes: Cube | null = null;
  readonly #relaxations = new Map<string, Relaxation | null>();

  constructor(
    readonly network: Network,
    readonly box: Box,
    readonly naps: readonly Phases[],
  ) {
    const { bounds, empty } = intervalBounds(network, box, naps);
    this.bounds = bounds;
    this.empty = empty;
  }

  /** The relaxation behind a cut tensor; null if its numbers are out of the solver's range. */
  async relaxation(region: Obligation, start: TensorId): Promise<Relaxation | null> {
    // Several output constraints are rows of their own.
    const key = region.outputs.length > 1 ? `${start} ${region.digest}` : `${start}`;
    const known = this.#relaxations.get(key);
    if (known !== undefined) return known;
    const made = await Relaxation.create(this.network, this.bounds, region, start);
    this.#relaxations.set(key, made);
    return made;
  }

  get tightened(): boolean {
    return this.#next === null;
  }

  /** Improves the bounds, once; what limits end, a later call goes on with. True if something improved. */
  async tighten(ascent: Ascent, region: Obligation, limits: TightenLimits): Promise<boolean> {
    if (this.#next === null) return false;
    const bounds = copyBounds(this.bounds);
    const { lemmas, next } = await tighten(this.network, ascent, bounds, region, limits, this.#next);
    this.#next = next;
    if (lemmas.length === 0) return false;
    this.bounds = bounds;
    const before = this.shared?.lemmas ?? [];
    // Proofs made so far refer to the shorter list, so the longer one has an id of its own.
    const id = before.length === 0 ? `lemmas/${region.id}` : `lemmas/${region.id}/${before.length}`;
    this.shared = { id, lemmas: [...before, ...lemmas] };
    this.#cubes = null;
    this.dispose();
    return true;
  }

  /** Neurons whose phase the bounds leave open. */
  openNeurons(): number {
    let count = 0;
    for (const { input } of reluLayers(this.network)) {
      const [lower, upper] = [this.bounds.lower[input]!, this.bounds.upper[input]!];
      for (let i = 0; i < lower.length; i++) if (lower[i]! < 0 && upper[i]! > 0) count++;
    }
    return count;
  }

  /** Cubes of this region, shared by its obligations; made from the bounds as they are at the first call. */
  get cubes(): Cube {
    this.#cubes ??= rootCube(this.bounds);
    return this.#cubes;
  }

  dispose(): void {
    for (const relaxation of this.#relaxations.values()) relaxation?.dispose();
    this.#relaxations.clear();
  }
}

/** Keeps the region of the last obligation, since obligations come grouped by region. */
export class RegionCache {
  #current: Region | null = null;

  constructor(readonly network: Network) {}

  of(obligation: Obligation): Region {
    const { box, naps } = obligation;
    const network = evaluatedNetwork(this.network, obligation);
    const now = this.#current;
    if (now?.network === network && sameBox(now.box, box) && sameNaps(now.naps, naps)) return now;
    this.dispose();
    this.#current = new Region(network, box, naps);
    return this.#current;
  }

  dispose(): void {
    this.#current?.dispose();
    this.#current = null;
  }
}

function sameBox(a: Box, b: Box): boolean {
  return a === b || (equal(a.lower, b.lower) && equal(a.upper, b.upper));
}

function sameNaps(a: readonly Phases[], b: readonly Phases[]): boolean {
  return a.length === b.length && a.every((phases, i) => phases === b[i] || equal(phases, b[i]!));
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/** Cut tensors to start a proof from: outputs of hidden layers, last first, then the input. */
export function suffixStarts(network: Network): readonly TensorId[] {
  const hidden = new Set(reluLayers(network).map((layer) => layer.output));
  return [
    ...cutTensors(network)
      .filter((id) => hidden.has(id))
      .reverse(),
    network.input,
  ];
}
