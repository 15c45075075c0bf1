/** Search for an input and a factor whose product gets another class. */
import { fromDoubles, scaleVector } from '../checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../checker/exact/evaluate.js';
import { fromDouble } from '../checker/exact/rational.js';
import type { Dataset } from '../dataset/dataset.js';
import { randomSamples } from '../network/compare-oracle.js';
import { argmax } from '../network/forward.js';
import type { Network } from '../network/network.js';
import type { OracleSession } from '../network/oracle.js';

/** Exact classes differ and are each a single one; onnxruntime gives the same two classes. */
export interface ScalingWitness {
  /** In the model's element type. */
  readonly point: Float64Array;
  /** > 0; the scaled point is factor * point in real arithmetic. */
  readonly factor: number;
  readonly classes: readonly [number, number];
  readonly runtimeClasses: readonly [number, number];
  readonly source: string;
}

export interface ScalingSearch {
  readonly network: Network;
  /** The original model. */
  readonly runtime: OracleSession;
  /** Samples to try; without them 500 random inputs in [0, 1] are tried. */
  readonly dataset: Dataset | null;
  readonly signal?: AbortSignal;
}

/** Factors in the order in which they are tried: near 1 first. */
export const TRIED_FACTORS: readonly number[] = [0.5, 2, 0.25, 0.1, 0.05, 0.01, 10, 100, 0.001, 1e-6];

const BATCH = 500;
/** Halvings of the interval between a factor that changes the class and 1. */
const HALVINGS = 20;

/** The first witness among the samples, moved towards factor 1 as far as its two classes last; null if none is found. */
export async function findScalingWitness(search: ScalingSearch): Promise<ScalingWitness | null> {
  const { network, runtime, signal } = search;
  for (const { points, count, nameOf } of batches(search)) {
    const before = classesOf((await runtime.run(points, count)).logits, count);
    for (const factor of TRIED_FACTORS) {
      if (signal?.aborted) return null;
      const after = classesOf(
        (
          await runtime.run(
            points.map((x) => factor * x),
            count,
          )
        ).logits,
        count,
      );
      for (let i = 0; i < count; i++) {
        if (before[i] === after[i]) continue;
        const size = points.length / count;
        const point = points.slice(i * size, (i + 1) * size);
        const found = await confirm(network, runtime, point, factor, nameOf(i));
        if (found !== null) return nearest(network, runtime, found);
      }
    }
  }
  return null;
}

function* batches({ network, dataset }: ScalingSearch) {
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  if (dataset === null) {
    const samples = randomSamples(network.tensors[network.input]!.size, BATCH, 1);
    const points = Float64Array.from(
      samples.flatMap((sample) => [...sample]),
      (x) => round(Math.abs(x)),
    );
    yield { points, count: BATCH, nameOf: (i: number) => `random input ${i}` };
    return;
  }
  for (let from = 0; from < dataset.count; from += BATCH) {
    const to = Math.min(from + BATCH, dataset.count);
    const points = dataset.batch(from, to).map(round);
    yield { points, count: to - from, nameOf: (i: number) => `${dataset.name}#${from + i}` };
  }
}

function classesOf(logits: ArrayLike<number>, count: number): number[] {
  const size = logits.length / count;
  return Array.from(
    { length: count },
    (_, i) => argmax(Array.prototype.slice.call(logits, i * size, (i + 1) * size)).index,
  );
}

/** The pair as a witness, if exact arithmetic and onnxruntime agree that its classes differ. */
async function confirm(
  network: Network,
  runtime: OracleSession,
  point: Float64Array,
  factor: number,
  source: string,
): Promise<ScalingWitness | null> {
  const exact = fromDoubles(point);
  const [a, b] = [exact, scaleVector(exact, fromDouble(factor))].map(
    (x) => exactClass(exactLogits(network, evaluateExact(network, x))).winners,
  );
  if (a!.length !== 1 || b!.length !== 1 || a![0] === b![0]) return null;
  const both = Float64Array.from([...point, ...point.map((x) => factor * x)]);
  const [first, second] = classesOf((await runtime.run(both, 2)).logits, 2);
  if (first !== a![0] || second !== b![0]) return null;
  return { point, factor, classes: [a![0]!, b![0]!], runtimeClasses: [first!, second!], source };
}

async function nearest(
  network: Network,
  runtime: OracleSession,
  found: ScalingWitness,
): Promise<ScalingWitness> {
  let best = found;
  let same = 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (same + best.factor) / 2;
    const closer = await confirm(network, runtime, found.point, middle, found.source);
    if (closer === null) same = middle;
    else best = closer;
  }
  return best;
}
