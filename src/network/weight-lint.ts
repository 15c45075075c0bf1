/**
 * Weights that make floating-point evaluation or solving untrustworthy. Findings are remarks: proofs are
 * about the exact numbers, but a classifier with such weights may compute something else in float32, and an
 * LP solver's tolerances (about 1e-9 relative) stop meaning anything.
 */
import type { LinearLayer, LinearMap, Network } from './network.js';

export interface WeightLint {
  readonly kind: 'magnitude-ratio' | 'large-constant' | 'denormal';
  readonly node: string;
  /** Neurons of the node that are affected. */
  readonly rows: number;
  /** The worst of them: output index, or output channel of a convolution. */
  readonly row: number;
  /** Smallest non-zero and largest magnitude among that row's weights and bias. */
  readonly smallest: number;
  readonly largest: number;
  readonly message: string;
}

/** float32 has 24 significant bits: beyond this ratio the smallest weight cannot change a sum with the largest. */
const MAX_RATIO = 2 ** 24;
const LARGE_CONSTANT = 1e9;
const SMALLEST_NORMAL = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

interface Row {
  readonly row: number;
  readonly smallest: number;
  readonly largest: number;
}

/** One remark per node and kind, about the worst row. */
export function lintWeights(network: Network): WeightLint[] {
  const tiny = SMALLEST_NORMAL[network.elementType];
  const found: WeightLint[] = [];
  for (const layer of network.layers) {
    if (layer.kind !== 'linear') continue;
    const rows = rowMagnitudes(layer);
    const add = (kind: WeightLint['kind'], affected: readonly Row[], message: (row: Row) => string): void => {
      const worst = affected[0];
      if (worst === undefined) return;
      found.push({ kind, node: layer.node, rows: affected.length, ...worst, message: message(worst) });
    };
    add(
      'magnitude-ratio',
      worstFirst(rows, ({ smallest, largest }) => largest / smallest, MAX_RATIO),
      ({ smallest, largest }) =>
        `weights of one neuron range from ${smallest} to ${largest}, a ratio above 2^24: in float32 the small ones are lost`,
    );
    add(
      'large-constant',
      worstFirst(rows, (row) => row.largest, LARGE_CONSTANT),
      ({ largest }) => `a constant of magnitude ${largest}, above 1e9: solver tolerances lose their meaning`,
    );
    add(
      'denormal',
      worstFirst(rows, (row) => (row.smallest < tiny ? tiny / row.smallest : 0), 1),
      ({ smallest }) => `a denormal constant ${smallest}: some processors and runtimes flush it to zero`,
    );
  }
  return found;
}

function worstFirst(rows: readonly Row[], badness: (row: Row) => number, limit: number): Row[] {
  return rows.filter((row) => badness(row) > limit).sort((a, b) => badness(b) - badness(a) || a.row - b.row);
}

/** Rows without any non-zero number are left out. */
function rowMagnitudes(layer: LinearLayer): Row[] {
  const rows: Row[] = [];
  const { count, weights } = rowWeights(layer.map);
  const biasPerRow = layer.map.rows / count;
  for (let row = 0; row < count; row++) {
    let smallest = Infinity;
    let largest = 0;
    const see = (values: Float64Array): void => {
      for (const value of values) {
        const magnitude = Math.abs(value);
        if (magnitude === 0) continue;
        if (magnitude < smallest) smallest = magnitude;
        if (magnitude > largest) largest = magnitude;
      }
    };
    see(weights(row));
    see(layer.bias.subarray(row * biasPerRow, (row + 1) * biasPerRow));
    if (largest > 0) rows.push({ row, smallest, largest });
  }
  return rows;
}

/** The stored weights by row; a convolution's are shared by all positions of a channel. */
function rowWeights(map: LinearMap): { count: number; weights: (row: number) => Float64Array } {
  switch (map.kind) {
    case 'dense':
      return {
        count: map.rows,
        weights: (row) => map.weight.subarray(row * map.cols, (row + 1) * map.cols),
      };
    case 'conv': {
      const size = map.weight.length / map.outChannels;
      return {
        count: map.outChannels,
        weights: (channel) => map.weight.subarray(channel * size, (channel + 1) * size),
      };
    }
    case 'sparse':
      return {
        count: map.rows,
        weights: (row) => map.weight.subarray(map.rowStart[row]!, map.rowStart[row + 1]!),
      };
  }
}
