/** What proofs cost: the same obligations decided with the checker's audit of every proof, and without it. */
import { auditor } from '../../src/api/verify/audit.js';
import { Ascent } from '../../src/bounds/ascent/ascent.js';
import { decideByBab } from '../../src/engines/bab/decide.js';
import type { Audit } from '../../src/engines/decision.js';
import { Falsifier } from '../../src/engines/falsify/falsifier.js';
import { RegionCache } from '../../src/engines/region.js';
import type { Network } from '../../src/network/network.js';
import type { ClaimContext } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { rounded } from './prove-and-check.js';

export interface ProofOverhead {
  readonly obligations: number;
  readonly proved: number;
  readonly withProofSeconds: number;
  readonly withoutProofSeconds: number;
  /** Extra time, as a share of the search without. */
  readonly overhead: number;
}

/** Points are not confirmed and samples not scanned, so that both runs do the same search. */
export async function proofOverhead(
  network: Network,
  claim: ClaimContext,
  obligations: readonly Obligation[],
): Promise<ProofOverhead> {
  const believe: Audit = () => ({ accepted: true, margin: null });
  // The first run would pay for compiling what both use.
  await decideAll(network, obligations, auditor(claim).audit);
  const without = await decideAll(network, obligations, believe);
  const audited = await decideAll(network, obligations, auditor(claim).audit);
  return {
    obligations: obligations.length,
    proved: audited.proved,
    withProofSeconds: rounded(audited.seconds),
    withoutProofSeconds: rounded(without.seconds),
    overhead: rounded(audited.seconds / without.seconds - 1),
  };
}

async function decideAll(
  network: Network,
  obligations: readonly Obligation[],
  audit: Audit,
): Promise<{ readonly proved: number; readonly seconds: number }> {
  const regions = new RegionCache(network);
  const ascent = new Ascent(network);
  const falsifier = new Falsifier(network, null);
  const began = performance.now();
  let proved = 0;
  try {
    for (const obligation of obligations) {
      const decision = await decideByBab(
        {
          engine: 'bab',
          solver: 'highs',
          regions,
          ascent,
          falsifier,
          exactMargin: false,
          maxNodes: 2000,
          maxMemoryBytes: Number.POSITIVE_INFINITY,
          network,
          confirm: async () => ({ rejected: 'not asked' }),
          audit,
          timeoutSeconds: 60,
          signal: new AbortController().signal,
        },
        obligation,
        regions,
        { maxNodes: 2000 },
      );
      if (decision.verdict === 'unsat') proved++;
    }
    return { proved, seconds: (performance.now() - began) / 1000 };
  } finally {
    regions.dispose();
    await ascent.dispose();
    await falsifier.dispose();
  }
}
