/** The exact checker's word on a learned NAP: nothing is claimed from floating point. */
import type { ObligationResult, Predicate } from '../certificate/certificate.js';
import type { ProofStep } from '../certificate/proof.js';
import { checkProof } from '../checker/check-proof.js';
import { sharedLemmas } from '../checker/shared-lemmas.js';
import { preorder } from '../engines/bab/tree.js';
import type { Network } from '../network/network.js';
import { type ClaimContext, compileProperty, regionDigest } from '../obligation/compile.js';
import type { Domain } from '../spec/property.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import type { LearnedNap } from './learn-class.js';

export interface AuditContext {
  readonly network: Network;
  readonly modelSha256: string;
  readonly domain: Domain;
}

export interface AuditedNap {
  readonly results: readonly ObligationResult[];
  /** The lemmas that all proofs rest on, by the name that they use; empty if there are none. */
  readonly shared: SharedLists;
  /** Least proved margin over the competitors, rounded down; null if every region is empty. */
  readonly margin: number | null;
}

type SharedLists = NonNullable<Predicate['shared']>;

/** For proofs without shared lemmas. */
export const NO_LISTS = { place: 'learned proof', rule: 'shared', expected: 'no shared list', found: 'one' };

/** Obligations of the NAP with their proofs; null if the checker rejects one, or proves less than the margin. */
export function auditNap(
  { network, modelSha256, domain }: AuditContext,
  label: number,
  nap: LearnedNap,
  margin: number,
): AuditedNap | null {
  const claim: ClaimContext = { network, modelSha256, domain, naps: new Map([[label, nap.phases]]) };
  const property = {
    kind: 'non-misclassification' as const,
    class: label,
    competitors: [...nap.proofs.keys()].sort((a, b) => a - b),
  };
  const results: ObligationResult[] = [];
  let least: number | null = null;
  const shared: SharedLists = {};
  const { lemmas } = sharedLemmas(claim, shared, (proof) => (proof.kind === 'inline' ? proof.steps : []));
  const first: ProofStep[] = [];
  for (const obligation of compileProperty(claim, property)) {
    const began = performance.now();
    const competitor = obligation.outputs[0]!.terms[0]!.output;
    if (nap.lemmas.length > 0 && first.length === 0) {
      const region = regionDigest(claim, { ...obligation, outputs: [] });
      const id = `lemmas/${sha256(canonicalJson([region, nap.lemmas] as unknown as Json))}`;
      shared[id] = { region, proof: { kind: 'inline', steps: [...nap.lemmas] } };
      first.push({ rule: 'shared', id });
    }
    const steps = [...first, ...preorder(nap.proofs.get(competitor)!)];
    const context = {
      network,
      obligation,
      claimedMargin: null,
      shared: (id: string) => lemmas(id, obligation, obligation.id),
    };
    const { outcome, margin: proved } = checkProof(context, steps, obligation.id);
    if (outcome.kind !== 'valid') return null;
    if (proved !== null && proved < margin) return null;
    if (proved !== null) least = least === null ? proved : Math.min(least, proved);
    results.push({
      id: obligation.id,
      digest: obligation.digest,
      verdict: 'unsat',
      engine: 'learn',
      seconds: (performance.now() - began) / 1000,
      evidence: { kind: 'proof', proof: { kind: 'inline', steps }, holes: 0, margin: proved },
    });
  }
  return { results, shared, margin: least };
}
