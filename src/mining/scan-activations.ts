/**
 * One pass over a dataset: which neurons are active in each sample, and how the sample is classified, both
 * as exact arithmetic says. onnxruntime evaluates batches in float64; a sample whose smallest
 * |pre-activation|, or whose lead of the best logit, is within the coarse rounding bound is bounded element
 * by element, and if that leaves it open it is evaluated in exact arithmetic.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Dataset } from '../dataset/dataset.js';
import { type Network, type NeuronBlock, neuronBlocks, neuronCount } from '../network/network.js';
import { InputError } from '../util/errors.js';
import { boundedSampleEvaluator } from './bounded-signs.js';
import { type ExactSample, exactSampleEvaluator } from './exact-signs.js';
import { errorBounds, type ObservedSizes, roundingModel } from './rounding-bound.js';
import { signGraph } from './sign-graph.js';

/** One sample as the visitor sees it; `bits` is reused for the next sample. */
export interface ScannedSample {
  readonly index: number;
  readonly label: number;
  /** Greatest logit; of several equal ones the first. */
  readonly prediction: number;
  /** Bit i % 32 of word i >> 5 is 1 iff pre-activation of neuron i is > 0; unused bits are 0. */
  readonly bits: Uint32Array;
}

export interface ScanOptions {
  /** Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the scan by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ScanSummary {
  readonly samples: number;
  /** Samples that floating point could not decide, evaluated in exact arithmetic. */
  readonly recounted: number;
}

/** Memory of all intermediate tensors of one batch, in doubles (64 MB). */
const BATCH_DOUBLES = 8 * 1024 * 1024;
const LARGEST_BATCH = 1024;

/** Words of a bit-packed pattern. */
export function patternWords(neurons: number): number {
  return (neurons + 31) >>> 5;
}

/**
 * Visits every sample in order. Inputs of a float32 model are rounded to float32 first, as onnxruntime
 * would receive them. Memory does not depend on the number of samples.
 * @throws InputError if the dataset does not fit the network
 */
export async function scanActivations(
  network: Network,
  dataset: Dataset,
  visit: (sample: ScannedSample) => void,
  options: ScanOptions = {},
): Promise<ScanSummary> {
  assertFits(network, dataset);
  const graph = signGraph(network);
  const session = await InferenceSession.create(graph.bytes, { logSeverityLevel: 3 });
  try {
    const reader = sampleReader(network);
    const size = dataset.featureSize;
    const step = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_DOUBLES / graph.doublesPerSample)));
    for (let from = 0; from < dataset.count; from += step) {
      options.signal?.throwIfAborted();
      const to = Math.min(from + step, dataset.count);
      const inputs = checkedInputs(network, dataset, from, to);
      const outputs = await session.run({
        [graph.inputName]: new Tensor('float64', inputs, [to - from, size]),
      });
      const blocks = graph.blockNames.map((name) => outputs[name]!.data as Float64Array);
      const logits = outputs[graph.logitsName]!.data as Float64Array;
      for (let row = 0; row < to - from; row++) {
        const input = inputs.subarray(row * size, (row + 1) * size);
        const prediction = reader.read(input, blocks, logits, row);
        visit({ index: from + row, label: dataset.labels[from + row]!, prediction, bits: reader.bits });
      }
      options.onProgress?.(to, dataset.count);
    }
    return { samples: dataset.count, recounted: reader.recounted() };
  } finally {
    await session.release();
  }
}

function assertFits(network: Network, dataset: Dataset): void {
  const inputs = network.tensors[network.input]!.size;
  const classes = network.tensors[network.output]!.size;
  if (dataset.featureSize !== inputs) {
    throw new InputError('the samples do not fit the model', {
      file: dataset.name,
      expected: `${inputs} numbers per sample`,
      found: `${dataset.featureSize} (shape [${dataset.featureShape.join(', ')}])`,
    });
  }
  const foreign = dataset.labels.findIndex((label) => label < 0 || label >= classes);
  if (foreign >= 0) {
    throw new InputError('a label is no class of the model', {
      file: dataset.name,
      place: `label of sample ${foreign}`,
      expected: `0 to ${classes - 1}`,
      found: String(dataset.labels[foreign]),
    });
  }
}

/** The batch, rounded to the model's element type, all numbers finite. */
function checkedInputs(network: Network, dataset: Dataset, from: number, to: number): Float64Array {
  const inputs = dataset.batch(from, to);
  if (network.elementType === 'float32') {
    for (let i = 0; i < inputs.length; i++) inputs[i] = Math.fround(inputs[i]!);
  }
  const bad = inputs.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError('a sample holds a number that is not finite', {
      file: dataset.name,
      place: `sample ${from + Math.floor(bad / dataset.featureSize)}, feature ${bad % dataset.featureSize}`,
      expected: `a finite ${network.elementType} number`,
      found: String(inputs[bad]),
    });
  }
  return inputs;
}

interface SampleReader {
  readonly bits: Uint32Array;
  /** Fills `bits` for one row of a batch and returns the prediction. */
  read(input: Float64Array, blocks: readonly Float64Array[], logits: Float64Array, row: number): number;
  recounted(): number;
}

function sampleReader(network: Network): SampleReader {
  const blocks = neuronBlocks(network);
  const classes = network.tensors[network.output]!.size;
  const bits = new Uint32Array(patternWords(neuronCount(network)));
  const model = roundingModel(network);
  const least = new Float64Array(blocks.length);
  const observed: ObservedSizes = {
    largest: new Float64Array(network.tensors.length),
    nonZero: new Float64Array(network.tensors.length),
  };
  let bounded: ReturnType<typeof boundedSampleEvaluator> | null = null;
  let exact: ReturnType<typeof exactSampleEvaluator> | null = null;
  let recounted = 0;
  const closely = (input: Float64Array): ExactSample => {
    bounded ??= boundedSampleEvaluator(network);
    const decided = bounded(input);
    if (decided !== null) return decided;
    recounted++;
    exact ??= exactSampleEvaluator(network);
    return exact(input);
  };
  return {
    bits,
    recounted: () => recounted,
    read(input, outputs, logits, row) {
      bits.fill(0);
      observed.largest.fill(Number.NaN);
      observed.nonZero.fill(Number.NaN);
      readInput(network, input, observed);
      blocks.forEach((block, n) => {
        least[n] = readBlock(block, outputs[n]!, row, bits, observed);
      });
      const [prediction, lead] = best(logits.subarray(row * classes, (row + 1) * classes));
      if (isDecided(network, errorBounds(model, observed), blocks, least, lead)) return prediction;
      const sample = closely(input);
      bits.fill(0);
      sample.active.forEach((active, neuron) => {
        bits[neuron >>> 5]! |= active << (neuron & 31);
      });
      return sample.prediction;
    },
  };
}

function readInput(network: Network, input: Float64Array, observed: ObservedSizes): void {
  let largest = 0;
  let nonZero = 0;
  for (const value of input) {
    if (value === 0) continue;
    nonZero++;
    largest = Math.max(largest, Math.abs(value));
  }
  observed.largest[network.input] = largest;
  observed.nonZero[network.input] = nonZero;
}

/** Sets the bits of positive pre-activations, notes the largest values, returns the smallest |z|. */
function readBlock(
  block: NeuronBlock,
  values: Float64Array,
  row: number,
  bits: Uint32Array,
  observed: ObservedSizes,
): number {
  const { offset, size, layer } = block;
  const start = row * size;
  let least = Infinity;
  let largest = 0;
  let highest = 0;
  let active = 0;
  for (let i = 0; i < size; i++) {
    const z = values[start + i]!;
    const magnitude = Math.abs(z);
    if (z > 0) {
      const neuron = offset + i;
      bits[neuron >>> 5]! |= 1 << (neuron & 31);
      active++;
      if (z > highest) highest = z;
    }
    // Written so that NaN is kept and later fails the comparison with the bound.
    if (!(magnitude >= least)) least = magnitude;
    if (!(magnitude <= largest)) largest = magnitude;
  }
  observed.largest[layer.input] = largest;
  if (layer.slope === 0) {
    observed.largest[layer.output] = highest;
    observed.nonZero[layer.output] = active;
  }
  return least;
}

/** Greatest logit (the first of equal ones) and its lead over the next; the lead of a single logit is infinite. */
function best(logits: Float64Array): [prediction: number, lead: number] {
  let prediction = 0;
  let second = -Infinity;
  for (let k = 1; k < logits.length; k++) {
    if (logits[k]! > logits[prediction]!) {
      second = logits[prediction]!;
      prediction = k;
    } else if (!(logits[k]! <= second)) second = logits[k]!;
  }
  return [prediction, logits[prediction]! - second];
}

/** Whether no rounding error within the bounds can change a sign or the prediction. */
function isDecided(
  network: Network,
  bounds: Float64Array,
  blocks: readonly NeuronBlock[],
  least: Float64Array,
  lead: number,
): boolean {
  if (!blocks.every((block, n) => least[n]! > bounds[block.layer.input]!)) return false;
  // Two logits may err by the bound each; the rest of the factor covers the rounding of the difference.
  return lead > 4 * bounds[network.output]!;
}
