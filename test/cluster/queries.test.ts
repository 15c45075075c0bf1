/** VNN-LIB queries over the queue: a worker gets the query itself, and the answers are those of one machine. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localExecutor } from '../../src/api/executor/local.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import { runInstances } from '../../src/api/vnncomp/run.js';
import { decodeQuery, encodeQuery } from '../../src/cluster/region-wire.js';
import { compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { InputError } from '../../src/util/errors.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { around, SETTINGS, TOY } from './toy.js';
import { startTestWorker, type TestWorker } from './workers.js';

const signal = new AbortController().signal;
const OUTPUTS = TOY.network.tensors[TOY.network.output]!.size;

/** Can another class win, or tie, in the square of this half width? One alternative per competitor. */
function queryAround(reference: readonly [number, number], epsilon: number): string {
  const label = labelAt(reference);
  const declared = [0, 1].map((i) => `(declare-const X_${i} Real)`);
  for (let j = 0; j < OUTPUTS; j++) declared.push(`(declare-const Y_${j} Real)`);
  const box = reference.flatMap((x, i) => [
    `(assert (>= X_${i} ${x - epsilon}))`,
    `(assert (<= X_${i} ${x + epsilon}))`,
  ]);
  const others = [...Array(OUTPUTS).keys()].filter((j) => j !== label);
  const wins = others.map((j) => `(and (>= Y_${j} Y_${label}))`);
  return [...declared, ...box, `(assert (or ${wins.join(' ')}))`].join('\n');
}

function labelAt(reference: readonly [number, number]): number {
  const { terms } = around(reference, 0.001)[0]!.outputs[0]!;
  return terms.find(({ coefficient }) => coefficient === -1)!.output;
}

function obligationsOf(text: string): Obligation[] {
  const claim = { network: TOY.network, modelSha256: TOY.sha256, naps: new Map() };
  return compileProperty(
    { ...claim, domain: { kind: 'unbounded' } },
    { kind: 'query', name: 'q.vnnlib', text },
  );
}

const SAFE = queryAround([0.0625, 0.0625], 0.03125);
const BROKEN = queryAround([0.5, 0.5], 0.5);

it('a query arrives as it was sent, and what is none is refused', () => {
  const query = { kind: 'query', name: 'q.vnnlib', text: SAFE } as const;
  expect(decodeQuery(encodeQuery(query))).toEqual(query);
  for (const text of ['', '{}', '{"name":"q","text":""}', '[1]'])
    expect(() => decodeQuery(text)).toThrow(InputError);
});

describe.skipIf(REDIS_MISSING !== null)(`queries over the queue ${REDIS_MISSING ?? ''}`, () => {
  let redis: TestRedis;
  let folder = '';
  let worker: TestWorker;

  beforeAll(async () => {
    redis = await startRedis();
    worker = await startTestWorker(redis.url, 'honest');
    folder = mkdtempSync(join(tmpdir(), 'napcert-queries-'));
    copyFileSync(new URL('../../models/toy-2d.onnx', import.meta.url), join(folder, 'toy.onnx'));
    writeFileSync(join(folder, 'safe.vnnlib'), SAFE);
    writeFileSync(join(folder, 'broken.vnnlib'), BROKEN);
    writeFileSync(join(folder, 'instances.csv'), 'toy.onnx,safe.vnnlib,60\ntoy.onnx,broken.vnnlib,60\n');
  });

  afterEach(() => {
    worker.jobs.length = 0;
  });

  afterAll(async () => {
    await worker?.close();
    await redis?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a worker decides each alternative, and what it returns stands', async () => {
    const local = await localExecutor(TOY);
    const cluster = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 0, waitSeconds: 60 });
    const notes: string[] = [];
    const seen = new Set<string>();
    for (const text of [SAFE, BROKEN]) {
      for (const one of obligationsOf(text)) {
        const [own] = await Promise.all(local.decide([one], SETTINGS, { signal }));
        const onNote = (line: string) => notes.push(line);
        const [theirs] = await Promise.all(cluster.decide([one], SETTINGS, { signal, onNote }));
        expect(theirs!.decision.verdict).toBe(own!.decision.verdict);
        seen.add(own!.decision.verdict);
      }
    }
    await cluster.close();
    await local.close();
    expect(notes).toEqual([]);
    expect(seen).toEqual(new Set(['sat', 'unsat']));
    expect(worker.jobs).toHaveLength(2 * (OUTPUTS - 1));
  });

  it('vnncomp run answers as it does alone', async () => {
    const cluster = { url: redis.url, splitAfterSeconds: 0, waitSeconds: 60 };
    const { counts } = await runInstances({
      instances: join(folder, 'instances.csv'),
      output: join(folder, 'results.csv'),
      cluster,
    });
    expect(counts).toEqual({ unsat: 1, sat: 1, timeout: 0, unknown: 0, error: 0 });
  });
});
