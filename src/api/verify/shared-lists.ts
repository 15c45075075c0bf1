/** Lists of lemmas that proofs of a certificate refer to. */
import type { ObligationResult, Predicate } from '../../certificate/certificate.js';
import type { ProofStep } from '../../certificate/proof.js';
import { sha256 } from '../../util/digest.js';

export type SharedLists = NonNullable<Predicate['shared']>;

/** The lists that inline proofs of these obligations name; a certificate must hold no others. */
export function listsUsedBy(results: readonly ObligationResult[], lists: SharedLists = {}): SharedLists {
  const used: SharedLists = {};
  for (const { evidence } of results) {
    if (evidence.kind !== 'proof' || evidence.proof.kind !== 'inline') continue;
    for (const step of evidence.proof.steps) {
      if (step.rule !== 'shared') continue;
      const list = lists[step.id];
      if (list !== undefined) used[step.id] = list;
    }
  }
  return used;
}

/**
 * A name that lists of another run cannot have: engines name lists by region, and a new run may find other lemmas
 * for the same region.
 */
export function nameByContent(region: string, lemmas: readonly ProofStep[]): string {
  return `resumed/${sha256(JSON.stringify({ region, lemmas }))}`;
}
