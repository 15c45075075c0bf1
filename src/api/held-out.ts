/** Samples kept out of mining, for honest statistics. */
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { limitSamples, splitIndices, splitSamples } from '../dataset/split.js';
import { InputError } from '../util/errors.js';
import type { Inputs } from './output-file.js';

export interface HeldOutChoice {
  /** A split of the mining dataset, disjoint from the mining part. */
  readonly split?: string;
  /** Another dataset. */
  readonly data?: string;
  readonly labels?: string;
}

/** The files that these options name, which no output may replace. */
export function miningInputs(options: {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  readonly heldOut?: HeldOutChoice;
}): Inputs {
  const { model, data, dataset, heldOut } = options;
  return [model, data, dataset?.labels, heldOut?.data, heldOut?.labels];
}

export interface MiningData {
  readonly dataset: Dataset;
  readonly heldOut: Dataset | null;
}

/**
 * Opens the mining data and, if asked for, the held-out data. `--split` and `--limit` choose from the mining
 * data only; with `--held-out heldout` alone, the mining part is `mine`.
 * @throws InputError if the two parts share a sample
 */
export async function openMiningData(
  path: string,
  options: OpenDatasetOptions,
  choice: HeldOutChoice,
): Promise<MiningData> {
  const { split: givenSplit, limit, labels, ...reading } = options;
  if (choice.split !== undefined && choice.data !== undefined) {
    throw new InputError('two sources of held-out samples', {
      place: '--held-out, --held-out-data',
      expected: 'one of them',
    });
  }
  const split = givenSplit ?? (choice.split === 'heldout' ? 'mine' : undefined);
  const whole = await openDataset(path, { ...reading, ...(labels === undefined ? {} : { labels }) });
  const part = split === undefined ? whole : splitSamples(whole, split);
  const dataset = limit === undefined ? part : limitSamples(part, limit);
  if (choice.data !== undefined) {
    const separate = choice.labels === undefined ? {} : { labels: choice.labels };
    return { dataset, heldOut: await openDataset(choice.data, { ...reading, ...separate }) };
  }
  if (choice.split === undefined) return { dataset, heldOut: null };
  const mining = indicesOf(whole, split).subarray(0, limit);
  const shared = sharedIndex(mining, indicesOf(whole, choice.split));
  if (shared !== null) {
    throw new InputError('a held-out sample is also used for mining', {
      file: path,
      place: `--held-out ${choice.split}, sample ${shared}`,
      expected: 'parts without a common sample, for example --split mine --held-out heldout',
      found: `--split ${split ?? '(all samples)'}`,
    });
  }
  return { dataset, heldOut: splitSamples(whole, choice.split) };
}

function indicesOf(dataset: Dataset, split: string | undefined): Int32Array {
  if (split !== undefined) return splitIndices(dataset, split);
  return Int32Array.from({ length: dataset.count }, (_, index) => index);
}

function sharedIndex(a: Int32Array, b: Int32Array): number | null {
  const inA = new Set(a);
  return b.find((index) => inA.has(index)) ?? null;
}
