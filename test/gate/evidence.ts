/** Evidence as the gate gathers it: one certificate from which everything was proved, and what it says of a property. */
import type { CertificateEvidence, PropertyEvidence } from '../../src/gate/evidence.js';
import type { Property } from '../../src/spec/property.js';

export const DIGEST = 'a'.repeat(64);
export const BOX = { kind: 'box', lower: 0, upper: 1 } as const;

export function proved(property: Property, changes: Partial<PropertyEvidence> = {}): PropertyEvidence {
  return {
    property,
    claimed: 'holds',
    check: 'valid',
    holes: [],
    reused: true,
    margin: 1,
    seconds: 1,
    detail: '',
    counterexample: null,
    ...changes,
  };
}

/** Accepted by the checker, about the model and NAPs of digest {@link DIGEST}. */
export function accepted(
  properties: readonly PropertyEvidence[],
  changes: Partial<CertificateEvidence> = {},
): CertificateEvidence {
  return {
    file: 'c.json',
    sha256: DIGEST,
    origin: 'reused',
    check: 'valid',
    signature: 'not-asked',
    rejection: null,
    modelSha256: DIGEST,
    napsSha256: DIGEST,
    arithmetic: 'real',
    domain: BOX,
    properties,
    ...changes,
  };
}
