/** Bit-packed activation patterns: one bit per neuron and sample, and what each sample was classified as. */
import type { Dataset } from '../dataset/dataset.js';
import { ACTIVE, INACTIVE, type Phases } from '../nap/nap.js';
import { type Network, neuronCount } from '../network/network.js';
import { patternWords, type ScanOptions, scanActivations } from './scan-activations.js';

/** Patterns of all samples of a dataset; the memory is count * ceil(neurons / 32) * 4 bytes. */
export interface PatternTable {
  readonly kind: 'pattern-table';
  readonly count: number;
  readonly neurons: number;
  readonly classes: number;
  /** Words per sample; sample i is at words [i * words, (i + 1) * words). */
  readonly words: number;
  /** Bit n % 32 of word n >> 5 is 1 iff the neuron's pre-activation is > 0. */
  readonly bits: Uint32Array;
  readonly labels: Int32Array;
  /** Class by the network in exact arithmetic; of several equal greatest logits the first. */
  readonly predictions: Int32Array;
  /** Samples that had to be evaluated in exact arithmetic. */
  readonly recounted: number;
}

/** Evaluates a dataset once and keeps every sample's pattern. See {@link scanActivations} for errors. */
export async function recordPatterns(
  network: Network,
  dataset: Dataset,
  options: ScanOptions = {},
): Promise<PatternTable> {
  const neurons = neuronCount(network);
  const words = patternWords(neurons);
  const bits = new Uint32Array(dataset.count * words);
  const labels = new Int32Array(dataset.count);
  const predictions = new Int32Array(dataset.count);
  const { recounted } = await scanActivations(
    network,
    dataset,
    (sample) => {
      bits.set(sample.bits, sample.index * words);
      labels[sample.index] = sample.label;
      predictions[sample.index] = sample.prediction;
    },
    options,
  );
  return Object.freeze({
    kind: 'pattern-table',
    count: dataset.count,
    neurons,
    classes: network.tensors[network.output]!.size,
    words,
    bits,
    labels,
    predictions,
    recounted,
  });
}

/** Literals as two masks in the layout of a pattern. */
export interface LiteralMasks {
  readonly active: Uint32Array;
  readonly inactive: Uint32Array;
}

export function literalMasks(phases: Phases): LiteralMasks {
  const active = new Uint32Array(patternWords(phases.length));
  const inactive = new Uint32Array(active.length);
  phases.forEach((phase, neuron) => {
    if (phase === ACTIVE) active[neuron >>> 5]! |= 1 << (neuron & 31);
    else if (phase === INACTIVE) inactive[neuron >>> 5]! |= 1 << (neuron & 31);
  });
  return { active, inactive };
}

/** Whether the pattern that starts at word `at` has all literals (strict: active means z > 0). */
export function patternFollows(bits: Uint32Array, at: number, masks: LiteralMasks): boolean {
  const { active, inactive } = masks;
  for (let word = 0; word < active.length; word++) {
    const pattern = bits[at + word]!;
    if ((active[word]! & ~pattern) !== 0 || (inactive[word]! & pattern) !== 0) return false;
  }
  return true;
}
