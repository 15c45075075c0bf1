/** What an earlier certificate already shows about the claims of this run, as far as the checker agrees. */
import type { Certificate, ObligationResult } from '../../certificate/certificate.js';
import type { Proof, ProofStep } from '../../certificate/proof.js';
import { checkObligation } from '../../checker/check-obligation.js';
import { HolesFound } from '../../checker/holes.js';
import { settledStarts } from '../../checker/settled-starts.js';
import { sharedLemmas } from '../../checker/shared-lemmas.js';
import { type OpenProofFile, type StepSource, stepSource } from '../../checker/step-source.js';
import { type ClaimContext, compileProperty } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { witnessRegions } from '../../obligation/regions.js';
import type { Property } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import type { WitnessCandidates } from './decide-property.js';
import { nameOfLemmas, type SharedLists } from './shared-lists.js';

export interface Resumed {
  /** Decided and re-checked results by obligation digest, with proofs inline. */
  readonly known: ReadonlyMap<string, ObligationResult>;
  readonly shared: SharedLists;
  readonly candidates: WitnessCandidates;
}

/**
 * Results with a matching digest whose proof or counterexample the checker accepts without taking anything on trust.
 * Any other result is left out without a word and is decided again: that a solver was asked is something the file
 * only says.
 */
export function resumeFrom(
  { predicate }: Certificate,
  claim: ClaimContext,
  properties: readonly Property[],
  open: OpenProofFile,
): Resumed {
  const wanted = obligationsByDigest(claim, properties);
  const steps = stepSource(open);
  const { lemmas } = sharedLemmas(claim, predicate.shared, steps);
  const starts = settledStarts();
  const known = new Map<string, ObligationResult>();
  const shared: SharedLists = {};
  for (const result of predicate.obligations) {
    const obligation = wanted.get(result.digest);
    if (obligation === undefined || result.verdict === 'unknown') continue;
    const holes = new HolesFound();
    const accepted = inlined(() => {
      const outcome = checkObligation(
        { claim, steps, shared: lemmas, starts },
        obligation,
        result,
        holes,
        result.id,
      );
      if (outcome.kind === 'invalid' || holes.count > 0) return null;
      return inline(result, predicate.shared ?? {}, steps, shared);
    });
    if (accepted !== null) known.set(result.digest, accepted);
  }
  return { known, shared, candidates: witnessesOf(predicate.properties, claim) };
}

/** Everything that deciding the properties may ask, by digest. */
export function obligationsByDigest(
  claim: ClaimContext,
  properties: readonly Property[],
): ReadonlyMap<string, Obligation> {
  return new Map(
    properties
      .flatMap((property) => [
        ...compileProperty(claim, property),
        ...witnessRegions(claim, property).map(({ region }) => region),
      ])
      .map((obligation) => [obligation.digest, obligation]),
  );
}

/** A proof file that is missing or damaged only means that nothing can be taken from it. */
function inlined(action: () => ObligationResult | null): ObligationResult | null {
  try {
    return action();
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** The result with its proof inline; the lists it needs are added to `shared` under names of their own. */
function inline(
  result: ObligationResult,
  lists: SharedLists,
  source: StepSource,
  shared: SharedLists,
): ObligationResult {
  const { evidence } = result;
  if (evidence.kind !== 'proof') return result;
  const all = (proof: Proof): ProofStep[] => [...source(proof, result.id)];
  const steps = all(evidence.proof).map((step): ProofStep => {
    if (step.rule !== 'shared') return step;
    const { region, proof } = lists[step.id]!;
    const lemmaSteps = all(proof);
    const id = nameOfLemmas(region, lemmaSteps);
    shared[id] = { region, proof: { kind: 'inline', steps: lemmaSteps } };
    return { ...step, id };
  });
  return { ...result, evidence: { ...evidence, proof: { kind: 'inline', steps } } };
}

function witnessesOf(
  properties: Certificate['predicate']['properties'],
  { network }: ClaimContext,
): WitnessCandidates {
  const { size } = network.tensors[network.input]!;
  const found = new Map<number | null, { point: Float64Array; source: string }[]>();
  for (const { witnesses } of properties) {
    for (const { class: label, point, source } of witnesses) {
      if (point.length !== size) continue;
      const list = found.get(label) ?? [];
      if (list.some((other) => other.source === source)) continue;
      found.set(label, [...list, { point: Float64Array.from(point), source }]);
    }
  }
  return found;
}
