/** Does the lowered network compute what onnxruntime computes on the file? Asked before anything is claimed. */
import { assertNever, InputError } from '../util/errors.js';
import { boxSamples, type SampleBox } from './box-samples.js';
import { boundedEvaluator, mayOverflow } from './error-bound.js';
import type { LinearMap, Network } from './network.js';
import { exposable, openSession } from './oracle.js';

/** Elements of all tensors of the samples that onnxruntime evaluates together. */
const ELEMENTS_AT_ONCE = 2 ** 24;

/** Products of all samples together; large networks are compared on fewer samples, at least on one. */
const PRODUCTS = 2 ** 31;

export interface ComparisonOptions {
  /** Seed of the random samples. */
  readonly seed?: number;
  /** Random samples, half of them from [0, 1], half from [-1, 1]. */
  readonly random?: number;
  /** Inputs that something is to be claimed about: corners, centre and random points of each box are compared as well. */
  readonly boxes?: readonly SampleBox[];
}

export interface Comparison {
  readonly kind: 'comparison';
  readonly samples: number;
  /** Names of the tensors compared, in the order of the layers. */
  readonly tensors: readonly string[];
  /** Largest difference relative to the rounding bound; at most 1. */
  readonly worst: number;
  /** Largest absolute difference. */
  readonly largest: number;
}

/**
 * Runs onnxruntime and `forward` on the given samples and on random ones, and compares every tensor that
 * exists in the ONNX graph; of a large network on some of the samples only. Differences are allowed up to the bound of error-bound.ts, once for each side.
 * @throws InputError naming the first tensor and element that differ by more.
 */
export async function compareWithOracle(
  network: Network,
  bytes: Uint8Array,
  samples: readonly Float64Array[],
  options: ComparisonOptions = {},
): Promise<Comparison> {
  const size = network.tensors[network.input]!.size;
  const seed = options.seed ?? 1;
  const rounded = (sample: Float64Array) =>
    network.elementType === 'float32' ? sample.map(Math.fround) : sample;
  const evaluate = boundedEvaluator(network);
  const next = uniform(seed);
  const ordinary = [...samples, ...randomSamples(size, options.random ?? 8, seed)];
  const extreme = (options.boxes ?? []).flatMap((box) => boxSamples(box, next));
  const candidates = [
    ...ordinary.map((sample) => ({ sample: rounded(sample), far: false })),
    ...extreme.map((sample) => ({ sample: rounded(sample), far: true })),
  ];
  // Where a float overflows, runtimes compute infinities that say nothing about the network.
  const all = evenly(candidates, Math.max(1, Math.floor(PRODUCTS / productsOf(network))))
    .filter(({ sample, far }) => !far || !mayOverflow(network, evaluate(sample)))
    .map(({ sample }) => sample);
  const produced = new Set(exposable(bytes, network));
  const ids = network.layers.map((layer) => layer.output).filter((id) => produced.has(id));
  const session = await openSession(bytes, network, { expose: ids });
  let worst = 0;
  let largest = 0;
  // All tensors of a run are in memory at once.
  const elements = network.tensors.reduce((sum, tensor) => sum + tensor.size, 0);
  const step = Math.max(1, Math.floor(ELEMENTS_AT_ONCE / elements));
  try {
    for (let from = 0; from < all.length; from += step) {
      const part = all.slice(from, from + step);
      const batch = new Float64Array(part.length * size);
      part.forEach((sample, s) => {
        batch.set(sample, s * size);
      });
      const { exposed } = await session.run(batch, part.length);
      part.forEach((sample, s) => {
        const { tensors, errors } = evaluate(sample);
        ids.forEach((id, k) => {
          const mine = tensors[id]!;
          for (let i = 0; i < mine.length; i++) {
            const theirs = exposed[k]![s * mine.length + i]!;
            const difference = Math.abs(mine[i]! - theirs);
            const bound = 2 * errors[id]![i]!;
            if (!(difference <= bound))
              throw disagreement(network.tensors[id]!.name, i, from + s, mine[i]!, theirs, bound);
            largest = Math.max(largest, difference);
            if (bound > 0) worst = Math.max(worst, difference / bound);
          }
        });
      });
    }
  } finally {
    await session.close();
  }
  return {
    kind: 'comparison',
    samples: all.length,
    tensors: ids.map((id) => network.tensors[id]!.name),
    worst,
    largest,
  };
}

/** At most `most` of the items, from first to last. */
function evenly<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

/** Products of one evaluation. */
function productsOf({ layers }: Network): number {
  let sum = 0;
  for (const layer of layers) if (layer.kind === 'linear') sum += entriesOf(layer.map);
  return Math.max(sum, 1);
}

function entriesOf(map: LinearMap): number {
  switch (map.kind) {
    case 'dense':
      return map.rows * map.cols;
    case 'sparse':
      return map.weight.length;
    case 'conv':
      return (map.rows / map.outChannels) * map.weight.length;
    default:
      return assertNever(map, 'map');
  }
}

function disagreement(
  name: string,
  element: number,
  sample: number,
  mine: number,
  theirs: number,
  bound: number,
) {
  return new InputError(
    'onnxruntime and napcert compute different values; nothing can be claimed about this model',
    {
      place: `tensor "${name}", element ${element}, sample ${sample}`,
      expected: `${mine} within ${bound} (rounding bound), computed by napcert`,
      found: `${theirs}, computed by onnxruntime`,
    },
  );
}

/** Reproducible samples: uniform in [0, 1] and in [-1, 1] in turn. */
export function randomSamples(size: number, count: number, seed: number): readonly Float64Array[] {
  const next = uniform(seed);
  return Array.from({ length: count }, (_, s) =>
    Float64Array.from({ length: size }, () => (s % 2 === 0 ? next() : 2 * next() - 1)),
  );
}

/** Source: mulberry32, public domain, by Tommy Ettinger. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
