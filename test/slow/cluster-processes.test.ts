/** Coordinator, workers and redis-server as separate processes, as a user starts them. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { type CliResult, runCli } from '../helpers/run-cli.js';

const MODEL = 'models/mnist-code-128x4.onnx';
const CLAIMS = ['--property', 'non-misclassification', '--class', '0,9', '--competitor', '1,2,3'];
const folder = mkdtempSync(join(tmpdir(), 'napcert-cluster-'));
const naps = join(folder, 'code.nap.json');
const file = (name: string) => join(folder, name);

interface Answers {
  readonly verdicts: readonly (readonly [string, string])[];
  readonly text: string;
}

function answers(path: string): Answers {
  const text = readFileSync(path, 'utf8');
  const { predicate } = JSON.parse(text) as Certificate;
  return { verdicts: predicate.obligations.map(({ id, verdict }) => [id, verdict]), text };
}

const verify = (output: string, ...rest: string[]): Promise<CliResult> =>
  runCli(['verify', MODEL, '--naps', naps, ...CLAIMS, '--json', '-o', file(output), ...rest]);

const check = (output: string): Promise<CliResult> =>
  runCli(['check', file(output), '--model', MODEL, '--naps', naps, '--json']);

beforeAll(async () => {
  const mined = await runCli([
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
    '-o',
    naps,
    '--quiet',
  ]);
  expect(mined.code).toBe(0);
  expect((await verify('local.cert.json', '--jobs', '1')).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('threads', () => {
  // Not the same proofs: how long each way of proving is tried is wall-clock time, so load decides which one succeeds.
  it('find the verdicts of one thread, with proofs that the checker accepts', async () => {
    expect((await verify('threads.cert.json', '--jobs', '2')).code).toBe(0);
    const [one, two] = ['local', 'threads'].map((name) => {
      const { predicate } = JSON.parse(readFileSync(file(`${name}.cert.json`), 'utf8')) as Certificate;
      return predicate.obligations.map(({ id, digest, verdict, evidence: { kind } }) => ({
        id,
        digest,
        verdict,
        kind,
      }));
    });
    expect(two).toEqual(one);
    expect((await check('threads.cert.json')).code).toBe(0);
  });
});

describe('shards', () => {
  it('together say what one run says', async () => {
    const parts = [1, 2, 3].map((i) => `shard-${i}.cert.json`);
    for (const [i, part] of parts.entries()) {
      expect([0, 3]).toContain((await verify(part, '--shard', `${i + 1}/3`)).code);
    }
    const merged = await runCli([
      'merge',
      MODEL,
      ...parts.map(file),
      '--naps',
      naps,
      '-o',
      file('merged.cert.json'),
      '--json',
    ]);
    expect(merged.code).toBe(0);
    expect(JSON.parse(merged.stdout)).toMatchObject({ counts: { holds: 2, unknown: 0 } });
    expect(answers(file('merged.cert.json')).verdicts).toEqual(answers(file('local.cert.json')).verdicts);
    expect((await check('merged.cert.json')).code).toBe(0);
    const some = await runCli([
      'merge',
      MODEL,
      file(parts[0]!),
      '--naps',
      naps,
      '-o',
      file('part.cert.json'),
    ]);
    expect(some.code).toBe(3);
    const other = await runCli(['merge', 'models/iris.onnx', file(parts[0]!), '-o', file('x.cert.json')]);
    expect(other.code).toBe(2);
  });
});

describe.skipIf(REDIS_MISSING !== null)(`a cluster ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;
  const workers: { readonly child: ChildProcess; readonly ended: Promise<CliResult> }[] = [];
  const SECRET = 'do-not-print-me';
  const env = { NAPCERT_REDIS_PASSWORD: SECRET };

  beforeAll(async () => {
    redis = await startRedis(['--requirepass', SECRET]);
    for (let i = 0; i < 2; i++) {
      let child: ChildProcess | null = null;
      const args = ['worker', '--redis', redis.url, '--jobs', '1', '--json'];
      const ended = runCli(i === 0 ? [...args, '--metrics', '127.0.0.1:0'] : args, {
        env,
        started: (started) => {
          child = started;
        },
      });
      workers.push({ child: child!, ended });
    }
  });

  afterAll(async () => {
    for (const { child } of workers) child.kill('SIGKILL');
    await redis?.remove();
  });

  it('two workers decide what one machine decides, and leave no secret anywhere', async () => {
    const run = await runCli(
      ['verify', MODEL, '--naps', naps, ...CLAIMS, '-o', file('cluster.cert.json'), '--redis', redis.url],
      { env },
    );
    expect(run.code).toBe(0);
    const { verdicts, text } = answers(file('cluster.cert.json'));
    expect(verdicts).toEqual(answers(file('local.cert.json')).verdicts);
    expect((await check('cluster.cert.json')).code).toBe(0);
    const status = await runCli(['status', '--redis', redis.url, '--json'], { env });
    expect(JSON.parse(status.stdout)).toMatchObject({ queue: { waiting: 0, running: 0, failed: 0 } });
    for (const { child } of workers) child.kill('SIGTERM');
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    expect(ended.map(({ code }) => code)).toEqual([143, 143]);
    const done = ended.map(({ stdout }) => (JSON.parse(stdout) as { ended: { unsat: number } }).ended.unsat);
    expect(done[0]! + done[1]!).toBe(6);
    const everything = [
      text,
      run.stdout,
      run.stderr,
      status.stdout,
      status.stderr,
      ...ended.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ];
    for (const printed of everything) expect(printed).not.toContain(SECRET);
  });

  it('a worker whose server is gone says so, and ends when it is told to', { timeout: 150_000 }, async () => {
    const own = await startRedis();
    let child: ChildProcess | null = null;
    const ended = runCli(['worker', '--redis', own.url, '--jobs', '1'], {
      started: (started) => {
        child = started;
      },
    });
    const client = own.client();
    await expect.poll(() => client.scard('napcert:workers'), { timeout: 60_000 }).toBe(1);
    let said = '';
    child!.stderr!.on('data', (text: string) => {
      said += text;
    });
    await own.remove();
    await expect.poll(() => said, { timeout: 60_000 }).toContain('does not answer');
    child!.kill('SIGTERM');
    const { code } = await ended;
    expect(code).toBe(143);
  });

  it('a wrong password is an input error that does not repeat it', async () => {
    const { code, stderr } = await runCli(['status', '--redis', redis.url], {
      env: { NAPCERT_REDIS_PASSWORD: 'wrong-one' },
    });
    expect(code).toBe(2);
    expect(stderr).not.toContain('wrong-one');
  });
});
