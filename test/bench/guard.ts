/**
 * What a guard costs: `npx tsx test/bench/guard.ts MODEL GUARDED` runs both files in onnxruntime, one thread, at batch
 * sizes 1 and 256 in turn, and prints the ratio of the times per run as JSON. The two files take turns in short blocks,
 * so that a change of the machine's speed meets both; each figure is the median over the blocks. A batch size that
 * the files fix is set free in both.
 */
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decodeModel } from '../../src/onnx/load-model.js';
import { withFreeBatch } from './free-batch.js';

const BLOCKS = 101;

const [modelPath, guardedPath] = process.argv.slice(2);
if (modelPath === undefined || guardedPath === undefined) throw new Error('usage: guard.ts MODEL GUARDED');
const [original, guarded] = [readFileSync(modelPath), readFileSync(guardedPath)].map(withFreeBatch);

const input = decodeModel(original!).model.graph.inputs[0]!;
const sides = (input.shape ?? []).slice(1).map(Number);
const size = sides.reduce((product, side) => product * side, 1);

const results = [];
for (const batch of [1, 256]) {
  const sessions = await Promise.all([original!, guarded!].map(open));
  const data = Float32Array.from({ length: batch * size }, (_, i) => ((i * 2654435761) % 1000) / 1000);
  const feeds = { [input.name]: new Tensor('float32', data, [batch, ...sides]) };
  const runs = batch === 1 ? 100 : 4;
  const times: [number[], number[]] = [[], []];
  for (let block = -5; block < BLOCKS; block++) {
    // The one that begins changes, so that neither always finds the caches the other left.
    for (const which of block % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const time = await microseconds(sessions[which]!, feeds, runs);
      if (block >= 0) times[which].push(time);
    }
  }
  const ratios = times[0].map((before, i) => times[1][i]! / before);
  results.push({
    batch,
    originalMicroseconds: round(median(times[0])),
    guardedMicroseconds: round(median(times[1])),
    overheadPercent: round(100 * (median(ratios) - 1)),
  });
  for (const session of sessions) await session.release();
}
process.stdout.write(
  `${JSON.stringify({ model: modelPath, threads: 1, blocks: BLOCKS, results }, null, 2)}\n`,
);

async function open(bytes: Uint8Array): Promise<InferenceSession> {
  return await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}

async function microseconds(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  runs: number,
): Promise<number> {
  const start = performance.now();
  for (let run = 0; run < runs; run++) await session.run(feeds);
  return ((performance.now() - start) * 1000) / runs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
