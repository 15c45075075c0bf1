/** Faults of a real cluster: in each the run ends, nothing is lost, and every answer is that of one machine. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { type CliResult, runCli } from '../helpers/run-cli.js';

const MODEL = 'models/mnist-code-128x4.onnx';
const CLAIMS = ['--property', 'non-misclassification', '--class', '0,1,2,9', '--competitor', '3,4,5,6,7,8'];
const OBLIGATIONS = 24;
const folder = mkdtempSync(join(tmpdir(), 'napcert-faults-'));
const file = (name: string): string => join(folder, name);
const naps = file('code.nap.json');

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

function start(args: readonly string[]): Running {
  let child: ChildProcess | null = null;
  const ended = runCli(args, {
    started: (process) => {
      child = process;
    },
  });
  return { child: child!, ended };
}

function verdicts(name: string): readonly (readonly [string, string])[] {
  const { predicate } = JSON.parse(readFileSync(file(name), 'utf8')) as Certificate;
  return predicate.obligations.map(({ id, verdict }) => [id, verdict]);
}

const common = (output: string): string[] => ['verify', MODEL, '--naps', naps, ...CLAIMS, '-o', file(output)];

beforeAll(async () => {
  const mine = [
    'mine',
    MODEL,
    '--data',
    'mnist',
    '--limit',
    '2000',
    '--samples',
    'correct',
    '--delta',
    '0.99',
  ];
  expect((await runCli([...mine, '-o', naps, '--quiet'])).code).toBe(0);
  expect((await runCli([...common('local.cert.json'), '--jobs', '1'])).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(REDIS_MISSING !== null)(`faults ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;
  let runs: Running[] = [];

  beforeEach(async () => {
    redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  });

  afterEach(async () => {
    for (const { child } of runs) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    await Promise.all(runs.map(({ ended }) => ended));
    runs = [];
    await redis.remove();
  });

  const worker = (...rest: string[]): Running => {
    const running = start(['worker', '--redis', redis.url, '--jobs', '1', ...rest]);
    runs.push(running);
    return running;
  };

  const coordinator = (output: string, ...rest: string[]): Running => {
    const running = start([...common(output), '--redis', redis.url, '--split-after', '0', ...rest]);
    runs.push(running);
    return running;
  };

  /** Resolves once so many obligations are decided, and a job is running. */
  async function midway(done: number): Promise<void> {
    const client = redis.client();
    await expect
      .poll(
        async () =>
          (await client.keys('napcert:result:*')).length >= done &&
          (await client.llen('napcert:jobs:active')) > 0,
        {
          timeout: 120_000,
          interval: 20,
        },
      )
      .toBe(true);
  }

  async function asLocal(output: string, run: Running): Promise<void> {
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(verdicts(output)).toEqual(verdicts('local.cert.json'));
    const checked = await runCli(['check', file(output), '--model', MODEL, '--naps', naps]);
    expect(checked.code).toBe(0);
  }

  it('a worker is killed in the middle of a job', async () => {
    const first = worker();
    const run = coordinator('killed.cert.json');
    await midway(3);
    first.child.kill('SIGKILL');
    worker();
    await asLocal('killed.cert.json', run);
  });

  it('a job is delivered twice: its worker freezes, another does it, and the first wakes up', async () => {
    const first = worker();
    const run = coordinator('twice.cert.json');
    await midway(3);
    first.child.kill('SIGSTOP');
    worker();
    await asLocal('twice.cert.json', run);
    first.child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // What the first returns late changes nothing: the same run again is answered from the queue.
    await asLocal('again.cert.json', coordinator('again.cert.json'));
  });

  it('a worker is told to end: its job goes back to the queue', async () => {
    const first = worker('--json');
    const run = coordinator('drained.cert.json');
    await midway(3);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    expect(await redis.client().llen('napcert:jobs:active')).toBe(0);
    worker();
    await asLocal('drained.cert.json', run);
  });

  it('the coordinator is killed and started again: it finds what was done', async () => {
    worker();
    const first = coordinator('restarted.cert.json');
    await midway(5);
    first.child.kill('SIGKILL');
    await first.ended;
    await asLocal('restarted.cert.json', coordinator('restarted.cert.json'));
    expect(await redis.client().keys('napcert:result:*')).toHaveLength(OBLIGATIONS);
  });

  it('the server is killed and restarted with its append-only file', async () => {
    worker();
    const run = coordinator('server.cert.json');
    await midway(3);
    await redis.stop('SIGKILL');
    await redis.start();
    await asLocal('server.cert.json', run);
  });

  it('the server forgets everything', async () => {
    worker();
    const run = coordinator('forgot.cert.json');
    await midway(3);
    await redis.client().flushall();
    await asLocal('forgot.cert.json', run);
  });

  it('the server does not answer for ten seconds', async () => {
    worker();
    const run = coordinator('frozen.cert.json');
    await midway(3);
    process.kill(redis.pid(), 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    process.kill(redis.pid(), 'SIGCONT');
    await asLocal('frozen.cert.json', run);
  });

  it('the server goes away for good: the run ends and keeps what it has', async () => {
    worker();
    const run = coordinator('gone.cert.json', '--redis-wait', '5');
    await midway(3);
    await redis.stop('SIGKILL');
    const { code } = await run.ended;
    expect(code).toBe(3);
    const local = new Map(verdicts('local.cert.json'));
    for (const [id, verdict] of verdicts('gone.cert.json'))
      expect([local.get(id), 'unknown']).toContain(verdict);
  });

  it('a job needs more memory than its worker has', async () => {
    // 16 MiB a thread: less than a thread holds once it has loaded the program, a model and a solver.
    const poor = worker('--jobs', '4', '--max-memory', '64');
    const run = coordinator('memory.cert.json');
    const { code } = await run.ended;
    expect(poor.child.exitCode).toBe(null);
    const text = readFileSync(file('memory.cert.json'), 'utf8');
    const { predicate } = JSON.parse(text) as Certificate;
    const open = predicate.obligations.filter(({ verdict }) => verdict === 'unknown');
    for (const { evidence } of open) expect(evidence).toMatchObject({ kind: 'none', reason: 'memory' });
    expect(open.length).toBeGreaterThan(0);
    expect(code).toBe(3);
    // A worker with more finds the rest; what was left open is asked again.
    poor.child.kill('SIGTERM');
    await poor.ended;
    worker();
    await asLocal('memory.cert.json', coordinator('memory.cert.json'));
  });
});
