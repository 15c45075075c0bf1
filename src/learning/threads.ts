/** Several classes learned at once, one thread each. */
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../util/worker-url.js';
import type { AcceptedNap, ClassSummary, LearnJob } from './job.js';

export interface LearnerData {
  readonly path: string;
  readonly sha256: string;
}

export type ToLearner = { readonly kind: 'job'; readonly job: LearnJob } | { readonly kind: 'stop' | 'end' };

export type FromLearner =
  | { readonly kind: 'ready' }
  | { readonly kind: 'accepted'; readonly nap: AcceptedNap }
  | { readonly kind: 'done'; readonly summary: ClassSummary }
  | { readonly kind: 'failed'; readonly text: string };

export interface ThreadEvents {
  readonly onAccepted: (nap: AcceptedNap) => void;
  readonly onDone: (summary: ClassSummary) => void;
}

/**
 * Runs all jobs on at most `threads` threads, each job made when its turn comes. An abort lets every thread end its job
 * with what it has.
 * @throws Error for a thread that fails (a bug)
 */
export async function learnInThreads(
  data: LearnerData,
  jobs: readonly (() => LearnJob)[],
  threads: number,
  signal: AbortSignal,
  events: ThreadEvents,
): Promise<void> {
  const waiting = [...jobs];
  const lanes = Array.from({ length: Math.min(threads, jobs.length) }, () =>
    lane(data, waiting, signal, events),
  );
  await Promise.all(lanes);
}

function lane(
  data: LearnerData,
  waiting: (() => LearnJob)[],
  signal: AbortSignal,
  events: ThreadEvents,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('learning/worker.js'), { workerData: data, execArgv: [] });
    const send = (message: ToLearner): void => worker.postMessage(message);
    const onAbort = (): void => send({ kind: 'stop' });
    signal.addEventListener('abort', onAbort, { once: true });
    const next = (): void => {
      const job = signal.aborted ? undefined : waiting.shift();
      send(job === undefined ? { kind: 'end' } : { kind: 'job', job: job() });
    };
    const fail = (error: Error): void => {
      waiting.length = 0;
      void worker.terminate();
      reject(error);
    };
    worker.on('message', (message: FromLearner) => {
      switch (message.kind) {
        case 'ready':
          next();
          break;
        case 'accepted':
          events.onAccepted(message.nap);
          break;
        case 'done':
          events.onDone(message.summary);
          next();
          break;
        case 'failed':
          fail(new Error(message.text));
          break;
      }
    });
    worker.on('error', fail);
    worker.on('exit', () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
