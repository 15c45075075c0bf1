/**
 * What the queue costs: a coordinator in this process, `napcert worker` and redis-server as processes of their own.
 * Processor time is read per thread, so that deciding and checking, which have threads of their own, stand apart from the
 * rest, which is the queue's: sending, storing, fetching, parsing, answering. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DecidedModel } from '../../src/api/executor/decider.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import type { DecideSettings, Executor } from '../../src/engines/executor.js';
import type { Decided } from '../../src/engines/portfolio.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { startRedis } from '../helpers/redis-server.js';

/** Seconds of processor time. */
export interface QueueCost {
  readonly obligations: number;
  /** Of the workers' threads that decide. */
  readonly deciding: number;
  /** Of the coordinator's threads that check what comes back. */
  readonly checking: number;
  /** Of everything else: main threads, compression, redis-server. */
  readonly workers: number;
  readonly coordinator: number;
  readonly redis: number;
  readonly verdicts: readonly Decided['decision']['verdict'][];
}

export interface MeasureOptions {
  readonly model: DecidedModel;
  /** Lists of obligations of one region each, all asked at once. */
  readonly regions: readonly (readonly Obligation[])[];
  readonly settings: DecideSettings;
  readonly workers: number;
}

const BIN = fileURLToPath(new URL('../../bin/napcert.js', import.meta.url));
const signal = new AbortController().signal;

/** Times that everything is asked before, under settings that differ in name only: threads start, code is compiled. */
const WARM_UP = 3;

const LOOK_MS = 100;

/** The cost of asking once more. */
export async function measureQueue({
  model,
  regions,
  settings,
  workers,
}: MeasureOptions): Promise<QueueCost> {
  const redis = await startRedis();
  // Its collector and compiler work on the thread that they are for.
  const args = ['--single-threaded', BIN, 'worker', '--redis', redis.url, '--jobs', '1', '--quiet'];
  const children = Array.from({ length: workers }, () =>
    spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const cluster = await openCluster(model, { url: redis.url, splitAfterSeconds: 0 });
  try {
    const client = redis.client();
    while ((await client.scard('napcert:workers')) < workers) await new Promise((r) => setTimeout(r, 50));
    const own = threads(process.pid);
    const before = children.map(({ pid }) => threads(pid!));
    const again = (pass: number) => ({ ...settings, maxNodes: settings.maxNodes + pass });
    for (let pass = 0; pass < WARM_UP; pass++) await askAll(cluster, regions, again(pass));
    const start = snapshot(children, redis.pid());
    const end = snapshot(children, redis.pid());
    // A thread that ends takes its figures with it: what it had when it was last seen counts.
    const look = (): void => {
      for (const [pid, seen] of snapshot(children, redis.pid())) {
        for (const [thread, at] of seen) end.get(pid)!.set(thread, at);
      }
    };
    const looking = setInterval(look, LOOK_MS);
    const decided = await askAll(cluster, regions, again(WARM_UP)).finally(() => clearInterval(looking));
    look();
    const spent = (pid: number, of: (thread: string) => boolean): number =>
      [...end.get(pid)!].reduce(
        (sum, [thread, at]) => sum + (of(thread) ? at - (start.get(pid)!.get(thread) ?? 0) : 0),
        0,
      );
    // Threads that came with the first obligations decide, or check.
    const started = (known: ReadonlyMap<string, number>) => (thread: string) => !known.has(thread);
    const total = (cost: (pid: number, known: ReadonlyMap<string, number>) => number): number =>
      children.reduce((sum, { pid }, k) => sum + cost(pid!, before[k]!), 0);
    return {
      obligations: decided.length,
      deciding: total((pid, known) => spent(pid, started(known))),
      checking: spent(process.pid, started(own)),
      workers: total((pid, known) => spent(pid, (thread) => known.has(thread))),
      coordinator: spent(process.pid, (thread) => own.has(thread)),
      redis: spent(redis.pid(), () => true),
      verdicts: decided.map(({ decision }) => decision.verdict),
    };
  } finally {
    await cluster.close();
    await ended(children);
    await redis.remove();
  }
}

/** Of the queue, by the work that is done anyway: deciding. */
export function overheadShare({ deciding, workers, coordinator, redis }: QueueCost): number {
  return (workers + coordinator + redis) / deciding;
}

/** Seconds from asking to the checked answer, one at a time with a worker that waits, less the time of deciding. */
export async function measureLatency(
  model: DecidedModel,
  questions: readonly Obligation[],
  settings: DecideSettings,
): Promise<readonly number[]> {
  const redis = await startRedis();
  const child = spawn(process.execPath, [BIN, 'worker', '--redis', redis.url, '--jobs', '1', '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const cluster = await openCluster(model, { url: redis.url, splitAfterSeconds: 0 });
  const took: number[] = [];
  try {
    for (const question of questions) {
      const began = performance.now();
      const [decided] = await Promise.all(cluster.decide([question], settings, { signal }));
      took.push((performance.now() - began) / 1000 - decided!.seconds);
    }
  } finally {
    await cluster.close();
    await ended([child]);
    await redis.remove();
  }
  // The first half warms up.
  return took.slice(took.length >> 1);
}

async function askAll(
  cluster: Executor,
  regions: MeasureOptions['regions'],
  settings: DecideSettings,
): Promise<Decided[]> {
  return Promise.all(regions.flatMap((region) => cluster.decide(region, settings, { signal })));
}

function snapshot(children: readonly ChildProcess[], redis: number): Map<number, Map<string, number>> {
  return new Map([process.pid, redis, ...children.map(({ pid }) => pid!)].map((pid) => [pid, threads(pid)]));
}

/** Seconds on a processor so far, by thread. */
function threads(pid: number): Map<string, number> {
  const folder = `/proc/${pid}/task`;
  return new Map(
    readdirSync(folder).map((thread) => {
      const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
      return [thread, Number(nanoseconds) / 1e9];
    }),
  );
}

async function ended(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGTERM');
        }),
    ),
  );
}
