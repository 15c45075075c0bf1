/** The use case behind `napcert merge`: certificates of shares of the work become one, each result re-checked. */
import { dirname, resolve } from 'node:path';
import type { Certificate, ObligationResult } from '../certificate/certificate.js';
import { proofFolder } from '../certificate/open-proof-file.js';
import { parseCertificate } from '../certificate/read-certificate.js';
import type { ClaimContext } from '../obligation/compile.js';
import type { MergeDocument } from '../report/documents/merge.js';
import type { Property } from '../spec/property.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../util/strict-json.js';
import { nothingExecutor } from './executor/shard.js';
import { modelReferenceOf, openModel } from './open-model.js';
import { openNaps } from './open-naps.js';
import { type Progress, silentProgress } from './progress.js';
import { earlierCertificate, writeCertificate } from './verify/certificate-file.js';
import type { WitnessCandidates } from './verify/decide-property.js';
import { type Resumed, resumeFrom } from './verify/resume.js';
import type { SharedLists } from './verify/shared-lists.js';
import { summary } from './verify/summary.js';
import { verify } from './verify/verify.js';
import { VERSION } from './version.js';

export interface MergeOptions {
  readonly model: string;
  /** NAP file that the certificates were made with; needed if the claims are about NAPs. */
  readonly naps?: string;
  readonly certificates: readonly string[];
  readonly output: string;
  /** Replace whatever is there. */
  readonly fresh?: boolean;
}

/**
 * @throws InputError for certificates about another model, other NAPs or other claims, and for an output that exists
 */
export async function merge(
  options: MergeOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<MergeDocument> {
  const inputs = [options.model, options.naps, ...options.certificates];
  const there = earlierCertificate(options.output, options.fresh === true, inputs);
  if (there !== null) {
    const expected = 'a new name, or --fresh to replace the file';
    throw new InputError('the output exists already', {
      file: options.output,
      place: '--output',
      expected,
      found: 'a certificate',
    });
  }
  progress.step(`reading ${options.model}`);
  const model = await openModel(options.model);
  const naps = options.naps === undefined ? null : openNaps(options.naps, model);
  const byClass = new Map((naps?.naps ?? []).map((nap) => [nap.class, nap.phases]));
  const parts = options.certificates.map((path) => ({ path, certificate: read(path) }));
  const [first] = parts;
  if (first === undefined)
    throw new InputError('nothing to merge', { expected: 'certificates', found: 'none' });
  const { predicate } = first.certificate;
  for (const part of parts) requireSame(part, first, model.loaded.sha256, naps?.sha256 ?? null);
  const properties = predicate.properties.map(({ property }) => property as Property);
  const claim: ClaimContext = {
    network: model.network,
    modelSha256: model.loaded.sha256,
    domain: predicate.domain,
    naps: byClass,
    arithmetic: predicate.arithmetic,
  };
  const known = new Map<string, ObligationResult>();
  let shared: SharedLists = {};
  const candidates = new Map<number | null, { point: Float64Array; source: string }[]>();
  const rows: MergeDocument['certificates'] = [];
  for (const { path, certificate } of parts) {
    progress.step(`checking ${path}`, rows.length, parts.length);
    const resumed = resumeFrom(certificate, claim, properties, proofFolder(dirname(resolve(path))));
    for (const [digest, result] of resumed.known) if (!known.has(digest)) known.set(digest, result);
    shared = { ...resumed.shared, ...shared };
    addCandidates(candidates, resumed);
    rows.push({ file: path, decided: resumed.known.size });
  }
  const { limits, dataset } = predicate;
  const merged = await verify(
    {
      model: model.loaded,
      network: model.network,
      naps: naps === null ? null : { sha256: naps.sha256, byClass },
      dataset: null,
      claims: { domain: predicate.domain, properties },
      arithmetic: predicate.arithmetic,
      engine: engineOf(limits.engine),
      solver: limits.solver === 'highs' ? 'highs' : 'glpk',
      timeoutSeconds: limits.timeoutSeconds,
      known,
      knownShared: shared,
      candidates,
      executor: nothingExecutor(),
    },
    { progress, ...(signal === undefined ? {} : { signal }) },
  );
  const certificate: Certificate = {
    ...merged,
    predicate: {
      ...merged.predicate,
      // The merge itself reads no dataset; the runs that it puts together did.
      dataset,
      interrupted: merged.predicate.interrupted || endedEarly(parts, merged),
    },
  };
  const text = writeCertificate(options.output, certificate);
  return {
    format: 'napcert-merge/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    certificates: rows,
    certificate: { file: options.output, sha256: sha256(text) },
    arithmetic: predicate.arithmetic,
    ...summary(certificate, model.network.tensors[model.network.output]!.size),
  };
}

function read(path: string): Certificate {
  const bytes = readRegularFile(path, {
    what: 'the certificate',
    expected: 'a certificate written by `napcert verify`',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  return parseCertificate(bytes.toString('utf8'), path);
}

/** A stopped run left something that the parts together do not decide; or no run at all came to its end. */
function endedEarly(parts: readonly Part[], { predicate }: Certificate): boolean {
  const isStopped = ({ certificate }: Part): boolean => certificate.predicate.interrupted;
  const isOpen = predicate.properties.some(({ verdict }) => verdict === 'unknown');
  return isOpen ? parts.some(isStopped) : parts.every(isStopped);
}

interface Part {
  readonly path: string;
  readonly certificate: Certificate;
}

function requireSame(part: Part, first: Part, modelSha256: string, napsSha256: string | null): void {
  const { predicate } = part.certificate;
  if (predicate.model.sha256 !== modelSha256) {
    throw differs(part, 'another model', modelSha256, predicate.model.sha256);
  }
  if ((predicate.naps?.sha256 ?? null) !== napsSha256) {
    throw differs(part, 'other NAPs', napsSha256 ?? 'no NAP file', predicate.naps?.sha256 ?? 'none');
  }
  if (claimsOf(part) !== claimsOf(first)) {
    throw differs(part, 'other claims', `those of ${first.path}`, 'other properties, domain or arithmetic');
  }
}

function claimsOf({ certificate: { predicate } }: Part): string {
  const { domain, arithmetic, dataset, properties } = predicate;
  const asked = properties.map(({ property }) => property);
  return canonicalJson({ domain, arithmetic, dataset, asked } as unknown as Json);
}

function differs({ path }: Part, what: string, expected: string, found: string): InputError {
  return new InputError(`a certificate about ${what}`, { file: path, expected, found });
}

function addCandidates(
  all: Map<number | null, { point: Float64Array; source: string }[]>,
  { candidates }: { readonly candidates: WitnessCandidates } & Pick<Resumed, 'known'>,
): void {
  for (const [label, points] of candidates) {
    const list = all.get(label) ?? [];
    all.set(label, [
      ...list,
      ...points.filter(({ source }) => !list.some((other) => other.source === source)),
    ]);
  }
}

function engineOf(name: string): 'auto' | 'bab' | 'milp' {
  return name === 'bab' || name === 'milp' ? name : 'auto';
}
