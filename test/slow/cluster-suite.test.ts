/** A whole suite of a shipped model through two worker processes: what one machine says, row by row, and valid. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { type CliResult, runCli } from '../helpers/run-cli.js';

const MODEL = 'models/mnist-code-128x4.onnx';
const PROPERTIES = 'non-misclassification,non-ambiguity';
/** Ten classes against nine others; 45 pairs of classes. */
const ROWS = { 'non-misclassification': 90, 'non-ambiguity': 45 };

interface Row {
  readonly id: string;
  readonly digest: string;
  readonly verdict: string;
  readonly kind: string;
}

describe.skipIf(REDIS_MISSING !== null)(`a suite of obligations ${REDIS_MISSING ?? ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'napcert-suite-'));
  const naps = join(folder, 'code.nap.json');
  const file = (name: string): string => join(folder, `${name}.cert.json`);
  const workers: { readonly child: ChildProcess; readonly ended: Promise<CliResult> }[] = [];
  let redis: TestRedis;

  const rows = (name: string): Row[] => {
    const { predicate } = JSON.parse(readFileSync(file(name), 'utf8')) as Certificate;
    return predicate.obligations.map(({ id, digest, verdict, evidence: { kind } }) => ({
      id,
      digest,
      verdict,
      kind,
    }));
  };
  const verdicts = (name: string): (readonly [string, string])[] => {
    const { predicate } = JSON.parse(readFileSync(file(name), 'utf8')) as Certificate;
    return predicate.properties.map(({ id, verdict }) => [id, verdict]);
  };
  const verify = (name: string, ...rest: string[]): Promise<CliResult> =>
    runCli(['verify', MODEL, '--naps', naps, '--property', PROPERTIES, '-o', file(name), '--quiet', ...rest]);

  beforeAll(async () => {
    const mining = ['--data', 'mnist', '--samples', 'correct', '--delta', '0.99', '-o', naps, '--quiet'];
    expect((await runCli(['mine', MODEL, ...mining])).code).toBe(0);
    redis = await startRedis();
    for (let i = 0; i < 2; i++) {
      let child: ChildProcess | null = null;
      const ended = runCli(['worker', '--redis', redis.url, '--jobs', '1', '--json'], {
        started: (started) => {
          child = started;
        },
      });
      workers.push({ child: child!, ended });
    }
    const client = redis.client();
    while ((await client.scard('napcert:workers')) < 2)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  afterAll(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await redis?.remove();
    rmSync(folder, { recursive: true });
  });

  it('has the verdicts of the local run, in certificates that the checker accepts', async () => {
    const local = await verify('local', '--jobs', '1');
    const cluster = await verify('cluster', '--redis', redis.url);
    expect(cluster.code).toBe(local.code);
    const expected = rows('local');
    for (const [property, count] of Object.entries(ROWS)) {
      expect(expected.filter(({ id }) => id.startsWith(property))).toHaveLength(count);
    }
    expect(expected.filter(({ verdict }) => verdict === 'unknown')).toEqual([]);
    expect(rows('cluster')).toEqual(expected);
    expect(verdicts('cluster')).toEqual(verdicts('local'));
    for (const name of ['local', 'cluster']) {
      const checked = await runCli(['check', file(name), '--model', MODEL, '--naps', naps, '--json']);
      expect(checked.code).toBe(0);
      expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: 'valid' });
    }
    for (const { child } of workers) child.kill('SIGTERM');
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    const done = ended.map(({ stdout }) => {
      const { ended: by } = JSON.parse(stdout) as { ended: { sat: number; unsat: number } };
      return by.sat + by.unsat;
    });
    // Each did a part, and nothing was done twice.
    expect(Math.min(...done)).toBeGreaterThan(0);
    expect(done[0]! + done[1]!).toBeLessThanOrEqual(expected.length);
  });
});
