/** Workers are not trusted: whatever they return, the verdicts are those of a run on one machine. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { localExecutor } from '../../src/api/executor/local.js';
import { openCluster } from '../../src/api/executor/open-cluster.js';
import type { Answer } from '../../src/cluster/job-wire.js';
import type { Executor } from '../../src/engines/executor.js';
import type { Decided } from '../../src/engines/portfolio.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { REDIS_MISSING, startRedis, type TestRedis } from '../helpers/redis-server.js';
import { around, SETTINGS, TOY } from './toy.js';
import { type Behaviour, startTestWorker, type TestWorker } from './workers.js';

const signal = new AbortController().signal;
const open: (TestWorker | Executor)[] = [];
let redis: TestRedis;
let local: Executor;

async function decideAll(executor: Executor, obligations: readonly Obligation[]): Promise<Decided[]> {
  return Promise.all(executor.decide(obligations, SETTINGS, { signal }));
}

const verdicts = (decided: readonly Decided[]) => decided.map(({ decision }) => decision.verdict);

/** An answer that says what it likes. */
const lie =
  (answer: (job: Parameters<Behaviour>[0]) => unknown): Behaviour =>
  async (job, store) => ({
    answers: await store.put(Buffer.from(JSON.stringify([answer(job)]))),
    at: 0,
    verdict: 'unsat',
    worker: 'liar',
    seconds: 0.1,
  });

const unsat = (changes: Partial<Extract<Answer, { verdict: 'unsat' }>>): Answer => ({
  verdict: 'unsat',
  engine: 'bab',
  steps: [{ rule: 'lin', weights: [1], pass: [] }],
  shared: null,
  core: null,
  margin: null,
  ...changes,
});

const hole = {
  rule: 'hole',
  reason: 'solver-trusted',
  solver: 'mine',
  status: 'optimal',
  scope: 'everything',
} as const;

describe.skipIf(REDIS_MISSING !== null)(`answers that do not stand ${REDIS_MISSING ?? ''}`, () => {
  const broken = around([0.5, 0.5], 0.5);
  const safe = around([0.05, 0.05], 0.001);

  beforeAll(async () => {
    redis = await startRedis();
    local = await localExecutor(TOY);
    expect(verdicts(await decideAll(local, broken))).toContain('sat');
    expect(verdicts(await decideAll(local, safe))).toEqual(safe.map(() => 'unsat'));
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
    await redis.client().flushall();
  });

  afterAll(async () => {
    await local?.close();
    await redis?.remove();
  });

  async function against(
    behaviour: Behaviour,
    obligations: readonly Obligation[],
  ): Promise<{ decided: Decided[]; notes: string[] }> {
    open.push(await startTestWorker(redis.url, 'liar', behaviour));
    const cluster = await openCluster(TOY, { url: redis.url, splitAfterSeconds: 0 });
    open.push(cluster);
    const notes: string[] = [];
    const decided = await Promise.all(
      cluster.decide(obligations, SETTINGS, { signal, onNote: (line) => notes.push(line) }),
    );
    return { decided, notes };
  }

  const forged: [string, Behaviour][] = [
    ['a proof that does not bound anything', lie(() => unsat({}))],
    ['a proof that trusts a solver', lie(() => unsat({ steps: [hole] }))],
    [
      'a contradiction of NAPs that are not there',
      lie(() => unsat({ steps: [{ rule: 'contradiction', tensor: 'x', index: 0 }] })),
    ],
    [
      'an empty interval that is not',
      lie(() => unsat({ steps: [{ rule: 'bound', tensor: 'x', index: 0 }] })),
    ],
    [
      'a core with literals of its own',
      lie(() => unsat({ core: [[{ tensor: 'x', active: [0], inactive: [] }]] })),
    ],
    [
      'a shared list that is not there',
      lie(() => unsat({ shared: { id: 'lemmas/x', blob: '0'.repeat(64) } })),
    ],
    ['something that is no answer', lie(() => ({ verdict: 'certainly' }))],
    [
      'an answer whose blob is another',
      async (_job, store) => {
        const answer = await store.put(Buffer.from('{}'));
        return {
          answers: answer.replace(/^./, (c) => (c === '0' ? '1' : '0')),
          at: 0,
          verdict: 'unsat',
          worker: 'liar',
          seconds: 0,
        };
      },
    ],
  ];

  it.each(forged)('unsat with %s', async (_name, behaviour) => {
    const { decided, notes } = await against(behaviour, broken);
    expect(verdicts(decided)).toEqual(verdicts(await decideAll(local, broken)));
    expect(notes.filter((line) => line.includes('refused'))).toHaveLength(broken.length);
  });

  it('a short text of more values than memory has room for is refused before it is read', async () => {
    const tiny = `[[${'{},'.repeat(5_000_000)}{}]]`;
    const { decided, notes } = await against(
      async (_job, store) => ({
        answers: await store.put(Buffer.from(tiny)),
        at: 0,
        verdict: 'unsat',
        worker: 'liar',
        seconds: 0.1,
      }),
      safe.slice(0, 1),
    );
    expect(verdicts(decided)).toEqual(['unsat']);
    expect(notes.join()).toContain('too many');
  });

  const points: [string, (job: Parameters<Behaviour>[0]) => readonly number[]][] = [
    ['a point that changes nothing', () => [0.05, 0.05]],
    ['a point outside', () => [0.9, 0.9]],
    ['no point at all', () => []],
  ];

  it.each(points)('sat with %s', async (_name, point) => {
    const answer = lie((job) => ({
      verdict: 'sat',
      engine: 'bab',
      point: [...point(job)],
      source: 'a guess',
    }));
    const { decided, notes } = await against(answer, safe);
    expect(verdicts(decided)).toEqual(safe.map(() => 'unsat'));
    expect(notes.filter((line) => line.includes('refused'))).toHaveLength(safe.length);
  });

  it('a margin that is too large is not taken over', async () => {
    const margins = (await decideAll(local, safe)).map(({ decision }) =>
      decision.verdict === 'unsat' ? decision.margin! : Number.NaN,
    );
    const { decided } = await against(
      lie(() => unsat({ margin: 1000 })),
      safe,
    );
    for (const [i, { decision }] of decided.entries()) {
      expect(decision.verdict === 'unsat' && decision.margin! <= margins[i]! * (1 + 1e-9)).toBe(true);
    }
  });

  it('bounds of an open result are not taken over', async () => {
    const answer = lie(() => ({
      verdict: 'unknown',
      engine: 'bab',
      reason: 'timeout',
      detail: 'tired',
      suggestion: '',
      provedMargin: 5,
      bestMargin: 7,
    }));
    const { decided } = await against(answer, safe);
    for (const { decision } of decided) {
      expect(decision).toMatchObject({ verdict: 'unknown', provedMargin: null, bestMargin: null });
    }
  });

  it('a worker that fails on a job is tried again, and the reason is reported', async () => {
    let attempts = 0;
    const failing: Behaviour = async () => {
      attempts++;
      throw new Error('out of luck');
    };
    const { decided } = await against(failing, safe.slice(0, 1));
    expect(decided[0]!.decision).toMatchObject({ verdict: 'unknown', reason: 'solver-crash' });
    expect(decided[0]!.decision).toHaveProperty('detail', expect.stringContaining('out of luck'));
    expect(attempts).toBe(3);
  });
});
