/**
 * What comes back from another machine becomes a decision only here: a proof once the exact checker accepts every step
 * and trusts none, a point once it is replayed, an open result without the numbers that nothing proves.
 */
import type { ObligationResult } from '../../certificate/certificate.js';
import type { ProofStep } from '../../certificate/proof.js';
import { checkObligation } from '../../checker/check-obligation.js';
import { HolesFound } from '../../checker/holes.js';
import { settledStarts } from '../../checker/settled-starts.js';
import { sharedLemmas } from '../../checker/shared-lemmas.js';
import { stepSource } from '../../checker/step-source.js';
import type { Answer } from '../../cluster/job-wire.js';
import type { Decision, SharedList } from '../../engines/decision.js';
import { toPhases } from '../../nap/nap-literals.js';
import { type ClaimContext, regionDigest } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { nameOfLemmas, type SharedLists } from '../verify/shared-lists.js';
import { claimOf, type DecidedModel, type Replayer } from './decider.js';

export type Admitted = { readonly decision: Decision } | { readonly rejected: string };

type UnsatAnswer = Extract<Answer, { verdict: 'unsat' }>;

/** Answers about one region; what its shared lists prove is worked out once. */
export class Admission {
  readonly #claim: ClaimContext;
  readonly #lists: SharedLists = {};
  readonly #named = new WeakMap<readonly ProofStep[], SharedList>();
  readonly #lemmas: ReturnType<typeof sharedLemmas>['lemmas'];
  readonly #starts = settledStarts();

  constructor(
    readonly model: DecidedModel,
    readonly replayer: Replayer,
  ) {
    this.#claim = claimOf(model);
    this.#lemmas = sharedLemmas(this.#claim, this.#lists, stepSource(null)).lemmas;
  }

  /** @param lemmas the list that the answer's steps refer to; null if they refer to none */
  async admit(
    obligation: Obligation,
    answer: Answer,
    lemmas: readonly ProofStep[] | null,
    worker: string,
  ): Promise<Admitted> {
    switch (answer.verdict) {
      case 'unsat':
        return this.#proof(obligation, answer, lemmas);
      case 'sat':
        return this.#point(obligation, answer.point, answer.source);
      case 'unknown': {
        const { reason, detail, suggestion, provedMargin, bestMargin } = answer;
        const bracket =
          provedMargin === null && bestMargin === null
            ? ''
            : `; the worker puts the margin between ${provedMargin ?? '?'} and ${bestMargin ?? '?'}, which is not proved here`;
        return {
          decision: {
            verdict: 'unknown',
            reason,
            detail: `${detail} (on worker ${worker}${bracket})`,
            suggestion,
            provedMargin: null,
            bestMargin: null,
          },
        };
      }
    }
  }

  #proof(obligation: Obligation, answer: UnsatAnswer, lemmas: readonly ProofStep[] | null): Admitted {
    const hole = answer.steps.find(({ rule }) => rule === 'hole');
    if (hole !== undefined) return { rejected: 'the proof asks to trust a solver' };
    const shared = this.#list(obligation, lemmas);
    const steps = answer.steps.map(
      (step): ProofStep => (step.rule === 'shared' && shared !== null ? { ...step, id: shared.id } : step),
    );
    const claimed: ObligationResult = {
      id: obligation.id,
      digest: obligation.digest,
      verdict: 'unsat',
      engine: answer.engine,
      seconds: 0,
      evidence: {
        kind: 'proof',
        proof: { kind: 'inline', steps },
        holes: 0,
        margin: answer.margin,
        ...(answer.core === null ? {} : { core: answer.core }),
      },
    };
    const holes = new HolesFound();
    const sources = {
      claim: this.#claim,
      steps: stepSource(null),
      shared: this.#lemmas,
      starts: this.#starts,
    };
    const outcome = checkObligation(sources, obligation, claimed, holes, obligation.id);
    if (outcome.kind === 'invalid') {
      const { place, rule, expected, found } = outcome.rejection;
      return { rejected: `${place} (${rule}): expected ${expected}, found ${found}` };
    }
    if (outcome.kind !== 'valid' || holes.count > 0) return { rejected: 'the proof is not complete' };
    const { network } = this.model;
    const core =
      answer.core === null
        ? null
        : answer.core.map((literals, k) => toPhases(network, { class: k, literals }, 'core'));
    return { decision: { verdict: 'unsat', steps, shared, core, margin: answer.margin } };
  }

  /** Named by its content, so that no list can stand in for another. */
  #list(obligation: Obligation, lemmas: readonly ProofStep[] | null): SharedList | null {
    if (lemmas === null) return null;
    const known = this.#named.get(lemmas);
    if (known !== undefined) return known;
    const region = regionDigest(this.#claim, { ...obligation, outputs: [] });
    const id = nameOfLemmas(region, lemmas);
    this.#lists[id] ??= { region, proof: { kind: 'inline', steps: [...lemmas] } };
    const list = { id, lemmas };
    this.#named.set(lemmas, list);
    return list;
  }

  async #point(obligation: Obligation, point: readonly number[], source: string): Promise<Admitted> {
    const { network } = this.model;
    const inputs = network.tensors[network.input]!.size;
    if (point.length !== inputs)
      return { rejected: `a point of ${point.length} numbers instead of ${inputs}` };
    const outcome = await this.replayer.confirm(obligation, Float64Array.from(point), source);
    if ('rejected' in outcome) return { rejected: `the point is none: ${outcome.rejected}` };
    return { decision: { verdict: 'sat', confirmed: outcome } };
  }
}
