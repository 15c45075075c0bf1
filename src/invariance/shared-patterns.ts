/** Samples on which the network is the same affine map: the largest sets that one cone certificate can cover. */

import { type ConeRegion, inConeRegion } from '../checker/cone-region.js';
import type { Dataset } from '../dataset/dataset.js';
import { type PatternTable, recordPatterns } from '../mining/patterns.js';
import { forward } from '../network/forward.js';
import { type Network, neuronBlocks } from '../network/network.js';

/** All samples of the dataset with one full activation pattern and one class; ascending. */
export interface PatternGroup {
  readonly class: number;
  readonly samples: readonly number[];
}

/** The recorded patterns, and the groups, largest first. */
export interface SharedPatterns {
  readonly table: PatternTable;
  readonly groups: readonly PatternGroup[];
}

/**
 * Groups by the signs of all neurons and the class, both exact, and by the winners of maxima, which floating point
 * decides here: whoever claims something about a group lets the checker decide. Largest first, then by first sample.
 */
export async function patternGroups(
  network: Network,
  dataset: Dataset,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<SharedPatterns> {
  const table = await recordPatterns(network, dataset, { onProgress });
  const groups = new Map<string, number[]>();
  for (let i = 0; i < table.count; i++) {
    const bits = table.bits.subarray(i * table.words, (i + 1) * table.words);
    const key = `${table.predictions[i]}:${bits.join()}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  const split = [...groups.values()].flatMap((samples) => splitByWinners(network, dataset, samples));
  const sorted = split
    .map((samples) => ({ class: table.predictions[samples[0]!]!, samples }))
    .sort((a, b) => b.samples.length - a.samples.length || a.samples[0]! - b.samples[0]!);
  return { table, groups: sorted };
}

/**
 * The samples in a cone's closed region (checker/cone-region.ts), those on its boundary included, ascending. Exact: the
 * recorded signs rule most samples out, the others are evaluated over the rationals.
 */
export function samplesInCone(
  network: Network,
  dataset: Dataset,
  { bits, words, count, predictions }: PatternTable,
  region: ConeRegion,
  label: number,
): number[] {
  const off = new Uint32Array(words);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    const signs = region.signs.get(layer.input)!;
    for (let i = 0; i < size; i++) {
      const neuron = offset + i;
      if (signs[i]! < 0) off[neuron >>> 5] = off[neuron >>> 5]! | (1 << (neuron & 31));
    }
  }
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  const inside: number[] = [];
  for (let i = 0; i < count; i++) {
    // On where the region needs it off: z > 0 exactly.
    if (predictions[i] !== label || off.some((mask, w) => (mask & bits[i * words + w]!) !== 0)) continue;
    if (inConeRegion(network, region, label, dataset.batch(i, i + 1).map(round))) inside.push(i);
  }
  return inside;
}

function splitByWinners(network: Network, dataset: Dataset, samples: readonly number[]): number[][] {
  const maxima = network.layers.filter((layer) => layer.kind === 'max');
  if (maxima.length === 0 || samples.length === 1) return [[...samples]];
  const parts = new Map<string, number[]>();
  for (const sample of samples) {
    const { tensors } = forward(network, dataset.batch(sample, sample + 1));
    const key = maxima
      .map(({ input, rowStart, col }) => {
        const x = tensors[input]!;
        return Array.from({ length: rowStart.length - 1 }, (_, i) => {
          let best = col[rowStart[i]!]!;
          for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) if (x[col[k]!]! > x[best]!) best = col[k]!;
          return best;
        }).join();
      })
      .join(';');
    parts.set(key, [...(parts.get(key) ?? []), sample]);
  }
  return [...parts.values()];
}
