/**
 * The public interface of napcert for programs: `import { mine, verify, check } from 'napcert'`.
 *
 * Every function takes file names and choices, reports progress through an optional {@link Progress}, prints nothing, and
 * returns one plain document, the same that the command line prints with `--json` (schemas in `specs/output/`). Wrong
 * input throws {@link InputError}, whose message names file and place, and whose `fault` has them one by one; so does an
 * option that is not known, in the functions of this file. Those of `commands.ts`, one for every other command, are for
 * TypeScript, which knows their options. What is not shown is a value (`unknown`, `incomplete`), never an exception and never `holds`.
 *
 * @example
 * import { check, mine, verify } from 'napcert';
 * await mine({ model: 'model.onnx', data: 'mnist', deltas: ['0.99'], output: 'model.nap.json' });
 * await verify({ model: 'model.onnx', naps: 'model.nap.json', output: 'model.cert.json' });
 * const { verdict } = await check({ certificate: 'model.cert.json', model: 'model.onnx' });
 */

import type { CheckDocument } from '../report/documents/check.js';
import type { CoverageDocument } from '../report/documents/coverage.js';
import type { ExplainDocument } from '../report/documents/explain.js';
import type { MineDocument } from '../report/documents/mine.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import { type CheckOptions, check as checkFiles } from './check.js';
import type { CoverageOptions } from './coverage.js';
import { type ExplainOptions, explain as explainFiles } from './explain.js';
import type { MineOptions } from './mine.js';
import {
  CHECK_OPTIONS,
  COVERAGE_OPTIONS,
  checkedOptions,
  EXPLAIN_OPTIONS,
  MINE_OPTIONS,
  type PublicVerifyOptions,
  REPORT_OPTIONS,
  VERIFY_OPTIONS,
} from './options.js';
import type { Progress } from './progress.js';
import { inWords, loaded } from './public-call.js';
import { type ReportOptions, type ReportResult, report as reportCertificates } from './report.js';

export type { CheckDocument } from '../report/documents/check.js';
export type { CoverageDocument } from '../report/documents/coverage.js';
export type { ExplainDocument } from '../report/documents/explain.js';
export type { MineDocument } from '../report/documents/mine.js';
export type { ReportDocument } from '../report/documents/report.js';
export type { VerifyDocument } from '../report/documents/verify.js';
export { describeInputError, InputError, UnsupportedError } from '../util/errors.js';
export type { CheckOptions } from './check.js';
export type {
  ClusterChoice,
  Domain,
  Grouping,
  OpenDatasetOptions,
  PropertyKind,
  RedisChoice,
  SampleChoice,
} from './choices.js';
export * from './commands.js';
export type { CoverageOptions } from './coverage.js';
export type { ExplainOptions } from './explain.js';
export type { Progress } from './progress.js';
export type { ReportOptions, ReportResult, ReportTarget } from './report.js';
export type { ClaimChoices } from './verify/claims.js';
export { VERSION } from './version.js';

/** What {@link mine} needs, with the defaults of the command line for the rest. */
export type MineChoices = Pick<MineOptions, 'model' | 'data' | 'deltas' | 'output'> & Partial<MineOptions>;

/**
 * Mines the neural activation patterns of every class and writes them, one file per delta.
 *
 * @param options `deltas` are required frequencies as decimal texts (`'0.99'`), 0.5 < delta <= 1; with several, `output`
 *   holds `{delta}`. By default patterns are grouped by label, over all samples.
 * @returns per file and class: literals, recall with 95 % intervals, followers from other classes
 * @throws InputError before any work for wrong deltas or paths, and for files that do not fit together
 */
export async function mine(options: MineChoices, progress?: Progress): Promise<MineDocument> {
  return inWords(async () => {
    const given = checkedOptions(MINE_OPTIONS, options);
    const { mine: mineFiles } = await loaded(() => import('./mine.js'));
    return mineFiles({ grouping: 'label', samples: 'all', ...given }, progress);
  });
}

/**
 * Measures how many labelled samples follow which pattern, and which followers are counterexamples.
 * @throws InputError for files that cannot be used or do not fit together
 */
export async function coverage(options: CoverageOptions, progress?: Progress): Promise<CoverageDocument> {
  return inWords(async () => {
    const given = checkedOptions(COVERAGE_OPTIONS, options);
    const { coverage: measure } = await loaded(() => import('./coverage.js'));
    return measure(given, progress);
  });
}

/** What {@link verify} needs, with the defaults of the command line for the rest. */
export type VerifyChoices = Pick<PublicVerifyOptions, 'model' | 'output'> & Partial<PublicVerifyOptions>;

/**
 * Decides what the patterns of a model imply and writes a certificate with the evidence; {@link check} re-proves it.
 * A certificate that is at `output` already is re-checked and gone on from.
 *
 * Sound: `holds` means that the exact checker has accepted a proof, unless `trusted` lists steps. Claims are about real
 * arithmetic on the stored weights; with `arithmetic: 'float32'` about every order of float32 operations.
 *
 * @param options by default every claim about the NAPs is decided, by branch and bound and then GLPK, 60 s per obligation.
 *   `claims` chooses: `{ spec: 'release.yaml' }` takes those of a specification file; `properties` keeps some kinds of them;
 *   `{ classes: [0, 3], competitors: [1] }` keeps what is claimed about classes 0 and 3 (for non-ambiguity, pairs with one of
 *   them), and of that only what is against class 1; a choice that leaves nothing to decide throws
 * @param signal ends the run; what was decided is kept, the rest is `unknown (interrupted)`
 * @throws InputError before any work for an output that cannot be written, and for files that do not fit together
 */
export async function verify(
  options: VerifyChoices,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<VerifyDocument> {
  const defaults = { claims: {}, engine: 'auto', solver: 'glpk', timeoutSeconds: 60 } as const;
  return inWords(async () => {
    const given = checkedOptions(VERIFY_OPTIONS, options);
    const { verifyAndReport } = await loaded(() => import('./verify-reports.js'));
    return verifyAndReport({ ...defaults, ...given }, progress, signal);
  });
}

/**
 * Re-proves a certificate against the model it speaks about, in exact arithmetic and without any solver.
 * @returns `valid` (all of it is shown), `incomplete` (with the steps taken on trust), or `invalid` (with the place)
 * @throws InputError for files that cannot be read; a certificate that proves too little is a verdict
 */
export async function check(options: CheckOptions, progress?: Progress): Promise<CheckDocument> {
  return inWords(() => checkFiles(checkedOptions(CHECK_OPTIONS, options), progress));
}

/**
 * Says in plain words what a certificate shows, about which inputs, in which arithmetic, and what it does not show.
 * Nothing is called proved that the checker did not accept.
 * @throws InputError for files that cannot be read
 */
export async function explain(options: ExplainOptions, progress?: Progress): Promise<ExplainDocument> {
  return inWords(() => explainFiles(checkedOptions(EXPLAIN_OPTIONS, options), progress));
}

/**
 * Checks certificates again and reports them: as a page, or in the formats of CI systems.
 * @returns the document, and the text of `format` if one was asked for
 * @throws InputError for files that cannot be read or written; a wrong certificate is part of the report
 */
export async function report(options: ReportOptions, progress?: Progress): Promise<ReportResult> {
  return inWords(() => reportCertificates(checkedOptions(REPORT_OPTIONS, options), progress));
}
