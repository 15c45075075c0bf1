/**
 * Mutation fuzzing of one reader for a time:
 * `npx tsx test/fuzz/fuzz.ts --reader onnx|nap|spec|certificate --minutes N --seed S [--out DIR]`.
 * A finding is any exception but InputError, more than 5 s of processor time or 1.5 GB for one input, or a false claim
 * called valid; its input is kept in the folder. Prints JSON lines; exit code 1 with findings.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { MAX_INPUT } from './bytes.js';
import { makeFiles } from './made-files.js';
import { READERS, type Reader } from './readers.js';
import type { WorkerReport, WorkerTask } from './worker.js';

const HANG_SECONDS = 5;
const MAX_RSS_BYTES = 1.5e9;
const MAX_FINDINGS = 40;

const { values } = parseArgs({
  options: {
    reader: { type: 'string' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'out/fuzz' },
  },
});
const reader = READERS.find((name) => name === values.reader);
if (reader === undefined) throw new Error(`--reader ${READERS.join('|')}`);
const folder = values.out;
mkdirSync(folder, { recursive: true });

const log = (line: Readonly<Record<string, unknown>>): void =>
  console.log(JSON.stringify({ reader, ...line }));
const findings = new Map<string, number>();
const outcomes = new Map<string, number>();
let executions = 0;

function keep(test: string, input: Uint8Array, what: string): void {
  const kind = what.replace(/\d+/g, '0');
  const count = findings.get(kind) ?? 0;
  findings.set(kind, count + 1);
  if (count > 0) return;
  const file = join(folder, `${reader}-${values.seed}-${findings.size}.bin`);
  writeFileSync(file, input);
  log({ finding: what, test, bytes: input.length, file });
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** One worker until the deadline, a hang, or its end; returns when another may start. */
async function runWorker(task: WorkerTask, deadline: number): Promise<void> {
  const progress = new Int32Array(task.progress);
  const worker = new Worker(new URL('./worker-start.js', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  let ended = false;
  const kept = (): Uint8Array => new Uint8Array(task.current).slice(0, Atomics.load(progress, 1));
  worker.on('message', (report: WorkerReport) => {
    if (report.kind === 'finding') keep(report.test, report.input, report.what);
    else for (const [outcome, count] of report.outcomes) outcomes.set(outcome, count);
  });
  worker.on('error', (error) => {
    keep('unknown', kept(), `worker ended: ${error.name}: ${error.message}`);
    ended = true;
  });
  worker.on('exit', () => {
    ended = true;
  });
  let last = 0;
  let since = cpuSeconds();
  let nextLog = Date.now() + 60_000;
  while (!ended && Date.now() < deadline && findings.size < MAX_FINDINGS) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = Atomics.load(progress, 0);
    // Making the next mutant takes its time too; only reading counts.
    if (now !== last || now % 2 === 1 || now === 0) {
      last = now;
      since = cpuSeconds();
    } else if (cpuSeconds() - since > HANG_SECONDS) {
      const input = kept();
      if (Atomics.load(progress, 0) !== now) continue;
      keep('unknown', input, `more than ${HANG_SECONDS} s for one input`);
      break;
    }
    if (Date.now() > nextLog) {
      nextLog += 60_000;
      log({
        executions: executions + (now >> 1),
        findings: findings.size,
        rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      }); // prettier-ignore
    }
  }
  await worker.terminate();
  executions += Atomics.load(progress, 0) >> 1;
}

const made = await makeFiles(reader as Reader);
const started = Date.now();
const deadline = started + 60_000 * Number(values.minutes);
for (let round = 0; Date.now() < deadline && findings.size < MAX_FINDINGS; round++) {
  const [progress, current] = [new SharedArrayBuffer(8), new SharedArrayBuffer(MAX_INPUT)];
  const seed = Number(values.seed) + 1_000_003 * round;
  await runWorker({ reader, seed, made, progress, current, maxRssBytes: MAX_RSS_BYTES }, deadline);
}
const total = [...outcomes].sort((a, b) => b[1] - a[1]);
log({ outcomes: Object.fromEntries(total.slice(0, 60)), kindsOfOutcome: total.length });
log({
  summary: true,
  seed: Number(values.seed),
  minutes: Number(((Date.now() - started) / 60_000).toFixed(2)),
  executions,
  findings: findings.size,
  peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
});
process.exit(findings.size > 0 ? 1 : 0);
