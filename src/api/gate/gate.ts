/** Policy in, decision out: what `napcert gate` does. */
import { compareWithBaseline } from '../../gate/compare.js';
import { decide } from '../../gate/decide.js';
import type { DecidedModel, Decision } from '../../gate/decision.js';
import type { GateModel } from '../../gate/evidence.js';
import { verificationSummary } from '../../gate/vsa.js';
import { makeFolder } from '../../util/make-folder.js';
import { readPrivateKey, readPublicKey } from '../keys.js';
import { assertWritable, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { withdrawReports } from '../report/withdraw.js';
import { type ReportTarget, reportDecision } from '../report.js';
import { writeEnvelope } from '../sign.js';
import { VERSION } from '../version.js';
import { previousDecision, readBaseline } from './earlier.js';
import { gateModel } from './gate-model.js';
import { attempt, inputsOf, outputsIn, withdraw } from './outputs.js';
import { type PolicyFile, readPolicy } from './policy-file.js';
import { assertGateReports } from './reports.js';
import { clockOf, type GateRun } from './run.js';

export interface GateOptions {
  readonly policy: string;
  /** Folder for certificates, pictures and the decision; default: beside the policy, see {@link gateFolder}. */
  readonly output?: string;
  /** Decision of an earlier release to compare with: its file or folder. */
  readonly baseline?: string;
  /** Prove what no certificate shows; default true. */
  readonly prove?: boolean;
  /** Prove everything anew. */
  readonly fresh?: boolean;
  /** PEM file of a private key: certificates and the summary are signed. */
  readonly signKey?: string;
  /** PEM files of public keys: only certificates signed by one of them are reused. */
  readonly verifyKeys?: readonly string[];
  /** Threads or machines that prove. */
  readonly sharing?: GateRun['sharing'];
  /** Written once the decision is there; those of an earlier run are removed before. */
  readonly reports?: readonly ReportTarget[];
}

/** `release.yaml` is decided in `release.gate`. */
export function gateFolder(policy: string): string {
  return `${policy.replace(/(\.policy)?\.(ya?ml|json)$/, '')}.gate`;
}

/**
 * Runs or reuses certificates, has every one checked, measures recall, decides, and writes the decision and its summary
 * into the folder, which is made if there is none, and the reports.
 * @throws InputError for a wrong policy and for files that cannot be used; what they show is a decision, never an error
 */
export async function gate(
  options: GateOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<Decision> {
  const startedAt = new Date().toISOString();
  const folder = options.output ?? gateFolder(options.policy);
  // Read before anything is removed; whatever is wrong with them, nothing that passed may stay.
  const previous = previousDecision(folder);
  const given = attempt(() => readGiven(options));
  const { reports = [], signKey } = options;
  const keys = [signKey, ...(options.verifyKeys ?? [])];
  if (given.ok) {
    assertGateReports(reports, given.value.file, folder, { keys, baseline: options.baseline });
  }
  withdraw(folder, [...(given.ok ? inputsOf(given.value.file) : [options.policy]), ...keys]);
  withdrawReports(reports, given.ok);
  if (!given.ok) throw given.error;
  const { file, baseline } = given.value;
  makeFolder(folder, '--output');
  const run: GateRun = {
    file,
    folder,
    prove: options.prove ?? true,
    fresh: options.fresh ?? false,
    signKey,
    verifyKeys: options.verifyKeys,
    sharing: options.sharing ?? {},
    progress,
    signal,
    clock: clockOf(file.policy.budget.total),
    previous,
  };
  const models: GateModel[] = [];
  const count = file.policy.models.length;
  for (const [position, { name }] of file.policy.models.entries()) {
    progress.note(`model ${position + 1} of ${count}, ${name}: hashing and reading its files`);
    models.push(await gateModel(run, position));
  }
  const decided = decide(file.policy, models);
  const decision: Decision = {
    format: 'napcert-gate/1',
    napcert: VERSION,
    policy: { file: file.path, sha256: file.sha256, name: file.name },
    ...decided,
    interrupted: signal.aborted && decided.models.some(isOpen),
    baseline:
      baseline === null ? null : compareWithBaseline(decided.models, baseline.decision, baseline.file),
    startedAt,
    verifiedAt: new Date().toISOString(),
  };
  save(run, decision);
  await reportDecision(reports, decision, progress);
  return decision;
}

/** Whether going on could add something: an interruption that came after everything was decided took nothing away. */
function isOpen({ requirements, recall }: DecidedModel): boolean {
  return [...requirements, ...recall].some(({ status }) => status === 'unknown' || status === 'missing');
}

interface Given {
  readonly file: PolicyFile;
  readonly baseline: ReturnType<typeof readBaseline> | null;
}

function readGiven({ policy, signKey, verifyKeys, baseline }: GateOptions): Given {
  const file = readPolicy(policy);
  if (signKey !== undefined) readPrivateKey(signKey);
  for (const key of verifyKeys ?? []) readPublicKey(key);
  return { file, baseline: baseline === undefined ? null : readBaseline(baseline) };
}

/** The summary comes last: a run that is killed here leaves no summary, signed or not, beside another decision. */
function save({ folder, file, signKey }: GateRun, decision: Decision): void {
  const inputs = inputsOf(file);
  const [decisionPath, summaryPath] = outputsIn(folder);
  for (const path of outputsIn(folder)) assertWritable(path, '--output', inputs);
  const summary = verificationSummary(decision, file.policy.resource ?? null);
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  try {
    writeOutput(decisionPath, `${JSON.stringify(decision, null, 2)}\n`);
    writeOutput(summaryPath, text);
    if (signKey !== undefined) writeEnvelope(summaryPath, text, readPrivateKey(signKey), inputs);
  } catch (error) {
    withdraw(folder, inputs);
    throw error;
  }
}
