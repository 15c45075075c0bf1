/**
 * Is a set of literals enough for a proof behind a cut tensor? One branch and bound per competitor on the suffix.
 *
 * Requires: a box and a cut tensor. Returns: a proof tree whose leaves all close below minus the margin, or a point of the
 * cut tensor that refutes the suffix (over-approximated: not always an input), or nothing within the limits. Trees are
 * floating point until the checker has accepted them; points only guide the search.
 */
import { type Bounds, copyBounds, initialBounds, propagate } from '../bounds/interval.js';
import type { LemmaStep, ProofStep } from '../certificate/proof.js';
import { Relaxation } from '../engines/bab/relaxation.js';
import { search } from '../engines/bab/search.js';
import type { ProofTree } from '../engines/bab/tree.js';
import { preorder } from '../engines/bab/tree.js';
import type { Phases } from '../nap/nap.js';
import { producedAt } from '../network/cuts.js';
import { evaluateFrom } from '../network/evaluate-from.js';
import { type Network, neuronBlocks, type TensorId } from '../network/network.js';
import type { Box, Obligation } from '../obligation/obligation.js';
import { baseBounds } from './base-bounds.js';
import { leadQuestion } from './question.js';
import { worstLeaf } from './replay-tree.js';

export type Answer =
  | { readonly kind: 'proved'; readonly tree: ProofTree }
  /** Values of the cut tensor, and the pre-activations behind it by neuron number (NaN before it). */
  | { readonly kind: 'refuted'; readonly point: SuffixPoint }
  | { readonly kind: 'open' };

/** Signed room of every neuron that the suffix determines: what it says about literals; NaN for those before it. */
export interface SuffixPoint {
  readonly competitor: number;
  readonly z: Float64Array;
}

export interface OracleLimits {
  readonly maxNodes: number;
  /** performance.now() value, of one question that is worked on from now. */
  readonly deadline: number;
  /** What that leaves for one question, if nothing else ends it. */
  readonly seconds: number;
  /** performance.now() value at which nobody wants an answer any more. */
  readonly end: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
}

/** Answers questions about sets of literals; proofs for one set are tried again on smaller ones. */
export interface Oracle {
  readonly network: Network;
  readonly start: TensorId;
  /** What all its proofs rest on. */
  readonly lemmas: readonly LemmaStep[];
  /** Proofs asked for, and those that still held on a larger region. */
  readonly calls: number;
  reused: number;
  /** It is worth telling `ask` what comes next. */
  readonly together: boolean;
  /** @param next competitors that will be asked about after this one, unless it ends the test */
  readonly ask: (
    phases: Phases,
    competitor: number,
    limits: OracleLimits,
    next?: readonly number[],
  ) => Promise<Answer>;
  /** Does an old tree still prove a smaller set of literals? */
  readonly stillProves: (phases: Phases, competitor: number, tree: ProofTree) => boolean;
  /**
   * What each old tree proves of its competitor's lead on a set of literals: Infinity for nothing, -Infinity where all
   * leaves are empty.
   */
  readonly worstLeaves: (phases: Phases, trees: ReadonlyMap<number, ProofTree>) => readonly number[];
  /** A test has ended: what was asked ahead is of no use any more. */
  readonly stop: () => void;
  readonly dispose: () => void;
}

/** Solver tolerance on literals: it steers the search, nothing is claimed from it. */
export const POINT_TOLERANCE = 1e-6;

export class SuffixOracle implements Oracle {
  readonly together = false;
  readonly #base: Bounds;
  /** What proves the bounds before the cut; every proof rests on them. */
  readonly lemmas: readonly LemmaStep[];
  readonly #from: number;
  #region: { phases: Phases; bounds: Bounds; empty: ProofTree | null; relaxation: Relaxation | null } | null =
    null;
  calls = 0;
  /** Proofs that still held on a larger region. */
  reused = 0;
  nodes = 0;

  constructor(
    readonly network: Network,
    readonly box: Box,
    readonly label: number,
    readonly start: TensorId,
    readonly margin: number,
  ) {
    const { bounds, lemmas } = baseBounds(network, box, start);
    this.#base = bounds;
    this.lemmas = lemmas;
    const first = neuronBlocks(network).find(({ layer }) => layer.output === start);
    // Literals before the suffix are not asked about; those of the layer that ends at the cut are.
    this.#from = first === undefined ? 0 : producedAt(network, first.layer.input) + 1;
  }

  async ask(phases: Phases, competitor: number, limits: OracleLimits): Promise<Answer> {
    this.calls++;
    const obligation = leadQuestion(this.box, phases, this.label, competitor, 0);
    const region = await this.#open(phases, obligation);
    if (region.empty !== null) return { kind: 'proved', tree: region.empty };
    if (region.relaxation === null) return { kind: 'open' };
    let found: SuffixPoint | null = null;
    const result = await search(this.network, region.relaxation, obligation, region.bounds, limits, {
      closeBelow: () => -this.margin,
      onPoint: async (point, _, exact) => {
        found = this.#refutes(phases, competitor, point);
        if (found !== null) return 'ends';
        return exact ? 'stays-open' : 'none';
      },
    });
    this.nodes += result.nodes;
    if (result.kind === 'closed') return { kind: 'proved', tree: result.tree };
    return found === null ? { kind: 'open' } : { kind: 'refuted', point: found };
  }

  /** Does an old tree still prove a smaller set of literals? In floating point. */
  stillProves(phases: Phases, competitor: number, tree: ProofTree): boolean {
    return this.worstLeaves(phases, new Map([[competitor, tree]]))[0]! < -this.margin;
  }

  /** In floating point. */
  worstLeaves(phases: Phases, trees: ReadonlyMap<number, ProofTree>): readonly number[] {
    const { bounds, empty } = this.bounds(phases);
    return [...trees].map(([competitor, tree]) => {
      if (empty !== null) return Infinity;
      const steps: readonly ProofStep[] = preorder(tree);
      return worstLeaf(
        this.network,
        bounds,
        leadQuestion(this.box, phases, this.label, competitor, 0),
        steps,
      );
    });
  }

  /** Interval bounds of the region. */
  bounds(phases: Phases): { readonly bounds: Bounds; readonly empty: ProofTree | null } {
    const bounds = copyBounds(this.#base);
    const literals = initialBounds(this.network, this.box, [phases]);
    for (const { layer } of neuronBlocks(this.network)) {
      const [l, u] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
      for (let i = 0; i < l.length; i++) {
        l[i] = Math.max(l[i]!, literals.lower[layer.input]![i]!);
        u[i] = Math.min(u[i]!, literals.upper[layer.input]![i]!);
      }
    }
    const empty = propagate(this.network, bounds, this.#from);
    if (empty === null) return { bounds, empty: null };
    const { tensor, index } = empty;
    const step = { rule: 'bound' as const, tensor: this.network.tensors[tensor]!.name, index };
    return { bounds, empty: { kind: 'leaf', step } };
  }

  stop(): void {}

  dispose(): void {
    this.#region?.relaxation?.dispose();
    this.#region = null;
  }

  async #open(phases: Phases, obligation: Obligation) {
    if (this.#region !== null && same(this.#region.phases, phases)) return this.#region;
    this.dispose();
    const { bounds, empty } = this.bounds(phases);
    const relaxation =
      empty === null ? await Relaxation.create(this.network, bounds, obligation, this.start) : null;
    this.#region = { phases: phases.slice(), bounds, empty, relaxation };
    return this.#region;
  }

  #refutes(phases: Phases, competitor: number, point: Float64Array): SuffixPoint | null {
    const tensors = evaluateFrom(this.network, this.start, point);
    const logits = tensors[this.network.output]!;
    if (logits[competitor]! - logits[this.label]! < -this.margin) return null;
    const z = neuronValues(this.network, this.start, point, tensors);
    for (let i = 0; i < z.length; i++) if (phases[i]! * z[i]! < -POINT_TOLERANCE) return null;
    return { competitor, z };
  }
}

/**
 * What a point of the cut tensor says about neurons. Those of the layer that ends there: a positive output is the
 * pre-activation; an output of 0 leaves it open, and 0 meets both closed literals.
 */
function neuronValues(
  network: Network,
  start: TensorId,
  point: Float64Array,
  tensors: readonly (Float64Array | null)[],
): Float64Array {
  const blocks = neuronBlocks(network);
  const z = new Float64Array(blocks.reduce((sum, { size }) => sum + size, 0)).fill(NaN);
  for (const { layer, offset } of blocks) {
    const values = layer.output === start ? point : tensors[layer.input];
    if (values !== null && values !== undefined) z.set(values, offset);
  }
  return z;
}

function same(a: Phases, b: Phases): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
