/** The checker's word on a proof before anything is claimed from it. */
import type { Predicate } from '../../certificate/certificate.js';
import { checkProof } from '../../checker/check-proof.js';
import { settledStarts } from '../../checker/settled-starts.js';
import { sharedLemmas } from '../../checker/shared-lemmas.js';
import { stepSource } from '../../checker/step-source.js';
import type { Audit } from '../../engines/decision.js';
import { type ClaimContext, regionDigest } from '../../obligation/compile.js';
import { evaluatedNetwork } from '../../obligation/float-error/perturbed.js';

export interface Auditor {
  readonly audit: Audit;
  /** Lists of lemmas that accepted proofs use, as the certificate has them. */
  readonly shared: NonNullable<Predicate['shared']>;
}

/**
 * Engines compute in floating point; a proof counts only if the exact checker accepts it. The margin is the checker's
 * too, so that a certificate never claims more than can be re-proved.
 */
export function auditor(claim: ClaimContext): Auditor {
  const lists: NonNullable<Predicate['shared']> = {};
  const accepted: NonNullable<Predicate['shared']> = {};
  const starts = settledStarts();
  const { lemmas } = sharedLemmas(claim, lists, stepSource(null));
  const audit: Audit = (obligation, steps, shared) => {
    if (shared !== null && lists[shared.id] === undefined) {
      lists[shared.id] = {
        region: regionDigest(claim, { ...obligation, outputs: [] }),
        proof: { kind: 'inline', steps: [...shared.lemmas] },
      };
    }
    const context = {
      network: evaluatedNetwork(claim.network, obligation),
      obligation,
      claimedMargin: null,
      shared: (id: string) => lemmas(id, obligation, obligation.id),
      starts,
    };
    const { outcome, margin } = checkProof(context, steps, obligation.id);
    if (outcome.kind !== 'invalid') {
      if (shared !== null) accepted[shared.id] = lists[shared.id]!;
      return { accepted: true, margin };
    }
    const { place, rule, expected, found } = outcome.rejection;
    return { accepted: false, rejected: `${place} (${rule}): expected ${expected}, found ${found}` };
  };
  return { audit, shared: accepted };
}
