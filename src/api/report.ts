/** Certificates, checked again, as reports for people and CI systems. */

import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { refuseContradiction } from '../gate/contradiction.js';
import type { Decision } from '../gate/decision.js';
import { decisionSchema } from '../gate/decision.js';
import type { ReportDocument } from '../report/documents/report.js';
import type { ReportInput } from '../report/exhibit.js';
import { REPORTERS } from '../report/reporters/index.js';
import type { ReporterName } from '../report/reporters/names.js';
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { parseStrictJson } from '../util/strict-json.js';
import { type Progress, silentProgress } from './progress.js';
import { collectReport } from './report/collect.js';
import { assertReportTargets, type ReportTarget, writeReports } from './report/write.js';

export { formatOfFile, type ReportTarget } from './report/write.js';

export interface ReportOptions {
  /** Certificate files; with `gate`, those that the decision names are used if there are none. */
  readonly certificates: readonly string[];
  /** ONNX files; a certificate is checked against the one with its digest, or one of its name beside it. */
  readonly models?: readonly string[];
  /** NAP files whose recall is shown. */
  readonly naps?: readonly string[];
  /** Documents of `napcert coverage --json` whose recall is shown. */
  readonly coverage?: readonly string[];
  /** Decision of `napcert gate --json`; what it counts as met is shown only if a certificate checked here shows it. */
  readonly gate?: string;
  /** Samples: a counterexample is shown beside the nearest one that follows its NAP. */
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
  /** Files to write. */
  readonly targets?: readonly ReportTarget[];
  /** A format to return as text as well, for stdout. */
  readonly format?: ReporterName;
}

export interface ReportResult {
  readonly document: ReportDocument;
  /** Certificates that the decision names and that could not be read: what it says of them is shown as not checked. */
  readonly unread: number;
  /** The text of `format`; null unless asked for. */
  readonly text: string | null;
  /** A Markdown summary, for a CI system that takes one besides. */
  readonly summary: string | null;
}

/**
 * Checks every certificate again, exactly and without solvers, and writes reports. What cannot be checked, or is wrong,
 * is reported as such and never as holding.
 * @throws InputError for files that cannot be read or written; a wrong certificate is part of the report
 */
export async function report(
  options: ReportOptions,
  progress: Progress = silentProgress,
): Promise<ReportResult> {
  const { models = [], naps = [], coverage = [], gate, targets = [], format } = options;
  const decision = gate === undefined ? null : readDecision(gate);
  const certificates = options.certificates.length > 0 ? options.certificates : namedBy(decision);
  if (certificates.length === 0) {
    throw new InputError('there is nothing to report', {
      expected: 'a certificate, or --gate with a decision that names one',
    });
  }
  const read = [
    ...certificates,
    ...models,
    ...naps,
    ...coverage,
    gate,
    options.data,
    options.dataset?.labels,
  ];
  assertReportTargets(targets, read, '--output');
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  const input = await collectReport(
    {
      certificates,
      models: [...models, ...modelsOf(decision)],
      naps,
      coverage,
      ...(decision === null ? {} : { decision }),
      ...(dataset === null ? {} : { dataset }),
    },
    progress,
  );
  writeReports(targets, input, '--output');
  return {
    document: input.document,
    unread: certificates.length - input.document.certificates.length,
    text: format === undefined ? null : REPORTERS[format](input),
    summary: format === 'github' ? REPORTERS.summary(input) : null,
  };
}

/** Reports beside other work, from certificates that it has written. */
export async function reportFiles(
  targets: readonly ReportTarget[],
  sources: {
    readonly certificates: readonly string[];
    readonly models: readonly string[];
    readonly naps?: readonly string[];
    readonly decision?: Decision;
    /** The decision was made by this run, see {@link CollectOptions}. */
    readonly decidedNow?: boolean;
  },
  progress: Progress = silentProgress,
): Promise<ReportInput | null> {
  if (targets.length === 0) return null;
  const input = await collectReport(sources, progress);
  writeReports(targets, input);
  return input;
}

/**
 * Reports of a decision that the gate has made in this run: the certificates that it names are checked again, and the recall
 * that it measured is shown as measured.
 */
export async function reportDecision(
  targets: readonly ReportTarget[],
  decision: Decision,
  progress: Progress = silentProgress,
): Promise<void> {
  const sources = { certificates: namedBy(decision), models: modelsOf(decision), decision, decidedNow: true };
  await reportFiles(targets, sources, progress);
}

export { assertReportTargets } from './report/write.js';

function readDecision(path: string): Decision {
  const expected = 'what `napcert gate --json` prints';
  const bytes = readRegularFile(path, { what: 'the decision', expected, maxBytes: 64 * 1024 * 1024 });
  return readAs('decision', path, bytes, () => decisionIn(bytes, path, expected));
}

function decisionIn(bytes: Buffer, path: string, expected: string): Decision {
  const parsed = decisionSchema.safeParse(parseStrictJson(bytes.toString('utf8'), path));
  if (parsed.success) {
    refuseContradiction(parsed.data, path);
    return parsed.data;
  }
  const issue = parsed.error.issues[0]!;
  throw new InputError('not a decision of the gate', {
    file: path,
    place: issue.path.map(String).join('.') || 'top level',
    expected,
    found: issue.message,
  });
}

function namedBy(decision: Decision | null): string[] {
  const files = (decision?.models ?? []).flatMap(({ certificate }) =>
    certificate === null ? [] : [certificate.file],
  );
  return [...new Set(files)];
}

function modelsOf(decision: Decision | null): string[] {
  return [...new Set((decision?.models ?? []).map(({ file }) => file))];
}
