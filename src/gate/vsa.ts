/**
 * The decision as a SLSA Verification Summary Attestation: an in-toto statement about the models, which says that they
 * passed a policy, and on which certificates that rests.
 * Source: slsa-framework/slsa, spec/verification_summary.md (version 1); in-toto attestation, spec/v1.
 */
import { STATEMENT_TYPE } from '../certificate/certificate.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import type { Decision } from './decision.js';

export const VSA_PREDICATE = 'https://slsa.dev/verification_summary/v1';

/** Who verified; consumers accept it only together with a signature by a key that they trust. */
export const VERIFIER_ID = 'https://napcert.dev/gate';

interface Digest {
  readonly sha256: string;
}

export interface VerificationSummary {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly { readonly name: string; readonly digest: Digest }[];
  readonly predicateType: typeof VSA_PREDICATE;
  readonly predicate: {
    readonly verifier: { readonly id: string; readonly version: Readonly<Record<string, string>> };
    readonly timeVerified: string;
    readonly resourceUri: string;
    readonly policy: {
      readonly uri: string;
      /** Of the file, and of everything that it asks for once its files are read, see {@link policyInputs}. */
      readonly digest: Digest & { readonly napcertInputs: string };
    };
    readonly inputAttestations: readonly { readonly uri: string; readonly digest: Digest }[];
    readonly verificationResult: 'PASSED' | 'FAILED';
    readonly verifiedLevels: readonly string[];
  };
}

/**
 * PASSED says that the decision is `passed`, nothing less; an inconclusive gate is FAILED. Digests of certificates are of
 * the statements that were checked, whether or not they were in a signed envelope.
 * @param resource where consumers fetch the release; null for a name made of the policy's
 */
export function verificationSummary(decision: Decision, resource: string | null): VerificationSummary {
  const passed = decision.outcome === 'passed';
  const levels = [
    ...new Set(decision.models.map(({ arithmetic }) => `NAPCERT_GATE_${arithmetic.toUpperCase()}`)),
  ];
  return {
    _type: STATEMENT_TYPE,
    subject: subjects(decision),
    predicateType: VSA_PREDICATE,
    predicate: {
      verifier: { id: VERIFIER_ID, version: { napcert: decision.napcert } },
      timeVerified: decision.verifiedAt,
      resourceUri: resource ?? `urn:x-napcert:release:${encodeURIComponent(decision.policy.name)}`,
      policy: {
        uri: fileUri(decision.policy.file),
        digest: {
          sha256: decision.policy.sha256,
          napcertInputs: sha256(canonicalJson(policyInputs(decision))),
        },
      },
      inputAttestations: decision.models.flatMap(({ certificate, specification, naps }) =>
        [certificate, specification, naps].flatMap((input) =>
          input === null || input.sha256 === null
            ? []
            : [{ uri: fileUri(input.file), digest: { sha256: input.sha256 } }],
        ),
      ),
      verificationResult: passed ? 'PASSED' : 'FAILED',
      verifiedLevels: passed ? levels : ['FAILED'],
    },
  };
}

/**
 * What the policy asks for, by digest and independent of places: the policy file, and per model the model, specification
 * and NAP file, each resolved claim with its weight, and each recall with the samples that were measured.
 */
export function policyInputs({ policy, models }: Decision): Json {
  return {
    policy: policy.sha256,
    models: models.map(({ name, sha256: digest, specification, naps, arithmetic, domain, ...model }) => ({
      name,
      model: digest,
      specification: specification?.sha256 ?? null,
      naps: naps?.sha256 ?? null,
      arithmetic,
      domain,
      claims: model.requirements.map((one) => ({ id: one.id, digest: one.digest, advisory: one.advisory })),
      recall: model.recall.map((one) => ({
        class: one.class,
        minimum: one.minimum,
        advisory: one.advisory,
        samples: one.dataset?.digest ?? null,
        mining: one.mining?.digest ?? null,
      })),
    })),
  };
}

/** Each model file once; names are unique, so that of a second file of the same name is the one in the policy. */
function subjects({ models }: Decision): VerificationSummary['subject'] {
  const list: { name: string; digest: Digest }[] = [];
  for (const { name, file, sha256: own } of models) {
    if (list.some(({ digest }) => digest.sha256 === own)) continue;
    const base = baseName(file);
    list.push({ name: list.some((other) => other.name === base) ? name : base, digest: { sha256: own } });
  }
  return list;
}

/** A name, not a place: the file lies beside the summary, wherever that is. */
function fileUri(path: string): string {
  return `file:${encodeURIComponent(baseName(path))}`;
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
