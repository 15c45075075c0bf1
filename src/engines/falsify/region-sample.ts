/** The samples of a region as a small dataset of their own: what a falsifier elsewhere may start from. */
import type { Dataset } from '../../dataset/dataset.js';
import { followers } from '../../mining/follow.js';
import type { Network } from '../../network/network.js';
import { domainFailure } from '../../obligation/contains.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { ScannedData } from './follower-scan.js';

/** Plain data, so that it can be sent to a thread or another machine. */
export interface RegionSample {
  readonly name: string;
  readonly featureShape: readonly number[];
  readonly count: number;
  /** count x inputs, row-major. */
  readonly points: Float64Array;
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  readonly classes: number;
  /** Activation patterns as in `PatternTable`. */
  readonly bits: Uint32Array;
  readonly words: number;
  readonly neurons: number;
}

/** The first samples, at most `limit`, that follow the obligation's NAPs and lie in its box; null if none do. */
export function regionSample(data: ScannedData, obligation: Obligation, limit: number): RegionSample | null {
  const { dataset, table } = data;
  const follows = followers(
    table,
    obligation.naps.map((phases) => ({ kind: 'nap', class: 0, phases })),
  );
  const chosen: number[] = [];
  for (let i = 0; i < table.count && chosen.length < limit; i++) {
    if (follows.some((flags) => flags[i] === 0)) continue;
    if (domainFailure(obligation, dataset.batch(i, i + 1)) === null) chosen.push(i);
  }
  if (chosen.length === 0) return null;
  const bits = new Uint32Array(chosen.length * table.words);
  for (const [row, i] of chosen.entries()) {
    bits.set(table.bits.subarray(i * table.words, (i + 1) * table.words), row * table.words);
  }
  return {
    name: dataset.name,
    featureShape: [...dataset.featureShape],
    count: chosen.length,
    points: dataset.gather(chosen),
    labels: Int32Array.from(chosen, (i) => table.labels[i]!),
    predictions: Int32Array.from(chosen, (i) => table.predictions[i]!),
    classes: table.classes,
    bits,
    words: table.words,
    neurons: table.neurons,
  };
}

/** The sample as scanned data again. Its indices are its own, so its sources name no sample of the original. */
export function scannedFrom(network: Network, sample: RegionSample): ScannedData {
  const { count, points, labels, predictions, classes, bits, words, neurons, featureShape } = sample;
  const featureSize = points.length / count;
  const gather = (indices: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(indices.length * featureSize);
    for (let row = 0; row < indices.length; row++) {
      const at = indices[row]! * featureSize;
      out.set(points.subarray(at, at + featureSize), row * featureSize);
    }
    return out;
  };
  const dataset: Dataset = Object.freeze({
    kind: 'dataset',
    name: `a sample of ${sample.name}`,
    format: 'npy',
    count,
    featureShape,
    featureSize,
    digest: '',
    files: [],
    classes,
    classNames: null,
    scaling: 'as scanned',
    selection: 'followers of a region',
    labels,
    batch: (from: number, to: number) => points.slice(from * featureSize, to * featureSize),
    gather,
  });
  const table = Object.freeze({
    kind: 'pattern-table' as const,
    count,
    neurons,
    classes,
    words,
    bits,
    labels,
    predictions,
    recounted: 0,
  });
  return { network, dataset, table };
}
