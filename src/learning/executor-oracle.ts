/**
 * The question of `SuffixOracle`, asked about the whole network and decided elsewhere: on other machines, all competitors
 * at once. A proof has been accepted by the exact checker when it comes back; a point is an input of the region.
 */

import type { ProofStep } from '../certificate/proof.js';
import { checkProof } from '../checker/check-proof.js';
import type { ProofTree } from '../engines/bab/tree.js';
import { preorder } from '../engines/bab/tree.js';
import type { Decision } from '../engines/decision.js';
import type { DecideSettings, Executor } from '../engines/executor.js';
import type { Phases } from '../nap/nap.js';
import { forward } from '../network/forward.js';
import { type Network, neuronBlocks, neuronCount, type TensorId } from '../network/network.js';
import { regionDigest } from '../obligation/compile.js';
import type { Box } from '../obligation/obligation.js';
import { NO_LISTS } from './audited.js';
import type { Answer, Oracle, OracleLimits } from './oracle.js';
import { leadQuestion } from './question.js';

/** Where questions are decided. */
export interface Elsewhere {
  readonly executor: Executor;
  readonly modelSha256: string;
}

interface Asked {
  readonly phases: Phases;
  readonly stop: AbortController;
  readonly answers: Map<number, Promise<Answer>>;
}

/** Timers hold 32-bit milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class ExecutorOracle implements Oracle {
  readonly together = true;
  readonly lemmas = [];
  readonly start: TensorId;
  #asked: Asked | null = null;
  calls = 0;
  reused = 0;

  constructor(
    readonly network: Network,
    readonly box: Box,
    readonly label: number,
    readonly margin: number,
    readonly elsewhere: Elsewhere,
  ) {
    this.start = network.input;
  }

  ask(
    phases: Phases,
    competitor: number,
    limits: OracleLimits,
    next: readonly number[] = [],
  ): Promise<Answer> {
    if (this.#asked?.phases !== phases) {
      this.stop();
      this.#asked = { phases, stop: new AbortController(), answers: new Map() };
    }
    const { answers, stop } = this.#asked;
    const open = [competitor, ...next].filter((other) => !answers.has(other));
    if (open.length > 0) this.#submit(phases, open, limits, answers, stop.signal);
    return answers.get(competitor)!;
  }

  stillProves(phases: Phases, competitor: number, tree: ProofTree): boolean {
    return this.worstLeaves(phases, new Map([[competitor, tree]]))[0]! <= -this.margin;
  }

  /** Exactly: the steps are checked again. */
  worstLeaves(phases: Phases, trees: ReadonlyMap<number, ProofTree>): readonly number[] {
    const { network } = this;
    return [...trees].map(([competitor, tree]) => {
      const obligation = leadQuestion(this.box, phases, this.label, competitor, 0);
      const context = { network, obligation, claimedMargin: null, shared: () => NO_LISTS };
      const { outcome, margin } = checkProof(context, preorder(tree), obligation.id);
      if (outcome.kind !== 'valid') return Infinity;
      return margin === null ? -Infinity : -margin;
    });
  }

  /** Nobody wants the answers that are open. */
  stop(): void {
    this.#asked?.stop.abort();
    this.#asked = null;
  }

  dispose(): void {
    this.stop();
  }

  #submit(
    phases: Phases,
    competitors: readonly number[],
    limits: OracleLimits,
    answers: Map<number, Promise<Answer>>,
    stop: AbortSignal,
  ): void {
    const { executor, modelSha256 } = this.elsewhere;
    const { network } = this;
    const left = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(limits.end - performance.now())));
    const signal = AbortSignal.any([limits.signal, stop, AbortSignal.timeout(left)]);
    const obligations = competitors.map((competitor) => {
      // The lead must exceed the margin: a proof of this says so.
      const obligation = leadQuestion(this.box, phases, this.label, competitor, -this.margin);
      return Object.freeze({ ...obligation, digest: regionDigest({ network, modelSha256 }, obligation) });
    });
    const settings: DecideSettings = {
      engine: 'bab',
      solver: 'highs',
      // In whole seconds, so that the same question under about the same limits is the same job.
      timeoutSeconds: Math.ceil(limits.seconds),
      exactMargin: false,
      maxNodes: limits.maxNodes,
      maxMemoryBytes: limits.maxMemoryBytes,
    };
    for (const [i, decided] of executor.decide(obligations, settings, { signal }).entries()) {
      const competitor = competitors[i]!;
      this.calls++;
      const answer = decided.then(({ decision }) => this.#answer(competitor, decision));
      // Asked ahead, and perhaps never awaited.
      answer.catch(() => {});
      answers.set(competitor, answer);
    }
  }

  #answer(competitor: number, decision: Decision): Answer {
    switch (decision.verdict) {
      case 'unsat':
        return { kind: 'proved', tree: asTree(decision) };
      case 'sat':
        return { kind: 'refuted', point: { competitor, z: this.#neurons(decision.confirmed.point) } };
      case 'unknown':
        return { kind: 'open' };
    }
  }

  #neurons(point: Float64Array): Float64Array {
    const { tensors } = forward(this.network, point);
    const z = new Float64Array(neuronCount(this.network));
    for (const { layer, offset } of neuronBlocks(this.network)) z.set(tensors[layer.input]!, offset);
    return z;
  }
}

/** Lists of lemmas belong to a region, which learning changes: they move into the proof. */
function asTree({ steps, shared }: Extract<Decision, { verdict: 'unsat' }>): ProofTree {
  const all: ProofStep[] = [...(shared?.lemmas ?? []), ...steps.filter(({ rule }) => rule !== 'shared')];
  const then: ProofTree = { kind: 'leaf', step: all.at(-1)! };
  return { kind: 'chain', steps: all.slice(0, -1), then };
}
