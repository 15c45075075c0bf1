/** Files and choices in, certificate file out: what `napcert verify` does. */
import { dirname, resolve } from 'node:path';
import type { Certificate } from '../certificate/certificate.js';
import { proofFolder } from '../certificate/open-proof-file.js';
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import type { EngineName } from '../engines/decision.js';
import { type ClaimContext, compileProperty } from '../obligation/compile.js';
import type { Arithmetic } from '../obligation/obligation.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import { counted } from '../report/format.js';
import { describeDomain } from '../spec/property.js';
import type { SpecFile } from '../spec/spec-file.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { assertFolder, drawCounterexamples, listCounterexamples } from './counterexample-files.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { usefulJobs } from './executor/executor-for.js';
import type { ClusterChoice } from './executor/open-cluster.js';
import type { Shard } from './executor/shard.js';
import { readPrivateKey } from './keys.js';
import { compareAt, modelReferenceOf, openModel } from './open-model.js';
import { examplesOf, type OpenedNaps, openNaps } from './open-naps.js';
import { assertWritable, specInputs } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { proofReaches } from './proof-reach/proof-reach.js';
import { followersNear } from './report/followers-near.js';
import { envelopePath, writeEnvelope } from './sign.js';
import { earlierCertificate, writeCertificate } from './verify/certificate-file.js';
import { claimedBoxes } from './verify/claimed-boxes.js';
import { type ClaimChoices, type Claims, readSpec, resolveClaims } from './verify/claims.js';
import type { WitnessCandidates } from './verify/decide-property.js';
import { domainRemark } from './verify/domain-share.js';
import { refuseLoss } from './verify/refuse-loss.js';
import { refuseOrthant } from './verify/refuse-orthant.js';
import { type Resumed, resumeFrom } from './verify/resume.js';
import { summary } from './verify/summary.js';
import { type OnCertificate, verify } from './verify/verify.js';
import { VERSION } from './version.js';

export interface VerifyFilesOptions {
  readonly model: string;
  /** Overrides the NAP file that the specification names. */
  readonly naps?: string;
  readonly claims: ClaimChoices;
  /** Claims that are resolved already; then `claims` chooses nothing. */
  readonly resolved?: Claims;
  /** Samples to look for witnesses and counterexamples in. */
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
  /** What evaluates the network; default: the reals. */
  readonly arithmetic?: Arithmetic;
  readonly engine: EngineName;
  readonly solver: 'glpk' | 'highs';
  /** Per obligation. */
  readonly timeoutSeconds: number;
  /** Branch-and-bound nodes per obligation; see `verify` for the default. */
  readonly maxNodes?: number;
  readonly maxMemoryBytes?: number;
  readonly exactMargin?: boolean;
  /** Threads that decide at once; default: as many as are of use. */
  readonly jobs?: number;
  /** Other machines that decide; a MILP solver's word is not taken from there. */
  readonly cluster?: ClusterChoice;
  /** Decide only a share of the obligations; `merge` puts the certificates together. */
  readonly shard?: Shard;
  readonly output: string;
  /** Replace what the output path holds instead of going on from it. */
  readonly fresh?: boolean;
  /** Another certificate of the same model to go on from, where the output does not exist; it stays as it is. */
  readonly earlier?: string;
  /** PEM file of a private key: the certificate is signed into an envelope beside it. */
  readonly signKey?: string;
  /** Existing folder for a PNG of every counterexample, if the input is an image. */
  readonly pictures?: string;
  /** Existing folder for a JSON file of every counterexample. */
  readonly counterexamples?: string;
}

/**
 * Decides the claims and writes the certificate after every property, so that an interrupted run keeps what it
 * has decided; running it again goes on from there, after the checker has agreed with what is taken over.
 * @param onCertificate called with the certificate so far whenever a property is decided, and with the last one
 * @throws InputError before any work for an output that cannot be written, and for files that do not fit together
 */
export async function verifyFiles(
  options: VerifyFilesOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
  onCertificate: OnCertificate = () => {},
): Promise<VerifyDocument> {
  if (options.cluster !== undefined && options.engine === 'milp') {
    const expected = '--engine bab or auto, whose proofs are checked when they come back';
    throw new InputError('the word of a solver elsewhere is no evidence', {
      place: '--redis',
      expected,
      found: 'milp',
    });
  }
  const spec = await readSpec(options.claims.spec);
  const napPath = options.naps ?? spec?.naps;
  const given = [options.model, napPath, options.data, options.dataset?.labels];
  const inputs = [...given, options.earlier, options.signKey, ...specInputs(options.claims.spec, spec)];
  const signKey = options.signKey === undefined ? null : readPrivateKey(options.signKey);
  if (signKey !== null) assertWritable(envelopePath(options.output), '--sign-key', inputs);
  const earlier = earlierCertificate(options.output, options.fresh === true, inputs);
  if (options.pictures !== undefined) assertFolder(options.pictures, '--pictures');
  if (options.counterexamples !== undefined) assertFolder(options.counterexamples, '--counterexamples');
  progress.step(`reading ${options.model}`);
  const model = await openModel(options.model);
  const naps = napPath === undefined ? null : openNaps(napPath, model);
  const byClass = new Map((naps?.naps ?? []).map((nap) => [nap.class, nap.phases]));
  const arithmetic = options.arithmetic ?? 'real';
  const target = { network: model.network, modelSha256: model.loaded.sha256, naps: byClass, arithmetic };
  const claims = options.resolved ?? (await checkedClaims(options.claims, spec, target));
  for (const [id, doubt] of claims.doubts ?? []) progress.note(`${id}: ${doubt}`);
  const resumed = resume(earlier, { ...target, domain: claims.domain }, claims, options, progress);
  if (options.data !== undefined) progress.step(`reading ${options.data}`);
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  const remark = dataset === null ? null : domainRemark(claims.domain, dataset);
  if (remark !== null) progress.note(remark);
  progress.step('comparing with onnxruntime');
  const boxes = claimedBoxes({ ...target, domain: claims.domain }, claims);
  await compareAt(model, dataset === null ? [] : firstSamples(dataset), boxes);
  let text = '';
  const save = (certificate: Certificate): void => {
    text = writeCertificate(options.output, certificate);
  };
  const saveSparingly = sparingly(save);
  const decided: OnCertificate = (sofar, reached) => {
    saveSparingly(sofar);
    onCertificate(sofar, reached);
  };
  const certificate = await verify(
    {
      model: model.loaded,
      network: model.network,
      naps: naps === null ? null : { sha256: naps.sha256, byClass },
      dataset,
      claims,
      arithmetic,
      engine: options.engine,
      solver: options.solver,
      timeoutSeconds: options.timeoutSeconds,
      ...(options.maxNodes === undefined ? {} : { maxNodes: options.maxNodes }),
      ...(options.maxMemoryBytes === undefined ? {} : { maxMemoryBytes: options.maxMemoryBytes }),
      exactMargin: options.exactMargin ?? false,
      ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
      ...(options.shard === undefined ? {} : { shard: options.shard }),
      jobs: options.jobs ?? usefulJobs(model.network, claims.properties.length),
      candidates: witnessCandidates(naps, resumed),
      ...(resumed === null ? {} : { known: resumed.known, knownShared: resumed.shared }),
    },
    { progress, onCertificate: decided, ...(signal === undefined ? {} : { signal }) },
  );
  save(certificate);
  onCertificate(certificate, new Set(certificate.predicate.properties.map(({ id }) => id)));
  const envelope = signKey === null ? null : writeEnvelope(options.output, text, signKey, inputs);
  const followers = (drawn: Certificate) =>
    dataset === null ? new Map() : followersNear(drawn, model, dataset);
  const pictures =
    options.pictures === undefined
      ? null
      : drawCounterexamples(certificate, model.network, options.pictures, inputs, followers(certificate));
  const counterexamples =
    options.counterexamples === undefined
      ? null
      : listCounterexamples(certificate, model.network, options.counterexamples, [...inputs, options.output]);
  return {
    format: 'napcert-verify/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    naps: naps === null ? null : { file: naps.path, sha256: naps.sha256, delta: naps.file.delta },
    dataset: dataset === null ? null : datasetReferenceOf(dataset),
    certificate: { file: options.output, sha256: sha256(text) },
    envelope,
    domain: describeDomain(claims.domain),
    arithmetic,
    ...summary(certificate, model.network.tensors[model.network.output]!.size, resumed?.known),
    epsilons: null,
    reach: proofReaches(certificate, target, null),
    pictures,
    counterexamples,
  };
}

function resume(
  earlier: Certificate | null,
  claim: ClaimContext,
  { properties }: Claims,
  options: VerifyFilesOptions,
  progress: Progress,
): Resumed | null {
  if (earlier === null) return resumeElsewhere(options, claim, properties, progress);
  refuseLoss(earlier, claim, properties, options.output);
  progress.step(`checking what ${options.output} shows already`);
  const open = proofFolder(dirname(resolve(options.output)));
  const resumed = resumeFrom(earlier, claim, properties, open);
  const already = counted(resumed.known.size, 'obligation is', 'obligations are');
  progress.note(`going on from ${options.output}: ${already} decided already`);
  return resumed;
}

/** Nothing is replaced, so nothing can be lost; what does not fit or is not proved is left. */
function resumeElsewhere(
  { earlier, fresh }: VerifyFilesOptions,
  claim: ClaimContext,
  properties: Claims['properties'],
  progress: Progress,
): Resumed | null {
  if (earlier === undefined || fresh === true) return null;
  const certificate = earlierCertificate(earlier, false);
  if (certificate === null || certificate.predicate.model.sha256 !== claim.modelSha256) return null;
  progress.step(`checking what ${earlier} shows already`);
  const resumed = resumeFrom(certificate, claim, properties, proofFolder(dirname(resolve(earlier))));
  progress.note(`taking over ${counted(resumed.known.size, 'obligation')} from ${earlier}`);
  return resumed;
}

/** Examples of the NAP file first: they are there in every run. */
function witnessCandidates(naps: OpenedNaps | null, resumed: Resumed | null): WitnessCandidates {
  const candidates = new Map(resumed?.candidates ?? []);
  for (const [label, point] of naps === null ? [] : examplesOf(naps)) {
    const example = { point, source: `example of class ${label} in the NAP file` };
    candidates.set(label, [example, ...(candidates.get(label) ?? [])]);
  }
  return candidates;
}

/** Share of the time that saving may take while deciding goes on. */
const SAVING_SHARE = 0.05;

/** Saves often where that is cheap and seldom where certificates are large; the caller saves the last one. */
function sparingly(save: (certificate: Certificate) => void): (certificate: Certificate) => void {
  let next = Number.NEGATIVE_INFINITY;
  return (certificate) => {
    const start = performance.now();
    if (start < next) return;
    save(certificate);
    const end = performance.now();
    next = end + (end - start) / SAVING_SHARE;
  };
}

/** Samples of the data on which onnxruntime must agree before anything is decided. */
const COMPARED_SAMPLES = 16;

function firstSamples(dataset: Dataset): Float64Array[] {
  const count = Math.min(dataset.count, COMPARED_SAMPLES);
  return Array.from({ length: count }, (_, i) => dataset.batch(i, i + 1));
}

/**
 * Resolves the claims and compiles them once, so that one which does not fit is refused before work on the others.
 * Errors name the specification file, if there is one.
 */
export async function checkedClaims(
  choices: ClaimChoices,
  spec: SpecFile | null,
  target: Omit<ClaimContext, 'domain'>,
): Promise<Claims> {
  try {
    const claims = await resolveClaims(target.network, [...target.naps.keys()], spec, choices);
    for (const property of claims.properties) compileProperty({ ...target, domain: claims.domain }, property);
    refuseOrthant(target.network, claims);
    return claims;
  } catch (error) {
    if (!(error instanceof InputError) || choices.spec === undefined) throw error;
    throw error.inFile(choices.spec);
  }
}
