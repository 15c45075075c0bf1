/**
 * Depth-first branch and bound on the triangle relaxation of a region's suffix.
 *
 * Requires: a relaxation (relaxation.ts) and bounds of the region. Returns: a proof tree of emptiness, a candidate
 * point, or why it stopped. Method: LP at each node, leaves from its multipliers, reliability branching
 * (bounding.md, sections 5 and 7). Sound: leaves are proof steps that are evaluated before they are accepted and
 * checked again by the checker. Complete: for ReLU networks behind a bounded start, up to limits and rounding.
 */
import { type Bounds, copyBounds, propagate } from '../../bounds/interval.js';
import type { PushBack } from '../../bounds/push-back.js';
import type { LemmaStep } from '../../certificate/proof.js';
import type { Network } from '../../network/network.js';
import type { Obligation, UnknownReason } from '../../obligation/obligation.js';
import type { LpBasis, LpResult } from '../../solvers/highs-model.js';
import { threadMemoryBytes } from '../../util/thread-memory.js';
import { valuesAt } from '../encoding/encode.js';
import { type Branch, rankNeurons, splitByValue, splitMaximum } from './branching.js';
import { childBounds, emptyLeaf, restrict } from './children.js';
import { evaluateWithCuts, solveOn } from './evaluate.js';
import { Frontier, type SearchReach } from './frontier.js';
import { withCutSteps } from './hull-cuts.js';
import type { Leaf } from './leaf.js';
import { splitLine } from './line-split.js';
import { openMaximum, openRelu } from './open-choices.js';
import { Pseudocosts } from './pseudocosts.js';
import type { Relaxation } from './relaxation.js';
import type { ProofTree } from './tree.js';

export interface SearchLimits {
  /** performance.now() value. */
  readonly deadline: number;
  readonly maxNodes: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
  /** Rounds of cuts at the root (hull-cuts.ts); default none. */
  readonly cutRounds?: number;
}

/** `ends`: the question is settled, or no proof can exist here. `stays-open`: only this leaf. `none`: split on. */
export type PointOutcome = 'ends' | 'stays-open' | 'none';

export interface SearchHooks {
  /** Improves a node's bounds in place and returns what proves them. */
  readonly tighten?: (bounds: Bounds, depth: number) => Promise<readonly LemmaStep[]>;
  /** A leaf closes once its bound is below this (at most 0); asked anew at each node. Default 0. */
  readonly closeBelow?: () => number;
  /** A point of the start tensor that the relaxation likes; with exact phases the network is linear there. */
  readonly onPoint: (start: Float64Array, bounds: Bounds, exactPhases: boolean) => Promise<PointOutcome>;
  /** Now and then, where the search stands. */
  readonly onReach?: (reach: SearchReach) => void;
}

export type SearchResult =
  | { readonly kind: 'closed'; readonly tree: ProofTree; readonly margin: number; readonly nodes: number }
  /** `onPoint` ended the search. */
  | { readonly kind: 'point'; readonly nodes: number }
  /** Open: `bound` is a proved upper bound of the output constraint where the search got to. */
  | {
      readonly kind: 'open';
      readonly reason: UnknownReason;
      readonly bound: number;
      readonly nodes: number;
      /** Share of the tree that was closed, if a node counts half of its parent: how far the search has come. */
      readonly closedShare: number;
    };

/** Neurons tried by solving both children, and observations after which trials are no longer needed. */
const TRIALS = 8;
const RELIABLE = 2;
/** Nodes from one report of where it stands to the next. */
const REPORTED = 8;
/** Halvings of linear pieces that stay open, in one search. */
const HALVINGS = 64;

class Stop extends Error {
  constructor(readonly result: SearchResult) {
    super('search ended');
  }
}

export async function search(
  network: Network,
  relaxation: Relaxation,
  obligation: Obligation,
  root: Bounds,
  limits: SearchLimits,
  hooks: SearchHooks,
): Promise<SearchResult> {
  const run = new Search(network, relaxation, obligation, limits, hooks);
  relaxation.setObjective(obligation);
  relaxation.dropCuts(null);
  try {
    const tree = await run.node(root, 0, Infinity);
    return tree === null
      ? run.open('numerical')
      : { kind: 'closed', tree: withCutSteps(tree, relaxation.cuts), margin: run.margin, nodes: run.nodes };
  } catch (stop) {
    if (stop instanceof Stop) return stop.result;
    throw stop;
  }
}

class Search {
  nodes = 0;
  margin = Infinity;
  #closedShare = 0;
  #rootBound = Infinity;
  #halvings = 0;
  readonly #pseudocosts = new Pseudocosts();
  readonly #frontier = new Frontier();

  constructor(
    readonly network: Network,
    readonly relaxation: Relaxation,
    readonly obligation: Obligation,
    readonly limits: SearchLimits,
    readonly hooks: SearchHooks,
  ) {}

  /** Null if a leaf below stays open: the other branches were searched all the same, since they may hold a point. */
  async node(bounds: Bounds, depth: number, parent: number): Promise<ProofTree | null> {
    this.nodes++;
    // Timers and signals get their turn: LPs block the thread.
    if (this.nodes % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
    this.#checkLimits();
    const evaluator = {
      network: this.network,
      relaxation: this.relaxation,
      obligation: this.obligation,
      secondsLeft: () => this.#secondsLeft(),
    };
    const rounds = this.nodes === 1 ? (this.limits.cutRounds ?? 0) : 0;
    const closes = (leaf: Leaf): boolean => leaf.bound < this.#threshold(leaf);
    const { lp, leaf } = evaluateWithCuts(evaluator, bounds, rounds, closes);
    if (this.nodes === 1 && leaf !== null) this.#rootBound = leaf.bound;
    const own = this.#frontier.at(leaf, parent);
    if (this.nodes % REPORTED === 1) this.#report(own);
    if (leaf !== null && leaf.bound < this.#threshold(leaf)) return this.#close(leaf, depth);
    const basis = this.relaxation.getBasis();
    const x = lp.status === 'optimal' ? lp.x : lp.status === 'unbounded' ? this.#anyPoint() : null;
    const outcome = x === null ? 'none' : await this.#tryPoint(bounds, x);
    if (outcome === 'ends') throw new Stop({ kind: 'point', nodes: this.nodes });
    if (outcome === 'stays-open' && leaf !== null && leaf.bound < 0) return this.#close(leaf, depth);
    const branch =
      outcome === 'stays-open' ? this.#halve(bounds) : this.#choose(bounds, lp, leaf?.push ?? null);
    // With nothing left to split, a leaf that closes at all is as good as it gets.
    if (branch === null && leaf !== null && leaf.bound < 0) return this.#close(leaf, depth);
    if (branch !== null && depth <= 2000) return this.#split(bounds, branch, basis, depth, own);
    this.#frontier.leave(own);
    return null;
  }

  async #split(
    bounds: Bounds,
    branch: Branch,
    basis: LpBasis | null,
    depth: number,
    own: number,
  ): Promise<ProofTree | null> {
    const { tensor, index, at } = branch;
    const children: Record<'low' | 'high', ProofTree | null> = { low: null, high: null };
    for (const side of ['high', 'low'] as const) {
      const child = childBounds(this.network, bounds, branch, side);
      const lemmas =
        child.empty === null ? ((await this.hooks.tighten?.(child.bounds, depth + 1)) ?? []) : [];
      const empty = child.empty ?? (lemmas.length === 0 ? null : propagate(this.network, child.bounds));
      this.relaxation.setBasis(basis);
      if (side === 'high') this.#frontier.push(own);
      const then =
        empty === null ? await this.node(child.bounds, depth + 1, own) : emptyLeaf(this.network, empty);
      if (side === 'high') this.#frontier.pop();
      if (empty !== null) this.#closedShare += 2 ** -(depth + 1);
      children[side] = then === null || lemmas.length === 0 ? then : { kind: 'chain', steps: lemmas, then };
    }
    const { low, high } = children;
    if (low === null || high === null) return null;
    return {
      kind: 'split',
      step: { rule: 'split', tensor: this.network.tensors[tensor]!.name, index, at },
      low,
      high,
    };
  }

  /** The bound of a leaf without weight is not a margin: below 0 it shows that the branch is empty. */
  #threshold(leaf: Leaf): number {
    const weighted = leaf.step.weights.some((weight) => weight > 0);
    return weighted ? Math.min(0, this.hooks.closeBelow?.() ?? 0) : 0;
  }

  #close(leaf: Leaf, depth: number): ProofTree {
    this.#closedShare += 2 ** -depth;
    if (leaf.step.weights.some((weight) => weight > 0)) this.margin = Math.min(this.margin, -leaf.bound);
    return { kind: 'leaf', step: leaf.step };
  }

  #solve(bounds: Bounds): LpResult {
    return solveOn(this.relaxation, bounds, this.#secondsLeft());
  }

  async #tryPoint(bounds: Bounds, x: Float64Array): Promise<PointOutcome> {
    const { encoding, start } = this.relaxation;
    const exact = !openRelu(encoding, bounds) && !openMaximum(this.network, bounds, start);
    return this.hooks.onPoint(valuesAt(encoding.elements.get(start)!, x), bounds, exact);
  }

  /** Some point of a relaxation whose objective has no bound. */
  #anyPoint(): Float64Array | null {
    const lp = this.relaxation.solveWithoutObjective(this.#secondsLeft());
    return lp.status === 'optimal' ? lp.x : null;
  }

  #secondsLeft(): number {
    return Math.max(0.01, (this.limits.deadline - performance.now()) / 1000);
  }

  /** Rounding errors of multipliers shrink with the box: thin margins of a linear piece may show in its parts. */
  #halve(bounds: Bounds): Branch | null {
    if (this.#halvings >= HALVINGS) return null;
    this.#halvings++;
    return splitByValue(this.network, bounds, this.relaxation.start);
  }

  /** Reliability branching: trial solves for candidates with few observations, best product of gains wins. */
  #choose(bounds: Bounds, lp: LpResult, push: PushBack | null): Branch | null {
    const x = lp.status === 'optimal' ? lp.x : null;
    const ranked = rankNeurons(bounds, this.relaxation.encoding, x, push);
    if (ranked.length === 0) {
      const { encoding, start } = this.relaxation;
      return splitMaximum(this.network, bounds, encoding, x) ?? splitByValue(this.network, bounds, start);
    }
    const cut = splitLine(this.network, bounds, this.relaxation.start, ranked[0]!);
    if (cut !== null) return cut;
    if (ranked.length === 1 || lp.status !== 'optimal') return ranked[0]!;
    const parent = -lp.objective;
    const cap = parent + 0.05 * Math.max(1, Math.abs(parent));
    const basis = this.relaxation.getBasis();
    let best = ranked[0]!;
    let bestScore = -Infinity;
    for (const candidate of ranked.slice(0, TRIALS)) {
      this.#checkLimits();
      const gains =
        this.#pseudocosts.known(candidate.tensor, candidate.index, RELIABLE) ??
        this.#trial(bounds, candidate, parent, cap, basis);
      const score = Math.max(gains.low, 1e-6) * Math.max(gains.high, 1e-6);
      if (score > bestScore) {
        bestScore = score;
        best = candidate;
      }
    }
    this.relaxation.setBasis(basis);
    return best;
  }

  #trial(
    bounds: Bounds,
    candidate: Branch,
    parent: number,
    cap: number,
    basis: ReturnType<Relaxation['getBasis']>,
  ): { readonly low: number; readonly high: number } {
    const gains = { low: 0, high: 0 };
    for (const side of ['low', 'high'] as const) {
      const child = copyBounds(bounds);
      restrict(child, candidate, side);
      this.relaxation.setBasis(basis);
      const lp = this.#solve(child);
      const value = lp.status === 'optimal' ? -lp.objective : lp.status === 'infeasible' ? -Infinity : parent;
      gains[side] = Math.min(cap, Math.max(0, parent - value));
      this.#pseudocosts.observe(candidate.tensor, candidate.index, side, gains[side]);
    }
    return gains;
  }

  #checkLimits(): void {
    if (this.limits.signal.aborted) throw new Stop(this.open('interrupted'));
    if (performance.now() > this.limits.deadline) throw new Stop(this.open('timeout'));
    if (this.nodes > this.limits.maxNodes) throw new Stop(this.open('node-limit'));
    if (threadMemoryBytes() > this.limits.maxMemoryBytes) throw new Stop(this.open('memory'));
  }

  #report(own: number): void {
    const bound = this.#frontier.bound(own, -this.margin);
    this.hooks.onReach?.({ nodes: this.nodes, closedShare: this.#closedShare, bound });
  }

  open(reason: UnknownReason): SearchResult {
    return {
      kind: 'open',
      reason,
      bound: this.#rootBound,
      nodes: this.nodes,
      closedShare: this.#closedShare,
    };
  }
}
