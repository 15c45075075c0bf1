/** Accuracy of a model, as onnxruntime evaluates it, on samples multiplied by a factor: brightness turned down. */
import type { Dataset } from '../dataset/dataset.js';
import { argmax } from '../network/forward.js';
import type { Network } from '../network/network.js';
import type { OracleSession } from '../network/oracle.js';

export interface AccuracyAt {
  readonly factor: number;
  /** Samples whose class is their label. */
  readonly correct: number;
  /** Samples whose class is not the one of factor 1. */
  readonly changed: number;
}

const BATCH = 500;

/**
 * Classifies factor * sample for every factor, the product rounded to the model's element type; of equal logits the
 * first wins.
 */
export async function accuracyAt(
  network: Pick<Network, 'elementType'>,
  runtime: OracleSession,
  dataset: Dataset,
  factors: readonly number[],
  onProgress: (done: number) => void = () => {},
): Promise<AccuracyAt[]> {
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  const rows = factors.map((factor) => ({ factor, correct: 0, changed: 0 }));
  for (let from = 0; from < dataset.count; from += BATCH) {
    const to = Math.min(from + BATCH, dataset.count);
    const batch = dataset.batch(from, to).map(round);
    const classesAt = async (factor: number): Promise<number[]> => {
      const { logits } = await runtime.run(
        factor === 1 ? batch : batch.map((x) => round(factor * x)),
        to - from,
      );
      const size = logits.length / (to - from);
      return Array.from(
        { length: to - from },
        (_, i) => argmax(logits.subarray(i * size, (i + 1) * size)).index,
      );
    };
    const unscaled = await classesAt(1);
    for (const row of rows) {
      const classes = row.factor === 1 ? unscaled : await classesAt(row.factor);
      classes.forEach((label, i) => {
        if (label === dataset.labels[from + i]) row.correct++;
        if (label !== unscaled[i]) row.changed++;
      });
    }
    onProgress(to);
  }
  return rows;
}
