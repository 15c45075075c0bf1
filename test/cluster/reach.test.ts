/** What a worker says about an obligation that takes long reaches those who wait, and is evidence of nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showStatus } from '../../src/api/cluster-status.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import { LatestReach } from '../../src/cluster/reached.js';
import type { Reach } from '../../src/engines/decision.js';
import { statusText } from '../../src/report/text/status.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { around, SETTINGS, TOY } from './toy.js';
import { startTestWorker } from './workers.js';

const at = (changes: Partial<Reach>): Reach => ({
  stage: 'search',
  nodes: 3,
  closedShare: 0.25,
  margin: null,
  nearest: null,
  ...changes,
});
const signal = new AbortController().signal;

describe('the latest word', () => {
  it('keeps the best bounds of an obligation over its stages, and nothing of another one', () => {
    const latest = new LatestReach();
    expect(latest.take()).toBeNull();
    latest.hear('a', at({ stage: 'suffix', margin: -2, nearest: 5 }));
    latest.hear('a', at({ margin: -3, nearest: 1 }));
    latest.hear('a', at({ nodes: 9, margin: Number.NEGATIVE_INFINITY }));
    expect(latest.take()).toEqual({ digest: 'a', reach: at({ nodes: 9, margin: -2, nearest: 1 }) });
    expect(latest.take()).toBeNull();
    latest.hear('b', at({ nearest: 4 }));
    expect(latest.take()).toEqual({ digest: 'b', reach: at({ nearest: 4 }) });
  });
});

describe.skipIf(REDIS_MISSING !== null)(`bounds from elsewhere ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis?.remove());

  it('are shown by the run and by the status while the obligation is open', async () => {
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const questions = around([0.05, 0.05], 0.001);
    const slow = questions.at(-1)!;
    const worker = await startTestWorker(redis.url, 'slow', async (job, _store, honest, tell) => {
      if (job.digest !== slow.digest) return honest();
      tell(at({ margin: -0.5, nearest: 0.25 }));
      await finished;
      return honest();
    });
    const cluster = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 0 });
    const heard: (readonly [string, Reach])[] = [];
    const decided = cluster.decide(questions, SETTINGS, {
      signal,
      onReach: ({ id }, reach) => heard.push([id, reach]),
    });
    await expect.poll(() => heard, { timeout: 30_000 }).toHaveLength(1);
    expect(heard).toEqual([[slow.id, at({ margin: -0.5, nearest: 0.25 })]]);
    const status = await showStatus({ url: redis.url });
    expect(status.running).toMatchObject([{ at: slow.id, margin: -0.5, nearest: 0.25 }]);
    expect(statusText(status)).toMatch(/-0\.5000 +0\.2500/);
    finish();
    // Said bounds decide nothing: the verdict is that of the proof.
    const verdicts = await Promise.all(decided);
    expect(verdicts.map(({ decision }) => decision.verdict)).toEqual(questions.map(() => 'unsat'));
    await cluster.close();
    await worker.close();
  });
});
