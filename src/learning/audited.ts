/** The exact checker's word on a learned NAP: nothing is claimed from floating point. */
import type { ObligationResult } from '../certificate/certificate.js';
import { checkProof } from '../checker/check-proof.js';
import { preorder } from '../engines/bab/tree.js';
import type { Network } from '../network/network.js';
import { type ClaimContext, compileProperty } from '../obligation/compile.js';
import type { Domain } from '../spec/property.js';
import type { LearnedNap } from './learn-class.js';

export interface AuditContext {
  readonly network: Network;
  readonly modelSha256: string;
  readonly domain: Domain;
}

export interface AuditedNap {
  readonly results: readonly ObligationResult[];
  /** Least proved margin over the competitors, rounded down; null if every region is empty. */
  readonly margin: number | null;
}

/** Learned proofs use no shared lemmas. */
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
  for (const obligation of compileProperty(claim, property)) {
    const began = performance.now();
    const competitor = obligation.outputs[0]!.terms[0]!.output;
    const steps = preorder(nap.proofs.get(competitor)!);
    const context = { network, obligation, claimedMargin: null, shared: () => NO_LISTS };
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
      evidence: { kind: 'proof', proof: { kind: 'inline', steps: [...steps] }, holes: 0, margin: proved },
    });
  }
  return { results, margin: least };
}
