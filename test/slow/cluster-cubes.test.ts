/** An obligation that one worker does not get done is split into cubes, which others decide over Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cubeTree, leavesOf } from '../../src/api/executor/cubes.js';
import { localExecutor } from '../../src/api/executor/local.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import type { Executor } from '../../src/engines/executor.js';
import type { Decided } from '../../src/engines/portfolio.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { around, grid, SETTINGS, TOY } from '../cluster/toy.js';
import { type Behaviour, startTestWorker, type TestWorker } from '../cluster/workers.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';

const signal = new AbortController().signal;
const open: (TestWorker | Executor)[] = [];

async function ask(
  executor: Executor,
  obligation: Obligation,
  onNote?: (line: string) => void,
): Promise<Decided> {
  const options = { signal, ...(onNote === undefined ? {} : { onNote }) };
  return (await Promise.all(executor.decide([obligation], SETTINGS, options)))[0]!;
}

describe.skipIf(REDIS_MISSING !== null)(`cubes over the queue ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;
  let local: Executor;

  beforeAll(async () => {
    redis = await startRedis();
    local = await localExecutor(TOY);
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await redis.client().flushall();
  });

  afterAll(async () => {
    await local?.close();
    await redis?.remove();
  });

  it.each(['unsat', 'sat'] as const)('answer where the whole never does: %s', async (verdict) => {
    const candidates = grid(5).flatMap((point) => around(point, verdict === 'sat' ? 0.3 : 0.08));
    let obligation: Obligation | null = null;
    for (const one of candidates) {
      if (leavesOf(cubeTree(TOY.network, TOY.sha256, one, 1)).length < 2) continue;
      if ((await ask(local, one)).decision.verdict === verdict) obligation = one;
      if (obligation !== null) break;
    }
    const whole = obligation!;
    let release = (): void => {};
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const never: Behaviour = async (job, _store, honest) => {
      if (job.id === whole.id) await stuck;
      return honest();
    };
    const workers: TestWorker[] = [];
    for (const id of ['a', 'b', 'c']) workers.push(await startTestWorker(redis.url, id, never));
    open.push(...workers);
    const cluster = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 1, waitSeconds: 60 });
    open.push(cluster);
    const notes: string[] = [];
    try {
      // An unsat is one proof of the whole, which the exact checker has accepted; a sat is a point that was replayed.
      const { decision, engine } = await ask(cluster, whole, (line) => notes.push(line));
      expect({ verdict: decision.verdict, engine }).toEqual({ verdict, engine: 'cubes' });
    } finally {
      release();
    }
    expect(notes[0]).toMatch(/split into \d cubes/);
    const jobs = workers.flatMap((one) => one.jobs);
    expect(jobs.filter((id) => id === whole.id)).toHaveLength(1);
    expect(jobs.filter((id) => id.startsWith(`${whole.id}/cube`)).length).toBeGreaterThan(0);
  });
});
