/** Many small obligations flow through one coordinator and one worker without growth of memory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localExecutor } from '../../src/api/executor/local.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import { around, grid, SETTINGS, TOY } from '../cluster/toy.js';
import { startTestWorker } from '../cluster/workers.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';

const COUNT = 10_000;
const BATCH = 1000;

describe.skipIf(REDIS_MISSING !== null)(`a long run ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis?.remove());

  it(`${COUNT} obligations`, async () => {
    const signal = new AbortController().signal;
    const questions = grid(72)
      .flatMap((point) => around(point, 0.004))
      .slice(0, COUNT);
    expect(questions).toHaveLength(COUNT);
    const local = await localExecutor(TOY);
    const worker = await startTestWorker(redis.url, 'flow');
    const cluster = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 0 });
    const memory: number[] = [];
    const began = performance.now();
    for (let from = 0; from < COUNT; from += BATCH) {
      const batch = questions.slice(from, from + BATCH);
      const decided = await Promise.all(batch.flatMap((one) => cluster.decide([one], SETTINGS, { signal })));
      const spot = batch.filter((_, i) => i % 100 === 0);
      const expected = await Promise.all(spot.flatMap((one) => local.decide([one], SETTINGS, { signal })));
      const found = decided.filter((_, i) => i % 100 === 0);
      expect(found.map(({ decision }) => decision.verdict)).toEqual(
        expected.map(({ decision }) => decision.verdict),
      );
      expect(decided.every(({ decision }) => decision.verdict !== 'unknown')).toBe(true);
      globalThis.gc?.();
      memory.push(process.memoryUsage().heapUsed / 2 ** 20);
    }
    const perJob = (performance.now() - began) / COUNT;
    console.info(
      `${perJob.toFixed(2)} ms per job; heap in MiB after each ${BATCH}: ${memory.map((m) => m.toFixed(0)).join(' ')}`,
    );
    expect(worker.jobs).toHaveLength(COUNT);
    // Worker and coordinator are both in this process: the second half needs no more than the first, up to garbage.
    const [early, late] = [memory.slice(1, 5), memory.slice(-4)].map((part) => Math.min(...part));
    expect(late! - early!).toBeLessThan(30);
    await cluster.close();
    await worker.close();
    await local.close();
  });
});
