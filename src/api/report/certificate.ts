/** One certificate as reports show it: what it says, and what the independent checker found. */
import { dirname, resolve } from 'node:path';
import type { Certificate, ObligationResult, PropertyResult } from '../../certificate/certificate.js';
import { proofFolder } from '../../certificate/open-proof-file.js';
import { checkCertificate, type GivenNaps } from '../../checker/check-certificate.js';
import type { CheckReport } from '../../checker/report.js';
import type { Dataset } from '../../dataset/dataset.js';
import { digestOf } from '../../gate/evidence.js';
import { neuronBlocks } from '../../network/network.js';
import type {
  ReportedCertificate,
  ReportedObligation,
  ReportedProperty,
} from '../../report/documents/report.js';
import type { Exhibit } from '../../report/exhibit.js';
import { type CertificateCheck, statusOf } from '../../report/reported/status.js';
import { describeDomain, onlyAgainst, type Property } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { type OpenedModel, openModel } from '../open-model.js';
import { openNaps } from '../open-naps.js';
import type { Progress } from '../progress.js';
import { findModel } from './find-model.js';
import { followersNear } from './followers-near.js';
import { lineFinder } from './lines.js';
import { readForReport } from './read.js';
import { exhibitPoints } from './replay.js';
import { propertyWhy } from './why.js';

export interface ExhibitedCertificate {
  readonly reported: ReportedCertificate;
  readonly exhibit: Exhibit;
  /** The certificate and its model, if the checker has not rejected it. */
  readonly accepted: { readonly certificate: Certificate; readonly model: OpenedModel } | null;
}

/**
 * Reads a certificate, has it checked against the model it is about, and replays its counterexamples.
 * @param named models by digest
 * @param napFiles NAP files by digest; with its own the literals of a certificate are compared
 * @param dataset samples that counterexamples are shown beside
 * @throws InputError for a file that is no certificate, and for samples that do not fit its model
 */
export async function exhibitCertificate(
  file: string,
  named: ReadonlyMap<string, string>,
  progress: Progress,
  napFiles: ReadonlyMap<string, string> = new Map(),
  dataset: Dataset | null = null,
): Promise<ExhibitedCertificate> {
  const { bytes, text, certificate, enveloped } = readForReport(file);
  const { predicate } = certificate;
  const found = findModel(file, predicate.model, named);
  const model = found.path === null ? null : await openModel(found.path);
  progress.step(`checking ${file}`);
  const naps = model === null ? null : givenNaps(model, predicate.naps?.sha256, napFiles);
  const start = performance.now();
  const checked =
    model === null
      ? null
      : checkCertificate(
          certificate,
          { network: model.network, sha256: model.loaded.sha256 },
          naps,
          proofFolder(dirname(resolve(file))),
        );
  const seconds = (performance.now() - start) / 1000;
  const trusted = model !== null && checked !== null && checked.verdict !== 'invalid' ? model : null;
  const points = await exhibitPoints(predicate.obligations, trusted);
  const nearest =
    trusted === null || dataset === null ? new Map() : followersNear(certificate, trusted, dataset);
  const classes = model === null ? null : model.network.tensors[model.network.output]!.size;
  const summary = checkSummary(checked, found.why, seconds);
  const reported: ReportedCertificate = {
    file,
    sha256: sha256(bytes),
    bytes: bytes.length,
    enveloped,
    model: {
      name: predicate.model.name,
      sha256: predicate.model.sha256,
      file: found.path,
      notes: [...(model?.network.notes ?? predicate.model.notes)],
    },
    check: summary,
    arithmetic: predicate.arithmetic,
    domain: describeDomain(predicate.domain),
    semantics: [...predicate.semantics],
    naps: predicate.naps?.sha256 ?? null,
    napsChecked: naps !== null,
    dataset: predicate.dataset === null ? null : { ...predicate.dataset },
    verifier: {
      version: predicate.verifier.version,
      components: { ...predicate.verifier.components },
    },
    holes: [...predicate.holes],
    interrupted: predicate.interrupted,
    startedAt: predicate.startedAt,
    verifiedAt: predicate.verifiedAt,
    properties: reportedProperties(certificate, checked, summary, classes, text),
  };
  return {
    reported,
    exhibit: { ...exhibitOf(certificate, model), points, nearest },
    accepted: trusted === null ? null : { certificate, model: trusted },
  };
}

/** The NAP file with the digest that a certificate states; null if there is none that can be read. */
function givenNaps(
  model: OpenedModel,
  digest: string | undefined,
  files: ReadonlyMap<string, string>,
): GivenNaps | null {
  const path = digest === undefined ? undefined : files.get(digest);
  if (path === undefined) return null;
  try {
    const { sha256: own, naps } = openNaps(path, model);
    return { sha256: own, naps: new Map(naps.map((nap) => [nap.class, nap.phases])) };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function checkSummary(
  checked: CheckReport | null,
  why: string,
  seconds: number,
): ReportedCertificate['check'] {
  if (checked === null) return { verdict: 'unchecked', why, rejection: null, seconds: 0 };
  const { verdict, rejection, holes } = checked;
  switch (verdict) {
    case 'valid':
      return { verdict, why: 'every verdict in it is re-proved in exact arithmetic', rejection, seconds };
    case 'incomplete': {
      const more = holes.length > 1 ? ` (and ${holes.length - 1} more)` : '';
      return {
        verdict,
        why: `nothing is wrong, but not all is shown: ${holes[0]}${more}`,
        rejection,
        seconds,
      };
    }
    case 'invalid': {
      const { place, rule, expected, found } = rejection!;
      const text = `the certificate is rejected at ${place} (${rule}): expected ${expected}, found ${found}`;
      return { verdict, why: text, rejection, seconds };
    }
  }
}

function reportedProperties(
  { predicate }: Certificate,
  checked: CheckReport | null,
  summary: ReportedCertificate['check'],
  classes: number | null,
  text: string,
): ReportedProperty[] {
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  const outcomes = new Map((checked?.properties ?? []).map(({ id, outcome }) => [id, outcome.kind]));
  const state: CertificateCheck =
    checked === null
      ? { kind: 'unchecked', why: summary.why }
      : { kind: 'checked', verdict: checked.verdict };
  const lineOf = lineFinder(text);
  return predicate.properties.map((result): ReportedProperty => {
    const obligations = result.obligations.flatMap((id) => {
      const found = results.get(id);
      return found === undefined ? [] : [reportedObligation(found, result)];
    });
    const left = classes === null ? null : onlyAgainst(result.property, classes);
    const status = statusOf(result.verdict, state, outcomes.get(result.id) ?? null);
    const scaling = scalingOf(result);
    return {
      id: result.id,
      kind: result.property.kind,
      classes: classesOf(result.property),
      claim: result.claim,
      claimDigest: digestOf(result.property),
      onlyAgainst: left === null ? null : [...left],
      claimed: result.verdict,
      status,
      why: propertyWhy(status, { claimed: result.verdict, obligations, scaling }, summary),
      line: lineOf(result.id),
      seconds: obligations.reduce((sum, { seconds }) => sum + seconds, 0),
      fingerprint: fingerprintOf(predicate, result),
      witnesses: result.witnesses.map(({ source }) => source),
      scaling,
      obligations,
    };
  });
}

function scalingOf({ scaling }: PropertyResult): ReportedProperty['scaling'] {
  if (scaling === undefined) return null;
  return { source: scaling.source, factor: scaling.factor, classes: [...scaling.classes] };
}

/** What is claimed about which model, over which domain and arithmetic; digests of obligations cover the NAPs. */
function fingerprintOf(predicate: Certificate['predicate'], { claim, obligations }: PropertyResult): string {
  const { model, arithmetic, domain, naps } = predicate;
  return sha256(JSON.stringify([model.sha256, arithmetic, domain, naps?.sha256 ?? null, claim, obligations]));
}

function classesOf(property: Property): number[] {
  switch (property.kind) {
    case 'non-misclassification':
    case 'local-robustness':
    case 'cone':
      return [property.class];
    case 'non-ambiguity':
      return [...property.classes];
    case 'scalar-invariance':
    case 'query':
      return [];
  }
}

function competitorOf(id: string, { id: owner, property }: PropertyResult): number | null {
  if (property.kind !== 'non-misclassification' && property.kind !== 'local-robustness') return null;
  return property.competitors.find((label) => id === `${owner}/${label}`) ?? null;
}

function reportedObligation(result: ObligationResult, owner: PropertyResult): ReportedObligation {
  const { id, digest, verdict, engine, seconds, evidence } = result;
  const row = {
    id,
    digest,
    verdict,
    competitor: competitorOf(id, owner),
    engine,
    seconds,
    margin: null,
    proof: null,
    counterexample: null,
    open: null,
  };
  switch (evidence.kind) {
    case 'proof': {
      const { proof, holes, margin } = evidence;
      const inline = proof.kind === 'inline';
      return {
        ...row,
        margin,
        proof: {
          steps: inline ? proof.steps.length : null,
          bytes: inline ? Buffer.byteLength(JSON.stringify(proof.steps)) : 0,
          file: inline ? null : proof.file,
          trusted: holes,
        },
      };
    }
    case 'counterexample': {
      const { source, exactLogits, runtimeLogits } = evidence.replay;
      return {
        ...row,
        counterexample: {
          source,
          exactLogits: [...exactLogits],
          runtimeLogits: runtimeLogits === null ? null : [...runtimeLogits],
        },
      };
    }
    case 'none': {
      const { reason, detail, suggestion, provedMargin, bestMargin } = evidence;
      return { ...row, open: { reason, detail, suggestion, provedMargin, bestMargin } };
    }
  }
}

function exhibitOf(
  { predicate }: Certificate,
  model: OpenedModel | null,
): Omit<Exhibit, 'points' | 'nearest'> {
  const naps = predicate.naps?.classes ?? [];
  if (model === null) return { inputShape: null, classes: null, layers: [], naps };
  const { network } = model;
  return {
    inputShape: network.tensors[network.input]!.shape,
    classes: network.tensors[network.output]!.size,
    layers: neuronBlocks(network).map(({ tensor, size }) => ({ tensor: tensor.name, neurons: size })),
    naps,
  };
}
