/** The checker's word on a proof before anything is claimed from it. */
import { checkProof } from '../../checker/check-proof.js';
import type { Audit } from '../../engines/decision.js';
import type { Network } from '../../network/network.js';

/**
 * Engines compute in floating point; a proof counts only if the exact checker accepts it. The margin is the checker's
 * too, so that a certificate never claims more than can be re-proved.
 */
export function auditor(network: Network): Audit {
  return (obligation, steps) => {
    const shared = (id: string) => ({
      place: obligation.id,
      rule: 'shared',
      expected: 'a proof that stands alone',
      found: `shared list "${id}"`,
    });
    const context = { network, obligation, claimedMargin: null, shared };
    const { outcome, margin } = checkProof(context, steps, obligation.id);
    if (outcome.kind !== 'invalid') return { accepted: true, margin };
    const { place, rule, expected, found } = outcome.rejection;
    return { accepted: false, rejected: `${place} (${rule}): expected ${expected}, found ${found}` };
  };
}
