/** Re-proves a certificate file against the model it speaks about. */
import { dirname, resolve } from 'node:path';
import { proofFolder } from '../certificate/open-proof-file.js';
import { parseCertificate } from '../certificate/read-certificate.js';
import { checkCertificate } from '../checker/check-certificate.js';
import type { Outcome } from '../checker/report.js';
import type { CheckDocument } from '../report/documents/check.js';
import { describeDomain, describeProperty, onlyAgainst, type Property } from '../spec/property.js';
import { sha256 } from '../util/digest.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../util/strict-json.js';
import { modelReferenceOf, openModel } from './open-model.js';
import { openNaps } from './open-naps.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface CheckOptions {
  readonly certificate: string;
  readonly model: string;
  /** NAPs that must be those of the certificate. */
  readonly naps?: string;
}

/** @throws InputError for files that cannot be read; a certificate that proves too little is a verdict */
export async function check(
  options: CheckOptions,
  progress: Progress = silentProgress,
): Promise<CheckDocument> {
  progress.step(`reading ${options.certificate}`);
  const bytes = readRegularFile(options.certificate, {
    what: 'the certificate',
    expected: 'a certificate written by `napcert verify`',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const certificate = parseCertificate(bytes.toString('utf8'), options.certificate);
  progress.step(`reading ${options.model}`);
  const model = await openModel(options.model);
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
  return {
    format: 'napcert-check/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    certificate: { file: options.certificate, sha256: sha256(bytes) },
    naps: naps === null ? null : { file: naps.path, sha256: naps.sha256 },
    verdict: report.verdict,
    domain: describeDomain(certificate.predicate.domain),
    arithmetic: certificate.predicate.arithmetic,
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
