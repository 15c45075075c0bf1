/** `verifyFiles` with reports of the certificate it writes, and a log of what is decided as it is decided. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { eventLine, type ReportEvent } from '../report/documents/event.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';
import { assertWritable, type Inputs, refuseOutputs, specInputs } from './output-file.js';
import { type Progress, type Reached, silentProgress } from './progress.js';
import { withdrawReports } from './report/withdraw.js';
import { assertReportTargets, type ReportTarget, reportFiles } from './report.js';
import { envelopePath } from './sign.js';
import { proofFilePath } from './verify/certificate-file.js';
import { readSpec } from './verify/claims.js';
import type { OnCertificate } from './verify/verify.js';
import { type VerifyFilesOptions, verifyFiles } from './verify-files.js';
import { VERSION } from './version.js';

export interface VerifyReportsOptions extends VerifyFilesOptions {
  /** Written after the independent checker has checked the certificate again. */
  readonly reports?: readonly ReportTarget[];
  /**
   * JSONL file: a line for the start, for every obligation and property when it is decided, for one that takes long every few
   * seconds, and for the end.
   */
  readonly events?: string;
}

/** @throws InputError as `verifyFiles`, and before any work for reports that cannot be written */
export async function verifyAndReport(
  options: VerifyReportsOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<VerifyDocument> {
  const { reports = [], events, ...files } = options;
  const spec = await readSpec(options.claims.spec);
  const inputs = [
    ...[options.model, options.naps, options.data, options.dataset?.labels, options.earlier, options.signKey],
    ...specInputs(options.claims.spec, spec),
  ];
  const outputs = [options.output, proofFilePath(options.output), envelopePath(options.output)];
  if (events !== undefined) refuseOutputs(events, '--events', outputs);
  for (const { file } of reports)
    refuseOutputs(file, '--report', [...outputs, ...(events === undefined ? [] : [events])]);
  assertReportTargets(reports, inputs);
  withdrawReports(reports, true);
  const log = events === undefined ? null : eventLog(events, inputs);
  const told: Progress = log === null ? progress : { ...progress, reached: log.reached };
  const document = await verifyFiles(files, told, signal, log?.decided);
  const naps = document.naps === null ? [] : [document.naps.file];
  const input = await reportFiles(
    reports,
    { certificates: [options.output], models: [options.model], naps },
    progress,
  );
  log?.append({
    event: 'end',
    time: new Date().toISOString(),
    certificate: options.output,
    sha256: document.certificate.sha256,
    check: input?.document.certificates[0]?.check.verdict ?? null,
    interrupted: document.interrupted,
  });
  return document;
}

interface EventLog {
  readonly append: (event: ReportEvent) => void;
  /** Given the certificate so far, logs what is new in it. */
  readonly decided: OnCertificate;
  /** Logs, now and then, how far an obligation is that takes long. */
  readonly reached: (reached: Reached) => void;
}

/** An obligation that takes longer is logged before it is decided, and again after as long. */
const LONG_SECONDS = 5;

/** Starts the file anew; every event is on disk before the next thing is decided. */
function eventLog(path: string, inputs: Inputs): EventLog {
  assertWritable(path, '--events', inputs);
  write(path, () => writeFileSync(path, ''));
  const append = (event: ReportEvent): void => write(path, () => appendFileSync(path, eventLine(event)));
  const properties = new Set<string>();
  const obligations = new Set<string>();
  let started = false;
  const decided: OnCertificate = ({ predicate }, reached) => {
    const time = new Date().toISOString();
    if (!started) {
      started = true;
      const { name: model, sha256: modelSha256 } = predicate.model;
      append({
        event: 'start',
        time: predicate.startedAt,
        napcert: VERSION,
        model,
        modelSha256,
        properties: null,
      });
    }
    const news = predicate.properties.filter(({ id }) => reached.has(id) && !properties.has(id));
    const own = new Set(news.flatMap((property) => property.obligations));
    for (const { id, digest, verdict, engine, seconds, evidence } of predicate.obligations) {
      if (!own.has(id) || obligations.has(id)) continue;
      obligations.add(id);
      const margin = evidence.kind === 'proof' ? evidence.margin : null;
      const reason = evidence.kind === 'none' ? evidence.reason : null;
      append({ event: 'obligation', time, id, digest, verdict, engine, seconds, margin, reason });
    }
    for (const { id, verdict, claim } of news) {
      properties.add(id);
      append({ event: 'property', time, id, verdict, status: null, claim });
    }
  };
  const logged = new Map<string, number>();
  const reached = ({ id, seconds, ...rest }: Reached): void => {
    // A smaller time belongs to another try at the same obligation.
    const last = logged.get(id) ?? 0;
    if (seconds >= last && seconds - last < LONG_SECONDS) return;
    logged.set(id, seconds);
    if (seconds < LONG_SECONDS) return;
    append({ event: 'progress', time: new Date().toISOString(), id, seconds, ...rest });
  };
  return { append, decided, reached };
}

function write(path: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new InputError('the events cannot be written', {
      file: path,
      place: '--events',
      expected: 'a writable path',
      found: describeSystemError(error),
    });
  }
}
