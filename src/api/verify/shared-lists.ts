/** Lists of lemmas that proofs of a certificate refer to. */
import { createHash } from 'node:crypto';
import type { ObligationResult, Predicate } from '../../certificate/certificate.js';
import type { ProofStep } from '../../certificate/proof.js';

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
 * A name by content: lists found for the same region in different runs or threads differ, and so do their names.
 * @param region digest of the region without output constraints
 */
export function nameOfLemmas(region: string, lemmas: readonly ProofStep[]): string {
  const hash = createHash('sha256').update(region).update('\n');
  for (const step of lemmas) hash.update(JSON.stringify(step)).update('\n');
  return `lemmas/${hash.digest('hex')}`;
}
