/**
 * Capacity of a cluster: `npx tsx test/bench/capacity.ts [MODEL NAPS]` (needs the build and redis-server). Measures what
 * obligations cost to decide and to check, and what the queue adds per job, then simulates campaigns on 1 to 1,000 workers.
 * Times are of the processor, so that a busy machine changes little. Table on stderr, JSON on stdout.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admission } from '../../src/api/executor/admit.js';
import { type DecidedModel, openReplayer } from '../../src/api/executor/decider.js';
import { localExecutor } from '../../src/api/executor/local.js';
import { mine } from '../../src/api/mine.js';
import { encodeAnswer } from '../../src/cluster/answer-wire.js';
import { answerSchema } from '../../src/cluster/job-wire.js';
import type { DecideSettings } from '../../src/engines/executor.js';
import { parseNapFile } from '../../src/nap/nap-file.js';
import { naps as readNaps } from '../../src/nap/nap-literals.js';
import { lowerModel } from '../../src/network/lower.js';
import { compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { around, grid, TOY } from '../cluster/toy.js';
import { renderTable } from './bench-table.js';
import { measureLatency, measureQueue, overheadShare } from './capacity-measure.js';
import { type JobCost, simulate } from './capacity-model.js';

const SETTINGS: DecideSettings = {
  engine: 'bab',
  solver: 'glpk',
  timeoutSeconds: 60,
  exactMargin: false,
  maxNodes: 100_000,
  maxMemoryBytes: 4 * 2 ** 30,
};
const WORKERS = [1, 10, 100, 1000];
const CHECKERS = [1, 8];
/** Obligations of a campaign: ten models, ten classes, nine competitors, twelve levels of delta. */
const CAMPAIGN = 10_800;
/** Small obligations asked one after the other, for the time of a single job. */
const ALONE = 100;
const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'napcert-capacity-'));
const digits = (value: number): number => Number(value.toPrecision(3));

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function suite(modelPath: string, napPath: string | null): Promise<[DecidedModel, Obligation[][]]> {
  const bytes = readFileSync(modelPath);
  const loaded = decodeModel(bytes);
  const network = lowerModel(loaded);
  const file = napPath ?? join(folder, 'naps.nap.json');
  if (napPath === null) {
    await mine({
      model: modelPath,
      data: 'mnist',
      samples: 'correct',
      grouping: 'label',
      deltas: ['0.99'],
      output: file,
    });
  }
  const read = readNaps(network, parseNapFile(readFileSync(file, 'utf8'), file));
  const claim = {
    network,
    modelSha256: loaded.sha256,
    domain: { kind: 'box', lower: 0, upper: 1 } as const,
    naps: new Map(read.map((nap) => [nap.class, nap.phases])),
  };
  const classes = [...claim.naps.keys()];
  const regions = classes.map((label) => {
    const competitors = classes.filter((other) => other !== label);
    return compileProperty(claim, { kind: 'non-misclassification', class: label, competitors });
  });
  return [{ bytes, sha256: loaded.sha256, network, arithmetic: 'real' }, regions];
}

/** Deciding includes the worker's own check, as it does in a run; the first of a region pays for its bounds. */
async function costs(model: DecidedModel, regions: readonly Obligation[][]): Promise<JobCost[]> {
  const executor = await localExecutor(model);
  const replayer = await openReplayer(model);
  const found: JobCost[] = [];
  for (const obligations of regions) {
    const admission = new Admission(model, replayer);
    for (const obligation of obligations) {
      let check = 0;
      let answer = '';
      let lemmas: Parameters<Admission['admit']>[2] = null;
      const solve = await cpuSeconds(async () => {
        const [decided] = await Promise.all(executor.decide([obligation], SETTINGS, { signal }));
        const encoded = await encodeAnswer(model.network, decided!, async (list) => {
          lemmas = list;
          return '0'.repeat(64);
        });
        answer = JSON.stringify(encoded);
      });
      check = await cpuSeconds(async () => {
        const parsed = answerSchema.parse(JSON.parse(answer));
        const admitted = await admission.admit(obligation, parsed, lemmas, 'bench');
        if ('rejected' in admitted) throw new Error(admitted.rejected);
      });
      found.push({ solve, check });
    }
  }
  await executor.close();
  await replayer.close();
  return found;
}

/** A fixed sequence of numbers in [0, 1). */
function sequence(): () => number {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

const [modelPath = 'models/mnist-code-128x4.onnx', napPath = null] = process.argv.slice(2);
const [model, regions] = await suite(modelPath, napPath);
const measured = await costs(model, regions);
const queue = await measureQueue({ model, regions, settings: SETTINGS, workers: 2 });
const each = {
  worker: queue.workers / queue.obligations,
  coordinator: queue.coordinator / queue.obligations,
  redis: queue.redis / queue.obligations,
};
const questions = grid(40).flatMap((point) => around(point, 0.01));
const latency = await measureLatency(TOY, questions.slice(0, ALONE), SETTINGS);
const random = sequence();
const campaign = Array.from({ length: CAMPAIGN }, () => measured[Math.floor(random() * measured.length)]!);
const overhead = { workerOverhead: each.worker, coordinatorOverhead: each.coordinator };
const rows = CHECKERS.flatMap((checkers) =>
  WORKERS.map((workers) => {
    const result = simulate(campaign, { workers, checkers, ...overhead });
    return {
      checkers,
      workers,
      'wall (s)': digits(result.wall),
      'workers busy (%)': digits(100 * result.workersBusy),
      'checkers busy (%)': digits(100 * result.checkersBusy),
      'coordinator busy (%)': digits(100 * result.coordinatorBusy),
      limit: result.limit,
    };
  }),
);
const solve = measured.map((cost) => cost.solve);
const check = measured.map((cost) => cost.check);
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);
const summary = {
  model: modelPath,
  obligations: measured.length,
  solveSeconds: {
    mean: digits(sum(solve) / solve.length),
    median: digits(quantile(solve, 0.5)),
    p99: digits(quantile(solve, 0.99)),
  },
  checkSeconds: {
    mean: digits(sum(check) / check.length),
    median: digits(quantile(check, 0.5)),
    p99: digits(quantile(check, 0.99)),
  },
  queue: {
    obligations: queue.obligations,
    decidingSeconds: digits(queue.deciding),
    checkingSeconds: digits(queue.checking),
    millisecondsPerObligation: {
      worker: digits(1000 * each.worker),
      coordinator: digits(1000 * each.coordinator),
      redis: digits(1000 * each.redis),
    },
    shareOfDeciding: digits(overheadShare(queue)),
    millisecondsOfOneAlone: digits(1000 * quantile(latency, 0.5)),
  },
  campaign: CAMPAIGN,
};
process.stderr.write(`${renderTable(rows)}`);
process.stdout.write(`${JSON.stringify({ summary, rows }, null, 2)}\n`);
rmSync(folder, { recursive: true });
