/** Re-proves a certificate file against the model it speaks about. */
import { dirname, resolve } from 'node:path';
import type { Certificate } from '../certificate/certificate.js';
import { openEnvelope } from '../certificate/dsse.js';
import { proofFolder } from '../certificate/open-proof-file.js';
import { parseCertificate } from '../certificate/read-certificate.js';
import { checkCertificate } from '../checker/check-certificate.js';
import type { Outcome, Rejection } from '../checker/report.js';
import type { CheckDocument } from '../report/documents/check.js';
import { describeDomain, describeProperty, onlyAgainst, type Property } from '../spec/property.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../util/strict-json.js';
import { readPublicKey } from './keys.js';
import { modelReferenceOf, type OpenedModel, openModel } from './open-model.js';
import { openNaps } from './open-naps.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface CheckOptions {
  readonly certificate: string;
  readonly model: string;
  /** NAPs that must be those of the certificate. */
  readonly naps?: string;
  /** PEM files of public keys; the certificate must be an envelope with a signature by one of them. */
  readonly verifyKeys?: readonly string[];
}

export interface CheckedFile {
  readonly document: CheckDocument;
  /** What was checked; null if its signature was rejected, so that nothing of it was read. */
  readonly certificate: Certificate | null;
}

/** @throws InputError for files that cannot be read; a certificate that proves too little is a verdict */
export async function check(
  options: CheckOptions,
  progress: Progress = silentProgress,
): Promise<CheckDocument> {
  return (await checkFile(options, progress)).document;
}

/** The same with the certificate itself, from the very bytes that were checked. Errors as for `check`. */
export async function checkFile(
  options: CheckOptions,
  progress: Progress = silentProgress,
): Promise<CheckedFile> {
  const keys = options.verifyKeys?.map(readPublicKey) ?? null;
  progress.step(`reading ${options.certificate}`);
  const file = readRegularFile(options.certificate, {
    what: 'the certificate',
    expected: 'a certificate written by `napcert verify`',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const opened = keys === null ? null : openEnvelope(file, options.certificate, keys);
  progress.step(`reading ${options.model}`);
  const model = await openModel(options.model);
  if (opened?.kind === 'rejected') {
    return { document: unsigned(options, file, model, opened), certificate: null };
  }
  const bytes = opened?.payload ?? file;
  const certificate = parseSigned(bytes.toString('utf8'), options.certificate, opened !== null);
  const naps = options.naps === undefined ? null : openNaps(options.naps, model);
  progress.step(`checking ${options.certificate}`);
  const report = checkCertificate(
    certificate,
    { network: model.network, sha256: model.loaded.sha256 },
    naps === null
      ? null
      : { sha256: naps.sha256, naps: new Map(naps.naps.map((nap) => [nap.class, nap.phases])) },
    proofFolder(dirname(resolve(options.certificate))),
  );
  const classes = model.network.tensors[model.network.output]!.size;
  const claims = new Map(certificate.predicate.properties.map(({ id, property }) => [id, property]));
  const document: CheckDocument = {
    format: 'napcert-check/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    certificate: { file: options.certificate, sha256: sha256(bytes) },
    signature: opened === null ? null : { verified: true, keyid: opened.keyid },
    naps: naps === null ? null : { file: naps.path, sha256: naps.sha256 },
    verdict: report.verdict,
    domain: describeDomain(certificate.predicate.domain),
    arithmetic: certificate.predicate.arithmetic,
    interrupted: certificate.predicate.interrupted,
    properties: report.properties.map(({ id, claimed, outcome }) => ({
      id,
      claim: describeProperty(claims.get(id)!),
      onlyAgainst: competitorsOf(claims.get(id)!, classes),
      claimed,
      ...parts(outcome),
    })),
    holes: [...report.holes],
    rejection: report.rejection,
  };
  return { document, certificate };
}

/** An envelope without a key to check it by is no certificate; the message says so. */
function parseSigned(text: string, file: string, isPayload: boolean): Certificate {
  try {
    return parseCertificate(text, file);
  } catch (error) {
    const edges = text.slice(0, 2000) + text.slice(-2000);
    if (isPayload || !(error instanceof InputError) || !/"payloadType"\s*:/.test(edges)) throw error;
    throw new InputError('the certificate is in a signed envelope', {
      file,
      expected: '--verify-key with the public key of who signed it, or the certificate itself',
      found: 'no key to check the signature by',
    });
  }
}

/** Nothing of a certificate with a wrong signature is read. */
function unsigned(
  options: CheckOptions,
  bytes: Uint8Array,
  model: OpenedModel,
  { expected, found }: { readonly expected: string; readonly found: string },
): CheckDocument {
  const rejection: Rejection = { place: 'signature', rule: 'signature', expected, found };
  return {
    format: 'napcert-check/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    certificate: { file: options.certificate, sha256: sha256(bytes) },
    signature: { verified: false, keyid: null },
    naps: null,
    verdict: 'invalid',
    domain: null,
    arithmetic: null,
    interrupted: null,
    properties: [],
    holes: [],
    rejection,
  };
}

function competitorsOf(property: Property, classes: number): number[] | null {
  const left = onlyAgainst(property, classes);
  return left === null ? null : [...left];
}

function parts(
  outcome: Outcome,
): Pick<CheckDocument['properties'][number], 'verdict' | 'holes' | 'rejection'> {
  return {
    verdict: outcome.kind,
    holes: outcome.kind === 'incomplete' ? [...outcome.holes] : [],
    rejection: outcome.kind === 'invalid' ? outcome.rejection : null,
  };
}
