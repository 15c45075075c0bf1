/** Certificates put together by hand for a hand-made network, and the checker's word on them. */
import {
  type Certificate,
  type Evidence,
  PREDICATE_TYPE,
  type PropertyResult,
  STATEMENT_TYPE,
  semanticsOf,
} from '../../src/certificate/certificate.js';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import type { CheckReport } from '../../src/checker/report.js';
import type { Network } from '../../src/network/network.js';
import { lintWeights } from '../../src/network/weight-lint.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import type { Domain, Property } from '../../src/spec/property.js';
import { describeProperty, propertyId } from '../../src/spec/property.js';
import { sha256 } from '../../src/util/digest.js';
import { InputError } from '../../src/util/errors.js';

export interface HandMade {
  readonly network: Network;
  readonly domain: Domain;
  readonly arithmetic?: 'real' | 'float32';
  readonly claims: readonly {
    readonly property: Property;
    readonly verdict: PropertyResult['verdict'];
    readonly witnesses?: PropertyResult['witnesses'];
    /** One per obligation, in order. */
    readonly evidence: readonly Evidence[];
  }[];
}

const MODEL_SHA256 = sha256('hand-made');
const VERDICT_OF = { proof: 'unsat', counterexample: 'sat', none: 'unknown' } as const;

export function certificateOf({ network, domain, arithmetic = 'real', claims }: HandMade): Certificate {
  const context: ClaimContext = {
    network,
    modelSha256: MODEL_SHA256,
    domain,
    naps: new Map(),
    arithmetic,
  };
  const compiled = claims.map((claim) => ({ ...claim, own: compileProperty(context, claim.property) }));
  const certificate = {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'tiny.onnx', digest: { sha256: MODEL_SHA256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      format: 'napcert/certificate/v1',
      verifier: { name: 'napcert', version: '0', components: {} },
      arithmetic,
      semantics: [...semanticsOf(arithmetic)],
      model: { name: 'tiny.onnx', sha256: MODEL_SHA256, notes: [], lint: lintWeights(network) },
      domain,
      naps: null,
      dataset: null,
      properties: compiled.map(({ property, verdict, witnesses = [], own }) => ({
        id: propertyId(property),
        property,
        claim: describeProperty(property),
        verdict,
        witnesses,
        obligations: own.map(({ id }) => id),
      })),
      obligations: compiled.flatMap(({ own, evidence }) =>
        own.map(({ id, digest }, k) => ({
          id,
          digest,
          verdict: VERDICT_OF[evidence[k]!.kind],
          engine: 'test',
          seconds: 0,
          evidence: evidence[k]!,
        })),
      ),
      holes: [],
      limits: { timeoutSeconds: 1, engine: 'test', solver: 'none', seed: 0 },
      interrupted: false,
      startedAt: '2026-01-01T00:00:00Z',
      verifiedAt: '2026-01-01T00:00:01Z',
    },
  };
  return JSON.parse(JSON.stringify(certificate)) as Certificate;
}

/** Text to verdict; what is refused before checking comes back as the InputError. */
export function judgeOf(network: Network, certificate: Certificate): CheckReport | InputError {
  try {
    const parsed = parseCertificate(JSON.stringify(certificate), 'forged.json');
    return checkCertificate(parsed, { network, sha256: MODEL_SHA256 }, null);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
