/** What `napcert vnncomp run` does: instance after instance, each with its own time limit; results after every one. */
import { existsSync } from 'node:fs';
import { connect, redisAddress } from '../../cluster/connection.js';
import type { VnncompDocument } from '../../report/documents/vnncomp.js';
import { describeInputError, InputError } from '../../util/errors.js';
import { assertFolder } from '../counterexample-files.js';
import type { ClusterChoice } from '../executor/open-cluster.js';
import { assertWritable } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';
import { openPackedModel, openQuery } from '../vnnlib/open-query.js';
import { decideQueryFile } from '../vnnlib/verify-query.js';
import { writeCounterexample } from './counterexample.js';
import { type Instance, instanceLists, readInstances } from './instances.js';
import { questionOf, RESULT_WORDS, type ResultWord, readResults, writeResults } from './results.js';

export interface RunInstancesOptions {
  /** A list of instances, or a folder of categories that each have one. */
  readonly instances: string;
  /** Results; rows that are there already are kept and not asked again, unless `fresh`. */
  readonly output: string;
  readonly fresh?: true;
  readonly timeoutFactor?: number;
  readonly categories?: readonly string[];
  /** Existing folder for two files per counterexample. */
  readonly counterexamples?: string;
  /** Other machines that decide the queries. */
  readonly cluster?: ClusterChoice;
}

/**
 * @param signal ends the run; the instance under way is not among the results
 * @throws InputError for lists and results that cannot be read or written; an instance that cannot be is a result `error`
 */
export async function runInstances(
  options: RunInstancesOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<VnncompDocument> {
  const { instances: path, output, counterexamples } = options;
  const lists = instanceLists(path, options.categories ?? null);
  assertWritable(output, '--output', lists);
  if (counterexamples !== undefined) assertFolder(counterexamples, '--counterexamples');
  const kept = options.fresh !== true && existsSync(output) ? await readResults(output) : [];
  const instances = await readInstances(path, lists, options.timeoutFactor ?? 1);
  // A server that is not there is an error of the run, not of each instance.
  if (options.cluster !== undefined) (await connect(redisAddress(options.cluster))).disconnect();
  const earlier = [...kept];
  const rows = [...kept];
  const answers: ResultWord[] = [];
  const ran: VnncompDocument['rows'] = [];
  const stopped = (): boolean => signal?.aborted === true;
  for (const [number, instance] of instances.entries()) {
    const known = earlier.findIndex((row) => questionOf(row) === questionOf(instance));
    if (known >= 0) {
      answers.push(...earlier.splice(known, 1).map((row) => row.result));
      continue;
    }
    if (stopped()) break;
    progress.step(`${instance.onnx} ${instance.vnnlib}`, number, instances.length);
    const began = performance.now();
    const { result, reason, counterexample } = await answer(instance, options, progress, signal);
    // What ended early is asked again by the next run.
    if (stopped() && result !== 'sat' && result !== 'unsat') break;
    const { category, onnx, vnnlib } = instance;
    const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
    answers.push(result);
    rows.push({ category, onnx, vnnlib, result, seconds });
    ran.push({ category, onnx, vnnlib, result, seconds, reason, counterexample });
    if (result === 'error') progress.note(`error: ${onnx} ${vnnlib}: ${reason}`);
    writeResults(output, rows);
  }
  return {
    format: 'napcert-vnncomp/1',
    napcert: VERSION,
    instances: instances.length,
    kept: answers.length - ran.length,
    results: output,
    counts: countsOf(answers),
    rows: ran,
  };
}

interface Answer {
  readonly result: ResultWord;
  readonly reason: string | null;
  readonly counterexample: string | null;
}

async function answer(
  instance: Instance,
  { counterexamples: folder, cluster }: RunInstancesOptions,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { fault, timeoutSeconds, stem } = instance;
  if (fault !== null) return { result: 'error', reason: fault, counterexample: null };
  const began = performance.now();
  try {
    const query = await openQuery(existing(instance.vnnlibPath));
    const model = await openPackedModel(existing(instance.onnxPath));
    const left = timeoutSeconds - (performance.now() - began) / 1000;
    if (left <= 0) return { result: 'timeout', reason: 'timeout', counterexample: null };
    const decided = await decideQueryFile(query, model, left, progress, signal, within(cluster, left));
    if (decided.verdict === 'timed-out')
      return { result: 'timeout', reason: 'timeout', counterexample: null };
    const { verdict: result, reason, assignment } = decided;
    const counterexample =
      folder === undefined || assignment === null
        ? null
        : writeCounterexample(folder, stem, query.query, assignment, [query.path, model.path]);
    return { result, reason, counterexample };
  } catch (error) {
    // One instance must not end the run; what it was is said.
    const reason =
      error instanceof InputError ? describeInputError(error) : `internal error: ${String(error)}`;
    return { result: 'error', reason, counterexample: null };
  }
}

/** Without workers an instance waits no longer than it may take. */
function within(cluster: ClusterChoice | undefined, seconds: number): ClusterChoice | undefined {
  if (cluster === undefined) return undefined;
  return { ...cluster, waitSeconds: Math.min(cluster.waitSeconds ?? seconds, seconds) };
}

/** The file, or the same with `.gz`, as the competition stores large ones. */
function existing(path: string): string {
  return !existsSync(path) && existsSync(`${path}.gz`) ? `${path}.gz` : path;
}

function countsOf(answers: readonly ResultWord[]): VnncompDocument['counts'] {
  const count = (word: ResultWord): number => answers.filter((result) => result === word).length;
  const [unsat, sat, timeout, unknown, error] = RESULT_WORDS.map(count);
  return { unsat: unsat!, sat: sat!, timeout: timeout!, unknown: unknown!, error: error! };
}
