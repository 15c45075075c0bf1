/** Shorthand for proofs of hand-made networks. */
import type { ProofStep } from '../../src/certificate/proof.js';
import { checkProof, type ProofCheck } from '../../src/checker/check-proof.js';
import type { Phases } from '../../src/nap/nap.js';
import { type Network, neuronCount } from '../../src/network/network.js';
import type { Obligation, OutputConstraint } from '../../src/obligation/obligation.js';

export interface RegionParts {
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  readonly naps?: readonly (readonly number[])[];
  readonly outputs?: readonly OutputConstraint[];
}

/** An obligation on the box [-1, 1] unless told otherwise. The digest plays no part in a proof. */
export function obligation(network: Network, parts: RegionParts = {}): Obligation {
  const size = network.tensors[network.input]!.size;
  const naps: Phases[] = (parts.naps ?? []).map((phases) => {
    if (phases.length !== neuronCount(network)) throw new RangeError('phases of another network');
    return Int8Array.from(phases);
  });
  return {
    kind: 'obligation',
    id: 'test',
    box: {
      lower: Float64Array.from(parts.lower ?? new Array(size).fill(-1)),
      upper: Float64Array.from(parts.upper ?? new Array(size).fill(1)),
    },
    naps,
    outputs: parts.outputs ?? [],
    digest: '0'.repeat(64),
  };
}

/** y_a - y_b >= bound. */
export function leads(a: number, b: number, bound = 0): OutputConstraint {
  return {
    terms: [
      { output: a, coefficient: 1 },
      { output: b, coefficient: -1 },
    ],
    bound,
  };
}

export function prove(
  network: Network,
  region: Obligation,
  steps: readonly ProofStep[],
  claimedMargin: number | null = null,
): ProofCheck {
  const shared = () => ({ place: 'test', rule: 'shared', expected: 'a list', found: 'none' });
  return checkProof({ network, obligation: region, claimedMargin, shared }, steps, 'proof');
}
