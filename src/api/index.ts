/**
 * The public interface of napcert for programs: `import { mine, verify, check } from 'napcert'`.
 *
 * Every function takes file names and choices, reports progress through an optional {@link Progress}, prints nothing, and
 * returns one plain document, the same that the command line prints with `--json` (schemas in `specs/output/`). Wrong
 * input throws {@link InputError}, which names file and place; what is not shown is a value (`unknown`, `incomplete`),
 * never an exception and never `holds`.
 *
 * @example
 * import { check, mine, verify } from 'napcert';
 * await mine({ model: 'model.onnx', data: 'mnist', deltas: ['0.99'], output: 'model.nap.json' });
 * await verify({ model: 'model.onnx', naps: 'model.nap.json', output: 'model.cert.json' });
 * const { verdict } = await check({ certificate: 'model.cert.json', model: 'model.onnx' });
 */

import { missingRuntime } from '../network/missing-runtime.js';
import type { CoverageDocument } from '../report/documents/coverage.js';
import type { MineDocument } from '../report/documents/mine.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import type { CoverageOptions } from './coverage.js';
import type { MineOptions } from './mine.js';
import type { Progress } from './progress.js';
import type { VerifyReportsOptions } from './verify-reports.js';

export type { CheckDocument } from '../report/documents/check.js';
export type { CoverageDocument } from '../report/documents/coverage.js';
export type { ExplainDocument } from '../report/documents/explain.js';
export type { MineDocument } from '../report/documents/mine.js';
export type { ReportDocument } from '../report/documents/report.js';
export type { VerifyDocument } from '../report/documents/verify.js';
export { describeInputError, InputError, UnsupportedError } from '../util/errors.js';
export { type CheckOptions, check } from './check.js';
export type { CoverageOptions } from './coverage.js';
export { type ExplainOptions, explain } from './explain.js';
export type { Progress } from './progress.js';
export { type ReportOptions, type ReportResult, type ReportTarget, report } from './report.js';
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
  const { mine: mineFiles } = await loaded(() => import('./mine.js'));
  return mineFiles({ grouping: 'label', samples: 'all', ...options }, progress);
}

/**
 * Measures how many labelled samples follow which pattern, and which followers are counterexamples.
 * @throws InputError for files that cannot be used or do not fit together
 */
export async function coverage(options: CoverageOptions, progress?: Progress): Promise<CoverageDocument> {
  const { coverage: measure } = await loaded(() => import('./coverage.js'));
  return measure(options, progress);
}

/** What {@link verify} needs, with the defaults of the command line for the rest. */
export type VerifyChoices = Pick<VerifyReportsOptions, 'model' | 'output'> & Partial<VerifyReportsOptions>;

/**
 * Decides what the patterns of a model imply and writes a certificate with the evidence; {@link check} re-proves it.
 * A certificate that is at `output` already is re-checked and gone on from.
 *
 * Sound: `holds` means that the exact checker has accepted a proof, unless `trusted` lists steps. Claims are about real
 * arithmetic on the stored weights; with `arithmetic: 'float32'` about every order of float32 operations.
 *
 * @param options by default every claim about the NAPs is decided, by branch and bound and then GLPK, 60 s per obligation
 * @param signal ends the run; what was decided is kept, the rest is `unknown (interrupted)`
 * @throws InputError before any work for an output that cannot be written, and for files that do not fit together
 */
export async function verify(
  options: VerifyChoices,
  progress?: Progress,
  signal?: AbortSignal,
): Promise<VerifyDocument> {
  const defaults = { claims: {}, engine: 'auto', solver: 'glpk', timeoutSeconds: 60 } as const;
  const { verifyAndReport } = await loaded(() => import('./verify-reports.js'));
  return verifyAndReport({ ...defaults, ...options }, progress, signal);
}

/** What evaluates models is loaded when it is asked for: checking must not depend on onnxruntime. */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    // Alone first: where several modules import it, Node throws its failure outside of this promise as well.
    await import('onnxruntime-node');
    return await load();
  } catch (error) {
    throw missingRuntime(error) ?? error;
  }
}
