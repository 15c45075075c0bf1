/**
 * Tests sets of candidates, and remembers: proofs that still hold when literals go, and points that refute sets before a
 * solver is asked.
 */
import type { ProofTree } from '../engines/bab/tree.js';
import { INACTIVE, type Phases } from '../nap/nap.js';
import { neuronBlocks } from '../network/network.js';
import { type Candidate, phasesOf } from './candidates.js';
import { type Oracle, type OracleLimits, POINT_TOLERANCE, type SuffixPoint } from './oracle.js';

/** Candidates that a counterexample violates: a set must contain one of them. */
export type Cut = readonly number[];

export type Proofs = ReadonlyMap<number, ProofTree>;

export type Tested =
  | { readonly kind: 'proved'; readonly proofs: Proofs }
  | { readonly kind: 'refuted'; readonly cut: Cut }
  | { readonly kind: 'open' };

/** Of one competitor's proof. */
export interface Effort {
  readonly nodes: number;
  readonly seconds: number;
}

export interface ProverLimits extends Effort {
  /** performance.now() value. */
  readonly deadline: number;
  readonly maxMemoryBytes: number;
  readonly signal: AbortSignal;
}

export class Prover {
  /** Of the suffix, in the order found. */
  readonly cuts: Cut[] = [];
  /** Competitors, the one that failed last first. */
  readonly #order: number[];
  readonly #neurons: number;
  /** performance.now() value at which tests end. */
  deadline: number;
  effort: Effort;

  constructor(
    readonly oracle: Oracle,
    readonly candidates: readonly Candidate[],
    competitors: readonly number[],
    readonly limits: ProverLimits,
  ) {
    this.#order = [...competitors];
    this.deadline = limits.deadline;
    this.effort = limits;
    const blocks = neuronBlocks(oracle.network);
    this.#neurons = blocks.reduce((sum, { size }) => sum + size, 0);
  }

  get expired(): boolean {
    return performance.now() > this.deadline || this.limits.signal.aborted;
  }

  /** A stored counterexample that none of the chosen literals excludes. */
  refutedBy(selection: Uint8Array): Cut | null {
    return this.cuts.find((cut) => cut.every((q) => selection[q] === 0)) ?? null;
  }

  /** `known`: proofs of a larger set, tried first. */
  async test(selection: Uint8Array, known: Proofs = new Map()): Promise<Tested> {
    const stored = this.refutedBy(selection);
    if (stored !== null) return { kind: 'refuted', cut: stored };
    const phases = phasesOf(this.candidates, selection, this.#neurons);
    try {
      return await this.#ask(phases, known);
    } finally {
      this.oracle.stop();
    }
  }

  async #ask(phases: Phases, known: Proofs): Promise<Tested> {
    const held = new Map<number, boolean>();
    const holds = (competitor: number): boolean => {
      const old = known.get(competitor);
      const found =
        held.get(competitor) ?? (old !== undefined && this.oracle.stillProves(phases, competitor, old));
      held.set(competitor, found);
      return found;
    };
    const proofs = new Map<number, ProofTree>();
    const order = [...this.#order];
    for (const [n, competitor] of order.entries()) {
      if (holds(competitor)) {
        this.oracle.reused++;
        proofs.set(competitor, known.get(competitor)!);
        continue;
      }
      if (this.expired) return { kind: 'open' };
      const next = this.oracle.together ? order.slice(n + 1).filter((other) => !holds(other)) : [];
      const answer = await this.oracle.ask(phases, competitor, this.#limits(), next);
      switch (answer.kind) {
        case 'proved':
          proofs.set(competitor, answer.tree);
          break;
        case 'refuted': {
          this.#first(competitor);
          const cut = this.cutOf(answer.point);
          this.cuts.push(cut);
          return { kind: 'refuted', cut };
        }
        case 'open':
          this.#first(competitor);
          return { kind: 'open' };
      }
    }
    return { kind: 'proved', proofs };
  }

  /** Do the proofs of a larger set still hold? In floating point; no solver is asked. */
  stillProved(selection: Uint8Array, proofs: Proofs): boolean {
    if (this.refutedBy(selection) !== null) return false;
    const phases = phasesOf(this.candidates, selection, this.#neurons);
    return [...proofs].every(([competitor, tree]) => this.oracle.stillProves(phases, competitor, tree));
  }

  /**
   * For each of the literals the largest share of its margin that a proof loses where that literal alone goes; Infinity
   * where one does not hold any more.
   */
  losses(selection: Uint8Array, proofs: Proofs, literals: readonly number[]): ReadonlyMap<number, number> {
    const leaves = (set: Uint8Array): readonly number[] =>
      this.oracle.worstLeaves(phasesOf(this.candidates, set, this.#neurons), proofs);
    const before = leaves(selection);
    const fewer = selection.slice();
    return new Map(
      literals.map((q) => {
        fewer[q] = 0;
        const shares = leaves(fewer).map((after, n) => {
          if (!(after < 0)) return Infinity;
          // Where all leaves were empty, there is no margin to compare with.
          return after === before[n] ? 0 : before[n] === -Infinity ? 1 : (after - before[n]!) / -before[n]!;
        });
        fewer[q] = 1;
        return [q, Math.max(0, ...shares)];
      }),
    );
  }

  /** Candidates that the point violates. */
  cutOf({ z }: SuffixPoint): Cut {
    const cut: number[] = [];
    const { network, start } = this.oracle;
    const end = neuronBlocks(network).find(({ layer }) => layer.output === start);
    this.candidates.forEach(({ neuron, phase }, q) => {
      const value = z[neuron]!;
      const atCut = end !== undefined && neuron >= end.offset && neuron < end.offset + end.size;
      // At the cut only outputs are known: an output above 0 is a pre-activation, 0 may be any below.
      if (atCut ? phase === INACTIVE && value > POINT_TOLERANCE : phase * value < -POINT_TOLERANCE)
        cut.push(q);
    });
    return cut;
  }

  #first(competitor: number): void {
    this.#order.splice(this.#order.indexOf(competitor), 1);
    this.#order.unshift(competitor);
  }

  #limits(): OracleLimits {
    const { maxMemoryBytes, signal } = this.limits;
    const { nodes, seconds } = this.effort;
    const now = performance.now();
    return {
      maxNodes: nodes,
      seconds,
      end: this.deadline,
      deadline: Math.min(this.deadline, now + seconds * 1000),
      maxMemoryBytes,
      signal,
    };
  }
}
