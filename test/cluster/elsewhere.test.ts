/** minimize and learn whose proofs are found by a worker: the same results as on one machine, with valid certificates. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../src/api/check.js';
import { runWorker } from '../../src/api/cluster-worker.js';
import { learn } from '../../src/api/learn/learn.js';
import { minimizeFiles } from '../../src/api/minimize/minimize.js';
import type { WorkerDocument } from '../../src/report/documents/worker.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { TINY, TINY_CSV, tinyModel, vector } from '../helpers/tiny-model.js';

const folder = mkdtempSync(join(tmpdir(), 'napcert-elsewhere-'));
const at = (name: string): string => join(folder, name);
const domain = { kind: 'box', lower: -3, upper: 3 } as const;

describe.skipIf(REDIS_MISSING !== null)(`proofs by workers ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;
  const stop = new AbortController();
  let ended: Promise<WorkerDocument>;

  beforeAll(async () => {
    // Half a point ahead for class 0: with z[1] off class 0 always wins; class 1 has a tie or worse in every region.
    writeFileSync(at('m.onnx'), tinyModel({ initializers: { ...TINY.initializers, b2: vector(0.5, 0) } }));
    writeFileSync(at('d.csv'), TINY_CSV);
    redis = await startRedis();
    ended = runWorker({ url: redis.url, jobs: 1, maxMemoryBytes: 2 ** 30 }, stop.signal);
  });

  afterAll(async () => {
    stop.abort();
    await ended;
    await redis?.remove();
    rmSync(folder, { recursive: true });
  });

  const common = () => ({
    model: at('m.onnx'),
    domain,
    margin: 0.001,
    seconds: 30,
    cluster: { url: redis.url, splitAfterSeconds: 0, waitSeconds: 60 },
  });

  /** Obligations that the worker has returned something about. */
  const answered = async (): Promise<number> => (await redis.client().keys('napcert:result:*')).length;

  async function expectValid(certificate: string, naps: string): Promise<void> {
    const { verdict } = await check({ certificate, model: at('m.onnx'), naps });
    expect(verdict).toBe('valid');
  }

  it('learn: the one literal that is enough, and no NAP where none can exist', async () => {
    const files = { naps: at('learned.nap.json'), certificate: at('learned.cert.json') };
    const { classes } = await learn({ ...common(), data: at('d.csv'), ...files });
    expect(classes[0]).toMatchObject({ class: 0, verdict: 'proved', literals: 1 });
    expect(classes[0]!.mining!.ofClass).toMatchObject({ count: 3, of: 3 });
    expect(classes[1]).toMatchObject({ class: 1, verdict: 'none-can-exist' });
    expect(await answered()).toBeGreaterThan(0);
    await expectValid(files.certificate, files.naps);
    const two = readFileSync(files.naps, 'utf8').replace('"active": []', '"active": [0]');
    writeFileSync(at('two.nap.json'), two);
  });

  it.each(['core', 'quickxplain'] as const)('minimize by %s: two literals to one', async (method) => {
    const before = await answered();
    const output = at(`${method}.nap.json`);
    const certificate = at(`${method}.cert.json`);
    const { classes } = await minimizeFiles({
      ...common(),
      naps: at('two.nap.json'),
      method,
      output,
      certificate,
    });
    expect(classes).toMatchObject([{ verdict: 'proved', before: 2, after: 1, minimal: 'inclusion' }]);
    expect(await answered()).toBeGreaterThan(before);
    await expectValid(certificate, output);
  });
});
