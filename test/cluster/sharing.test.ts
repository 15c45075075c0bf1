/** Honest workers and several coordinators: everything once, nothing lost. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localExecutor } from '../../src/api/executor/local.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import { connect, redisAddress } from '../../src/cluster/connection.js';
import { key } from '../../src/cluster/names.js';
import { clusterStatus } from '../../src/cluster/status.js';
import type { Executor } from '../../src/engines/executor.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { around, grid, SETTINGS, TOY } from './toy.js';
import { startTestWorker, type TestWorker } from './workers.js';

const signal = new AbortController().signal;
const open: (TestWorker | Executor)[] = [];
let redis: TestRedis;

const questions = grid(5).flatMap((point) => around(point, 0.04));

async function verdictsBy(executor: Executor, stop = signal): Promise<string[]> {
  const decided = await Promise.all(
    questions.flatMap((one) => executor.decide([one], SETTINGS, { signal: stop })),
  );
  return decided.map(({ decision }) => decision.verdict);
}

async function cluster(): Promise<Executor> {
  const executor = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 0, waitSeconds: 60 });
  open.push(executor);
  return executor;
}

async function worker(id: string, ...rest: [Parameters<typeof startTestWorker>[2]?]): Promise<TestWorker> {
  const started = await startTestWorker(redis.url, id, ...rest);
  open.push(started);
  return started;
}

describe.skipIf(REDIS_MISSING !== null)(`a shared queue ${REDIS_MISSING ?? ''}`, () => {
  let expected: string[];

  beforeAll(async () => {
    redis = await startRedis();
    const local = await localExecutor(TOY);
    expected = await verdictsBy(local);
    await local.close();
    expect(new Set(expected)).toEqual(new Set(['sat', 'unsat']));
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await redis.client().flushall();
  });

  afterAll(() => redis?.remove());

  it('two coordinators ask the same, and each question is worked on once', async () => {
    const workers = [await worker('a'), await worker('b')];
    const both = await Promise.all([cluster(), cluster()]);
    const verdicts = await Promise.all(both.map((executor) => verdictsBy(executor)));
    expect(verdicts).toEqual([expected, expected]);
    const jobs = workers.flatMap((one) => one.jobs);
    expect(jobs).toHaveLength(questions.length);
    expect(new Set(jobs).size).toBe(questions.length);
  });

  it('a coordinator that comes later finds what is done, without any worker', async () => {
    const first = await worker('a');
    expect(await verdictsBy(await cluster())).toEqual(expected);
    await open.splice(open.indexOf(first), 1)[0]!.close();
    expect(await verdictsBy(await cluster())).toEqual(expected);
    expect(first.jobs).toHaveLength(questions.length);
  });

  it('an abort takes waiting jobs back and ends running ones', async () => {
    const stop = new AbortController();
    const slow = await worker('slow', (_job, _store, honest) => {
      stop.abort();
      return new Promise((resolve) => setTimeout(() => resolve(honest()), 300));
    });
    expect(await verdictsBy(await cluster(), stop.signal)).toContain('unknown');
    expect(slow.jobs.length).toBeLessThan(questions.length);
    await expect.poll(() => redis.client().llen('napcert:jobs:wait'), { timeout: 10_000 }).toBe(0);
  });

  it('waiting ends when there is no worker', async () => {
    const alone = await openCluster(TOY, { url: redis.url, waitSeconds: 1 });
    open.push(alone);
    const [decided] = await Promise.all(alone.decide(questions.slice(0, 1), SETTINGS, { signal }));
    expect(decided!.decision).toMatchObject({ verdict: 'unknown', reason: 'timeout' });
  });

  it('another build is refused, on both sides', async () => {
    await redis.client().set(key.build, 'f'.repeat(64));
    await expect(startTestWorker(redis.url, 'old')).rejects.toThrow('another build');
    await expect(openCluster(TOY, { url: redis.url })).rejects.toThrow('another build');
  });

  it('the status shows workers, runs and the queue', async () => {
    await worker('a');
    await verdictsBy(await cluster());
    const address = redisAddress({ url: redis.url });
    const client = await connect(address);
    const status = await clusterStatus(client, address);
    expect(status.workers.map(({ id, lanes }) => [id, lanes])).toEqual([['a', 1]]);
    expect(status.queue).toMatchObject({ waiting: 0, running: 0, done: questions.length, failed: 0 });
    expect(status.running).toEqual([]);
    expect(status.runs).toHaveLength(1);
    // A run reports itself every two seconds.
    await expect
      .poll(async () => (await clusterStatus(client, address)).runs[0]?.decided, { timeout: 20_000 })
      .toBe(questions.length);
    client.disconnect();
  });

  it('the status names jobs by what they ask, those that run and those that no worker got through', async () => {
    const region = around([0.5, 0.5], 0.04);
    expect(region.length).toBeGreaterThan(1);
    const name = `${region[0]!.id} and ${region.length - 1} more`;
    const address = redisAddress({ url: redis.url });
    const client = await connect(address);
    const seen: string[] = [];
    await worker('slow', async () => {
      const { running } = await clusterStatus(client, address);
      seen.push(...running.map(({ id }) => id));
      throw new Error('out of luck');
    });
    await Promise.all((await cluster()).decide(region, SETTINGS, { signal }));
    expect(seen).toContain(name);
    const { poison } = await clusterStatus(client, address);
    const names = poison.map(({ id }) => id).sort();
    // A job that fails is asked again by obligation.
    expect(names).toEqual([name, ...region.map(({ id }) => id)].sort());
    expect(poison.every(({ reason }) => reason === 'out of luck')).toBe(true);
    client.disconnect();
  });
});
