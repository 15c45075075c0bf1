/** Small networks and datasets written out by hand for the mining tests. */
import fc from 'fast-check';
import { createDataset, type Dataset } from '../../src/dataset/dataset.js';
import type { PatternTable } from '../../src/mining/patterns.js';
import type { ConvMap, Network, SparseMap } from '../../src/network/network.js';
import { denseRows, linear, network, relu } from '../helpers/layers.js';

/** Rows of a dataset with labels. */
export function dataset(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  name = 'rows',
): Dataset {
  const width = rows[0]!.length;
  return createDataset({
    name,
    format: 'csv',
    featureShape: [width],
    labels: Int32Array.from(labels),
    classes: Math.max(...labels) + 1,
    samples: { kind: 'numbers', data: Float64Array.from(rows.flat()) },
    scaling: 'none',
    files: [{ role: 'data', sha256: `${name}-${rows.length}-${JSON.stringify(rows).length}` }],
  });
}

/** A network of two inputs and two classes: neurons x0 - x1 and x1 - x0, logits their activations. */
export function duel(): Network {
  const difference = denseRows([
    [1, -1],
    [-1, 1],
  ]);
  const identity = denseRows([
    [1, 0],
    [0, 1],
  ]);
  return network(
    [2, 2, 2, 2],
    [linear([0], 1, difference, [0, 0]), relu(1, 2), linear([2], 3, identity, [0, 0])],
  );
}

const small = fc.integer({ min: -2, max: 2 });
const list = (length: number) => fc.array(small, { minLength: length, maxLength: length });

/**
 * Integer networks with every kind of layer: a padded grouped convolution, leaky ReLU, max, a residual sum
 * of two tensors, a division by powers of two, and dense layers. Doubles compute them exactly, and
 * pre-activations that are exactly zero are frequent.
 */
export const integerNetworks: fc.Arbitrary<Network> = fc
  .record({
    kernel: list(4 * 1 * 2 * 2),
    convBias: list(4 * 9),
    slope: fc.constantFrom(0, 0.5),
    residual: fc.array(list(4 * 9 + 18), { minLength: 3, maxLength: 3 }),
    residualBias: list(3),
    divisor: fc.array(fc.constantFrom(1, 2, 4), { minLength: 3, maxLength: 3 }),
    last: fc.array(list(3), { minLength: 3, maxLength: 3 }),
    lastBias: list(3),
  })
  .map(({ kernel, convBias, slope, residual, residualBias, divisor, last, lastBias }) => {
    const conv: ConvMap = {
      kind: 'conv',
      rows: 36,
      cols: 18,
      inChannels: 2,
      inHeight: 3,
      inWidth: 3,
      outChannels: 4,
      outHeight: 3,
      outWidth: 3,
      kernelHeight: 2,
      kernelWidth: 2,
      strides: [1, 1],
      dilations: [1, 1],
      padTop: 1,
      padLeft: 0,
      groups: 2,
      weight: Float64Array.from(kernel),
    };
    const terms = residual.map((row) =>
      row.flatMap((weight, column) => (weight > 0 ? [{ weight, column }] : [])),
    );
    const sparse: SparseMap = {
      kind: 'sparse',
      rows: 3,
      cols: 54,
      rowStart: Int32Array.from([0, 1, 2, 3], (n) =>
        terms.slice(0, n).reduce((sum, row) => sum + row.length, 0),
      ),
      col: Int32Array.from(terms.flat(), ({ column }) => column),
      weight: Float64Array.from(terms.flat(), ({ weight }, i) => (i % 2 === 0 ? weight : -weight)),
    };
    return network(
      [18, 36, 36, 36, 3, 3, 3],
      [
        linear([0], 1, conv, convBias),
        relu(1, 2, slope),
        {
          kind: 'max',
          node: 'max',
          input: 2,
          output: 3,
          rowStart: Int32Array.from({ length: 37 }, (_, i) => (i === 36 ? 71 : 2 * i)),
          col: Int32Array.from({ length: 71 }, (_, i) => (i % 2 === 0 ? i / 2 : ((i + 1) / 2) % 36)),
        },
        linear([3, 0], 4, sparse, residualBias, divisor),
        relu(4, 5),
        linear([5], 6, denseRows(last), lastBias),
      ],
    );
  });

/** Inputs for {@link integerNetworks}. */
export const integerInputs = fc.array(list(18), { minLength: 1, maxLength: 6 });

/** Active neurons of one sample, ascending. */
export function activeNeurons(table: PatternTable, sample: number): number[] {
  const neurons: number[] = [];
  for (let n = 0; n < table.neurons; n++) {
    if (((table.bits[sample * table.words + (n >>> 5)]! >>> (n & 31)) & 1) === 1) neurons.push(n);
  }
  return neurons;
}

/** Indices of the ones. */
export const ones = (active: Uint8Array) => [...active.keys()].filter((n) => active[n] === 1);
