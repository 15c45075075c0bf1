/**
 * How near a class's samples come to breaking a literal that none of them breaks: literals with little room are the ones
 * that unseen samples break first. Floating point (onnxruntime); it only orders deletions.
 */
import type { Dataset } from '../dataset/dataset.js';
import type { PatternTable } from '../mining/patterns.js';
import { type Network, neuronBlocks } from '../network/network.js';
import { exposable, openSession } from '../network/oracle.js';

/** By neuron, over the correctly classified samples of one class, of the pre-activation. */
export interface Extremes {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  readonly deviation: Float64Array;
}

const BATCH = 512;

/** Null where the runtime cannot show a pre-activation (lowering has merged nodes). */
export async function classExtremes(
  bytes: Uint8Array,
  network: Network,
  dataset: Dataset,
  table: PatternTable,
): Promise<readonly Extremes[] | null> {
  const blocks = neuronBlocks(network);
  const visible = new Set(exposable(bytes, network));
  const expose = blocks.map(({ layer }) => layer.input);
  if (!expose.every((id) => visible.has(id))) return null;
  const sums = Array.from({ length: table.classes }, () => emptySums(table.neurons));
  const session = await openSession(bytes, network, { expose, optimize: true });
  try {
    for (let from = 0; from < dataset.count; from += BATCH) {
      const to = Math.min(dataset.count, from + BATCH);
      const { exposed } = await session.run(dataset.batch(from, to), to - from);
      for (let i = from; i < to; i++) {
        const label = table.labels[i]!;
        if (table.predictions[i] !== label) continue;
        const own = sums[label]!;
        own.count++;
        blocks.forEach(({ offset, size }, b) => {
          const values = exposed[b]!;
          const at = (i - from) * size;
          for (let n = 0; n < size; n++) add(own, offset + n, values[at + n]!);
        });
      }
    }
  } finally {
    await session.close();
  }
  return sums.map(({ count, sum, squares, least, greatest }) => ({
    least,
    greatest,
    deviation: squares.map((square, n) => Math.sqrt(Math.max(0, square / count - (sum[n]! / count) ** 2))),
  }));
}

/** Room of a literal in standard deviations: how far the nearest sample stays on its side. */
export function roomOf({ least, greatest, deviation }: Extremes, neuron: number, phase: number): number {
  const room = phase > 0 ? least[neuron]! : -greatest[neuron]!;
  return deviation[neuron]! > 0 ? room / deviation[neuron]! : Number.POSITIVE_INFINITY;
}

function emptySums(neurons: number) {
  return {
    count: 0,
    sum: new Float64Array(neurons),
    squares: new Float64Array(neurons),
    least: new Float64Array(neurons).fill(Number.POSITIVE_INFINITY),
    greatest: new Float64Array(neurons).fill(Number.NEGATIVE_INFINITY),
  };
}

function add(own: ReturnType<typeof emptySums>, n: number, z: number): void {
  own.sum[n]! += z;
  own.squares[n]! += z * z;
  if (z < own.least[n]!) own.least[n] = z;
  if (z > own.greatest[n]!) own.greatest[n] = z;
}
