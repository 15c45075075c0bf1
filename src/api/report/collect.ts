/** Everything that reporters need, collected: certificates with the checker's word, recall, a gate's decision. */
import type { Dataset } from '../../dataset/dataset.js';
import type { Decision } from '../../gate/decision.js';
import { readNapFileWithDigest } from '../../nap/nap-file.js';
import { type ReportDocument, STATUSES } from '../../report/documents/report.js';
import type { ReportInput } from '../../report/exhibit.js';
import { InputError } from '../../util/errors.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';
import { type ExhibitedCertificate, exhibitCertificate } from './certificate.js';
import { namedModels } from './find-model.js';
import { recallOfCoverageFile, recallOfNaps } from './recall.js';

export interface CollectOptions {
  readonly certificates: readonly string[];
  /** ONNX files; each certificate is checked against the one with its digest, or one of its name beside it. */
  readonly models?: readonly string[];
  /** NAP files whose recall is shown. */
  readonly naps?: readonly string[];
  /** Documents of `napcert coverage --json` whose recall is shown. */
  readonly coverage?: readonly string[];
  readonly decision?: Decision;
  /** The decision was made by this run; default: it was read from a file, and what it measured is only stated. */
  readonly decidedNow?: boolean;
  /** Samples that counterexamples are shown beside. */
  readonly dataset?: Dataset;
}

/**
 * Checks every certificate with the independent checker, and says so where that cannot be done.
 * @throws InputError for files that cannot be read; a certificate that is wrong is part of the report
 */
export async function collectReport(
  options: CollectOptions,
  progress: Progress = silentProgress,
): Promise<ReportInput> {
  const named = namedModels(options.models ?? []);
  const recall = [
    ...(options.naps ?? []).flatMap(recallOfNaps),
    ...(options.coverage ?? []).map(recallOfCoverageFile),
  ];
  const napFiles = new Map([
    ...(options.decision?.models ?? []).flatMap(({ naps }): [string, string][] =>
      naps === null ? [] : [[naps.sha256, naps.file]],
    ),
    ...(options.naps ?? []).map((path): [string, string] => [readNapFileWithDigest(path).sha256, path]),
  ]);
  const exhibited: ExhibitedCertificate[] = [];
  for (const [i, file] of options.certificates.entries()) {
    progress.step('checking certificates', i, options.certificates.length);
    try {
      exhibited.push(await exhibitCertificate(file, named, progress, napFiles, options.dataset ?? null));
    } catch (error) {
      // What a decision names, and cannot be read, is reported as not checked; what the caller names has to be there.
      const isNamed = options.decision?.models.some(({ certificate }) => certificate?.file === file);
      if (!(error instanceof InputError) || isNamed !== true) throw error;
    }
  }
  return {
    document: documentOf(exhibited),
    exhibits: exhibited.map(({ exhibit }) => exhibit),
    recall,
    decision: options.decision ?? null,
    decidedNow: options.decidedNow ?? false,
  };
}

function documentOf(exhibited: readonly ExhibitedCertificate[]): ReportDocument {
  const certificates = exhibited.map(({ reported }) => reported);
  const statuses = certificates.flatMap(({ properties }) => properties.map(({ status }) => status));
  return {
    format: 'napcert-report/1',
    napcert: VERSION,
    generatedAt: new Date().toISOString(),
    counts: Object.fromEntries(
      STATUSES.map((name) => [name, statuses.filter((status) => status === name).length]),
    ) as ReportDocument['counts'],
    certificates,
  };
}
