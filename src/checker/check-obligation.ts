/** One obligation's result: its digest, its evidence, and what the evidence says about itself. */
import type { Evidence, ObligationResult } from '../certificate/certificate.js';
import type { Phases } from '../nap/nap.js';
import { toPhases } from '../nap/nap-literals.js';
import type { ClaimContext } from '../obligation/compile.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Obligation } from '../obligation/obligation.js';
import { assertNever, InputError } from '../util/errors.js';
import { checkProof } from './check-proof.js';
import { checkCounterexample } from './check-witness.js';
import type { HolesFound } from './holes.js';
import { invalid, type Outcome, VALID } from './report.js';
import type { SettledStarts } from './settled-starts.js';
import type { SharedLemmas } from './shared-lemmas.js';
import type { StepSource } from './step-source.js';

export interface ObligationSources {
  readonly claim: ClaimContext;
  readonly steps: StepSource;
  readonly shared: SharedLemmas;
  readonly starts: SettledStarts;
}

type ProofEvidence = Extract<Evidence, { kind: 'proof' }>;

const EVIDENCE_OF = { unsat: 'proof', sat: 'counterexample', unknown: 'none' } as const;

/** @throws InputError for a proof file that cannot be read or does not follow its format */
export function checkObligation(
  sources: ObligationSources,
  obligation: Obligation,
  claimed: ObligationResult,
  holes: HolesFound,
  place: string,
): Outcome {
  if (claimed.digest !== obligation.digest) {
    return invalid(place, 'digest', obligation.digest, claimed.digest);
  }
  const { evidence } = claimed;
  const needed = EVIDENCE_OF[claimed.verdict];
  if (evidence.kind !== needed) {
    return invalid(place, 'structure', `${needed} for ${claimed.verdict}`, evidence.kind);
  }
  switch (evidence.kind) {
    case 'proof':
      return checkEvidence(sources, obligation, evidence, holes, place);
    case 'counterexample':
      return checkCounterexample(sources.claim.network, obligation, evidence.replay, place);
    case 'none':
      return VALID;
    default:
      return assertNever(evidence, 'evidence');
  }
}

function checkEvidence(
  { claim, steps, shared, starts }: ObligationSources,
  obligation: Obligation,
  evidence: ProofEvidence,
  holes: HolesFound,
  place: string,
): Outcome {
  const core = coreOf(claim, obligation, evidence, `${place}: core`);
  if ('outcome' in core) return core.outcome;
  const proved: Obligation = core.naps === null ? obligation : { ...obligation, naps: core.naps };
  const context = {
    network: evaluatedNetwork(claim.network, obligation),
    obligation: proved,
    claimedMargin: evidence.margin,
    shared: (id: string) => shared(id, proved, place),
    starts,
  };
  const check = checkProof(context, steps(evidence.proof, `${place}: proof`), place);
  for (const text of check.believed) holes.add(obligation.id, text);
  if (check.outcome.kind === 'invalid') return check.outcome;
  if (check.holes !== evidence.holes) {
    return invalid(`${place}: holes`, 'structure', `${check.holes} trusted steps`, `${evidence.holes}`);
  }
  // A leaf that falls short of the claimed margin was rejected already.
  if (evidence.margin !== null && check.margin === null) {
    const expected = 'null: no leaf of the proof bounds a margin';
    return invalid(`${place}: margin`, 'margin', expected, `${evidence.margin}`);
  }
  return check.outcome;
}

/** The literals that the proof uses, each a subset of the obligation's NAP; null where no core is given. */
function coreOf(
  { network }: ClaimContext,
  obligation: Obligation,
  { core }: ProofEvidence,
  place: string,
): { readonly naps: readonly Phases[] | null } | { readonly outcome: Outcome } {
  if (core === undefined) return { naps: null };
  if (core.length !== obligation.naps.length) {
    const expected = `${obligation.naps.length} lists of literals, one per NAP`;
    return { outcome: invalid(place, 'core', expected, `${core.length}`) };
  }
  const naps: Phases[] = [];
  for (const [k, literals] of core.entries()) {
    let phases: Phases;
    try {
      phases = toPhases(network, { class: k, literals }, `core[${k}]`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { place: at, expected, found } = error.fault;
      const where = at === undefined ? place : `${place}: ${at}`;
      return { outcome: invalid(where, 'core', expected ?? 'literals of the model', found ?? error.message) };
    }
    const extra = phases.findIndex((phase, i) => phase !== 0 && phase !== obligation.naps[k]![i]);
    if (extra >= 0) {
      const found = `neuron ${extra} ${phases[extra]! > 0 ? 'active' : 'inactive'} is not in NAP ${k}`;
      return { outcome: invalid(place, 'core', 'a subset of the NAP', found) };
    }
    naps.push(phases);
  }
  return { naps };
}
