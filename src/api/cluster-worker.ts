/** The use case behind `napcert worker`: obligations of any model, one per thread, as long as it is wanted. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { ProofStep } from '../certificate/proof.js';
import { encodeAnswer } from '../cluster/answer-wire.js';
import { buildDigest } from '../cluster/build-digest.js';
import { connect, type RedisChoice, redisAddress } from '../cluster/connection.js';
import type { Answer } from '../cluster/job-wire.js';
import { type MetricsServer, startMetrics } from '../cluster/metrics.js';
import { blobStore } from '../cluster/store.js';
import { ClusterWorker, type WorkerOptions } from '../cluster/worker.js';
import { loadRuntime } from '../network/oracle.js';
import type { WorkerDocument } from '../report/documents/worker.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';
import { WorkerLanes } from './worker-lanes.js';
import { WorkerModels } from './worker-models.js';

export interface ClusterWorkerOptions extends RedisChoice {
  /** Folder that all machines see, for models, regions and proofs; default: Redis. */
  readonly store?: string;
  readonly jobs: number;
  /** Memory of the process; each thread gets its share. */
  readonly maxMemoryBytes: number;
  /** Where to serve metrics, if anywhere. */
  readonly metrics?: { readonly host: string; readonly port: number };
  /** Ends when no job has come for this long; default: never. */
  readonly idleSeconds?: number;
}

const LOOK_MS = 500;

/**
 * Works until the signal; then running jobs go back to the queue.
 * @throws InputError if Redis cannot be reached, or the cluster runs (or turns to) another build
 */
export async function runWorker(
  options: ClusterWorkerOptions,
  signal: AbortSignal,
  progress: Progress = silentProgress,
): Promise<WorkerDocument> {
  // A thread that is replaced must not take the runtime with it.
  await loadRuntime();
  const address = redisAddress(options);
  const redis = await connect(address);
  const store = blobStore(redis, options.store);
  const id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.slice(0, 150);
  const models = new WorkerModels(store);
  const lanes = new WorkerLanes(options.jobs, options.maxMemoryBytes);
  const ended: Record<string, number> = {
    sat: 0,
    unsat: 0,
    unknown: 0,
    failed: 0,
    cancelled: 0,
    returned: 0,
  };
  let metrics: MetricsServer | null = null;
  let worker: ClusterWorker | null = null;
  let last = performance.now();
  const lists = new WeakMap<readonly ProofStep[], Promise<string>>();
  const put = (value: unknown): Promise<string> => store.put(Buffer.from(JSON.stringify(value)));
  const work: WorkerOptions['work'] = async (jobs, turn, stop, latest) => {
    const [job] = jobs;
    if (job === undefined) return [];
    const { model, network, obligations } = await models.open(jobs);
    const { arithmetic, settings, regionDigest: region } = job;
    const decided = await lanes.decide(
      { model, arithmetic, obligations, turn, settings, region },
      () => models.sample(job, network),
      stop,
      (reach, at) => latest.hear(jobs[at]!.digest, reach),
    );
    const answers: Answer[] = [];
    for (const one of decided) {
      const answer = await encodeAnswer(network, one, (lemmas) => {
        const stored = lists.get(lemmas) ?? put(lemmas);
        lists.set(lemmas, stored);
        return stored;
      });
      answers.push(answer);
    }
    const blob = await put(answers);
    return decided.map(({ decision: { verdict }, seconds }, at) => ({
      answers: blob,
      at,
      verdict,
      worker: id,
      seconds,
    }));
  };
  try {
    const started = ClusterWorker.start({
      redis,
      address,
      id,
      build: buildDigest(),
      lanes: options.jobs,
      work,
      onNote: progress.note,
      onJob: (outcome, seconds) => {
        ended[outcome] = (ended[outcome] ?? 0) + 1;
        last = performance.now();
        metrics?.onJob(outcome, seconds);
        const done = Object.values(ended).reduce((sum, count) => sum + count, 0);
        progress.step('jobs done', done);
      },
    });
    // The server may go away before the worker has begun: its commands would wait for it, whoever wants to end.
    const own = await Promise.race([started, aborted(signal)]);
    worker = own;
    if (own === null) {
      started.catch(() => {});
      address.stopRetrying();
    } else {
      if (options.metrics !== undefined) {
        metrics = await startMetrics({
          ...options.metrics,
          lanes: options.jobs,
          busy: () => own.busy,
          redis,
        });
        progress.note(`metrics on port ${metrics.port}`);
      }
      progress.note(`waiting for work on ${address.shown}, ${options.jobs} at once`);
      await Promise.race([own.refused, untilEnd(signal, () => idle(own), options.idleSeconds)]);
    }
  } finally {
    await worker?.drain();
    await lanes.close();
    await metrics?.close();
    redis.disconnect();
  }
  return { format: 'napcert-worker/1', napcert: VERSION, id, jobs: options.jobs, ended };

  function idle(current: ClusterWorker): number {
    return current.busy > 0 ? 0 : (performance.now() - last) / 1000;
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

function untilEnd(signal: AbortSignal, idle: () => number, limit: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (signal.aborted || (limit !== undefined && idle() > limit)) {
        clearInterval(timer);
        resolve();
      }
    }, LOOK_MS);
  });
}
