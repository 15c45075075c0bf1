/** A checked certificate as the gate's evidence. */
import { dirname, resolve } from 'node:path';
import type { ObligationResult, PropertyResult } from '../../certificate/certificate.js';
import { proofFolder } from '../../certificate/open-proof-file.js';
import { type StepSource, stepSource } from '../../checker/step-source.js';
import type { GateCertificate } from '../../gate/decision.js';
import type { CertificateEvidence, PropertyEvidence } from '../../gate/evidence.js';
import type { Network } from '../../network/network.js';
import { labelled } from '../../report/stated.js';
import type { InputError } from '../../util/errors.js';
import type { CheckedFile } from '../check.js';
import { refuted } from './refuted.js';

export interface EvidenceSource {
  readonly checked: CheckedFile;
  /** Of the model that the certificate was checked against. */
  readonly network: Network;
  readonly origin: GateCertificate['origin'];
  /** Digests of obligations that were decided before this run; null: all were. */
  readonly earlier: ReadonlySet<string> | null;
  /** Pictures of counterexamples by obligation. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** The checker's words and what they are about; nothing of a certificate with a wrong signature. */
export function evidenceOf(source: EvidenceSource): CertificateEvidence {
  const { document, certificate } = source.checked;
  const head = {
    file: document.certificate.file,
    sha256: document.certificate.sha256,
    origin: source.origin,
    check: document.verdict,
    signature: signatureOf(source.checked),
    rejection: document.rejection,
  };
  if (certificate === null) return { ...head, ...NOTHING, modelSha256: document.model.sha256 };
  const { predicate } = certificate;
  const steps = stepSource(proofFolder(dirname(resolve(document.certificate.file))));
  const checks = new Map(document.properties.map(({ id, verdict }) => [id, verdict]));
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  return {
    ...head,
    modelSha256: predicate.model.sha256,
    napsSha256: predicate.naps?.sha256 ?? null,
    arithmetic: predicate.arithmetic,
    domain: predicate.domain,
    properties:
      document.verdict === 'invalid'
        ? []
        : predicate.properties.map((property) => {
            const own = property.obligations.flatMap((id) => results.get(id) ?? []);
            return propertyEvidence(source, steps, property, own, checks.get(property.id) ?? 'invalid');
          }),
  };
}

/** A certificate file that cannot be read as one. */
export function unreadable(
  file: string,
  modelSha256: string,
  { message, fault }: InputError,
  signature: GateCertificate['signature'],
): CertificateEvidence {
  const rejection = {
    place: fault.place ?? 'file',
    rule: 'structure',
    expected: fault.expected ?? 'a napcert certificate',
    found: fault.found ?? message,
  };
  return {
    file,
    sha256: null,
    origin: 'reused',
    check: 'invalid',
    signature,
    rejection,
    ...NOTHING,
    modelSha256,
  };
}

const NOTHING = {
  napsSha256: null,
  arithmetic: 'real',
  domain: { kind: 'unbounded' },
  properties: [],
} as const;

function signatureOf({ document: { signature } }: CheckedFile): GateCertificate['signature'] {
  if (signature === null) return 'not-asked';
  return signature.verified ? 'verified' : 'rejected';
}

function propertyEvidence(
  source: EvidenceSource,
  steps: StepSource,
  result: PropertyResult,
  own: readonly ObligationResult[],
  check: PropertyEvidence['check'],
): PropertyEvidence {
  const { earlier, pictures } = source;
  const holes = own.flatMap((obligation) => holesOf(obligation, steps));
  return {
    property: result.property,
    claimed: result.verdict,
    check,
    holes: [...new Set(holes)],
    reused: earlier === null || (own.length > 0 && own.every(({ digest }) => earlier.has(digest))),
    margin: leastMargin(own),
    seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
    detail: detailOf(source, result, own),
    counterexample: counterexampleOf(result, own, pictures),
  };
}

/** Names of the trusted solvers, from the proof steps themselves: the checker names only the first few. */
function holesOf({ id, evidence }: ObligationResult, steps: StepSource): string[] {
  if (evidence.kind !== 'proof' || evidence.holes === 0) return [];
  const names: string[] = [];
  for (const step of steps(evidence.proof, id)) if (step.rule === 'hole') names.push(step.solver);
  return names;
}

function leastMargin(own: readonly ObligationResult[]): number | null {
  const margins = own.map(({ evidence }) => (evidence.kind === 'proof' ? evidence.margin : null));
  return margins.length > 0 && margins.every((margin) => margin !== null) ? Math.min(...margins) : null;
}

function detailOf(
  { network, pictures }: EvidenceSource,
  result: PropertyResult,
  own: readonly ObligationResult[],
): string {
  for (const { id, evidence } of own) {
    if (result.verdict === 'violated' && evidence.kind === 'counterexample') {
      return refuted(network, classOf(result), id, evidence.replay, pictures.get(id) ?? null, own);
    }
    if (result.verdict === 'unknown' && evidence.kind === 'none') {
      return [`${id}: ${evidence.reason}`, evidence.detail, evidence.suggestion]
        .filter((part) => part !== '')
        .join('; ');
    }
  }
  if (result.scaling !== undefined) {
    const { source, factor, classes } = result.scaling;
    return `a point (${labelled(source)}) is class ${classes[0]}, ${factor} times it is class ${classes[1]}`;
  }
  return result.verdict === 'unknown' ? 'no input that the claim is about is known' : '';
}

function counterexampleOf(
  { scaling }: PropertyResult,
  own: readonly ObligationResult[],
  pictures: ReadonlyMap<string, string>,
): PropertyEvidence['counterexample'] {
  for (const { id, evidence } of own) {
    if (evidence.kind !== 'counterexample') continue;
    return { obligation: id, source: evidence.replay.source, picture: pictures.get(id) ?? null };
  }
  return scaling === undefined ? null : { obligation: null, source: scaling.source, picture: null };
}

/** The class that a property claims for its inputs. */
function classOf({ property }: PropertyResult): number | null {
  return 'class' in property ? property.class : null;
}
