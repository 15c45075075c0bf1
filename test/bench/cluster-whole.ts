/**
 * What a run costs over a queue and without: `npx tsx test/bench/cluster-whole.ts [MODEL NAPS [ARGUMENTS]]` (needs the build
 * and redis-server; Linux only). `verify` alternates between two threads of its own and two `napcert worker` processes that
 * have run before, on an emptied Redis. Processor time of all processes, and wall time; medians as JSON on stdout.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mine } from '../../src/api/mine.js';
import { startRedis } from '../helpers/redis-server.js';
import { renderTable } from './bench-table.js';

const BIN = fileURLToPath(new URL('../../bin/napcert.js', import.meta.url));
const ROUNDS = 5;
/** Written by every run as it ends: microseconds of the processor, of all its threads. */
const TELL = `data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>writeSync(3,JSON.stringify(process.cpuUsage())))`;

interface Cost {
  readonly cpu: number;
  readonly wall: number;
  readonly summary: string;
}

const folder = mkdtempSync(join(tmpdir(), 'napcert-whole-'));
const [modelPath = 'models/mnist-code-128x4.onnx', napPath, ...more] = process.argv.slice(2);

async function naps(): Promise<string> {
  if (napPath !== undefined) return napPath;
  const output = join(folder, 'naps.nap.json');
  await mine({
    model: modelPath,
    data: 'mnist',
    samples: 'correct',
    grouping: 'label',
    deltas: ['0.99'],
    output,
  });
  return output;
}

/** Runs `verify` to its end; seconds. */
async function verify(args: readonly string[]): Promise<Cost> {
  const began = performance.now();
  const output = join(folder, 'bench.cert.json');
  const command = [
    '--import',
    TELL,
    BIN,
    'verify',
    modelPath,
    ...args,
    ...more,
    '--fresh',
    '--json',
    '-o',
    output,
  ];
  const child = spawn(process.execPath, [...command, '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const [answer, usage] = await Promise.all([collect(child.stdio[1]!), collect(child.stdio[3]!)]);
  const wall = (performance.now() - began) / 1000;
  const { user, system } = JSON.parse(usage) as NodeJS.CpuUsage;
  const { counts } = JSON.parse(answer) as { counts: Record<string, number> };
  return { cpu: (user + system) / 1e6, wall, summary: JSON.stringify(counts) };
}

async function collect(stream: unknown): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Seconds on a processor so far, of all threads. */
function spent(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e9;
  }, 0);
}

function median(values: readonly number[]): number {
  return Number([...values].sort((a, b) => a - b)[values.length >> 1]!.toPrecision(3));
}

const file = await naps();
const redis = await startRedis();
const workers: ChildProcess[] = [0, 1].map(() =>
  spawn(process.execPath, [BIN, 'worker', '--redis', redis.url, '--jobs', '1', '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  }),
);
const client = redis.client();
const present = async (): Promise<void> => {
  while ((await client.scard('napcert:workers')) < workers.length)
    await new Promise((r) => setTimeout(r, 50));
};
const local: Cost[] = [];
const cluster: Cost[] = [];
// The first round warms the workers up, as those of a real cluster are.
for (let round = 0; round <= ROUNDS; round++) {
  await client.flushall();
  await present();
  const pids = [redis.pid(), ...workers.map(({ pid }) => pid!)];
  const before = pids.map(spent);
  const own = await verify(['--naps', file, '--redis', redis.url]);
  const helped = pids.reduce((sum, pid, i) => sum + spent(pid) - before[i]!, 0);
  const alone = await verify(['--naps', file, '--jobs', '2']);
  if (own.summary !== alone.summary)
    throw new Error(`${own.summary} over the queue, ${alone.summary} without`);
  if (round === 0) continue;
  cluster.push({ ...own, cpu: own.cpu + helped });
  local.push(alone);
}
await Promise.all(
  workers.map((worker) => {
    const end = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    return end;
  }),
);
await redis.remove();
rmSync(folder, { recursive: true });
const of = (costs: readonly Cost[]) => ({
  cpuSeconds: median(costs.map(({ cpu }) => cpu)),
  wallSeconds: median(costs.map(({ wall }) => wall)),
});
const found = { local: of(local), cluster: of(cluster) };
process.stderr.write(renderTable(Object.entries(found).map(([where, cost]) => ({ where, ...cost }))));
const cpuRatio = Number((found.cluster.cpuSeconds / found.local.cpuSeconds).toPrecision(3));
const rest = { verdicts: JSON.parse(local[0]!.summary) as unknown, rounds: ROUNDS, cpuRatio };
process.stdout.write(`${JSON.stringify({ model: modelPath, ...found, ...rest }, null, 2)}\n`);
