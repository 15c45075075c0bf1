/** Runs a campaign in a thread that a watcher can end: the current input lies in shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { campaign } from './campaign.js';
import { casesOf, type MadeFiles, type Reader } from './readers.js';

export interface WorkerTask {
  readonly reader: Reader;
  readonly seed: number;
  readonly made: readonly MadeFiles[];
  /** Twice the number of the input being read, plus 1 between inputs (0: none yet), and its length. */
  readonly progress: SharedArrayBuffer;
  readonly current: SharedArrayBuffer;
  readonly maxRssBytes: number;
}

export type WorkerReport =
  | { readonly kind: 'finding'; readonly test: string; readonly input: Uint8Array; readonly what: string }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly (readonly [string, number])[] };

const task = workerData as WorkerTask;
const port = parentPort!;
const progress = new Int32Array(task.progress);
const current = new Uint8Array(task.current);
const { next, judge, outcomes } = campaign(casesOf(task.reader, task.made), task.seed);
const send = (report: WorkerReport): void => port.postMessage(report);

let peakBefore = process.resourceUsage().maxRSS * 1024;
for (let n = 1; ; n++) {
  const { test, input } = next();
  current.set(input);
  Atomics.store(progress, 1, input.length);
  Atomics.store(progress, 0, 2 * n);
  const result = judge(test, input);
  Atomics.store(progress, 0, 2 * n + 1);
  if (result.kind === 'finding') {
    const { error } = result;
    const where = (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 6)
      .join('\n'); // prettier-ignore
    send({
      kind: 'finding',
      test: test.name,
      input,
      what: `${error.name}: ${error.message.slice(0, 500)}\n${where}`,
    });
  }
  const peak = process.resourceUsage().maxRSS * 1024;
  if (peak > task.maxRssBytes && peakBefore <= task.maxRssBytes)
    send({
      kind: 'finding',
      test: test.name,
      input,
      what: `memory: ${Math.round(peak / 2 ** 20)} MiB resident`,
    });
  peakBefore = peak;
  // Streams that an input left behind (gzip) are freed between turns of the event loop only.
  if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (n % 1000 === 0) send({ kind: 'outcomes', outcomes: [...outcomes] });
}
