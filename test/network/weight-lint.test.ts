import { describe, expect, it } from 'vitest';
import type { LinearLayer, Network } from '../../src/network/network.js';
import { lintWeights } from '../../src/network/weight-lint.js';

function network(
  map: LinearLayer['map'],
  bias: readonly number[],
  elementType: Network['elementType'] = 'float32',
): Network {
  return {
    kind: 'network',
    tensors: [
      { name: 'x', shape: [map.cols], size: map.cols },
      { name: 'z', shape: [map.rows], size: map.rows },
    ],
    layers: [
      {
        kind: 'linear',
        node: 'Gemm "fc"',
        inputs: [0],
        output: 1,
        map,
        bias: Float64Array.from(bias),
        divisor: null,
      },
    ],
    input: 0,
    output: 1,
    elementType,
    notes: [],
  };
}

function dense(rows: readonly (readonly number[])[]): LinearLayer['map'] {
  const cols = rows[0]!.length;
  return { kind: 'dense', rows: rows.length, cols, weight: Float64Array.from(rows.flat()) };
}

describe('lintWeights', () => {
  it('says nothing about ordinary weights and zeros', () => {
    expect(
      lintWeights(
        network(
          dense([
            [1, -0.5],
            [0, 0],
          ]),
          [0, 0.1],
        ),
      ),
    ).toEqual([]);
  });

  it('accepts a ratio of exactly 2^24 and names the worst row beyond it', () => {
    const exact = dense([[2 ** 24, 1]]);
    expect(lintWeights(network(exact, [0]))).toEqual([]);
    const map = dense([
      [1, 1],
      [2 ** 24, 0.5],
      [2 ** 25, 0.25],
    ]);
    expect(lintWeights(network(map, [0, 0, 0]))).toEqual([
      expect.objectContaining({
        kind: 'magnitude-ratio',
        node: 'Gemm "fc"',
        rows: 2,
        row: 2,
        smallest: 0.25,
        largest: 2 ** 25,
      }),
    ]);
  });

  it('counts the bias as part of the row', () => {
    const found = lintWeights(network(dense([[1]]), [2e9]));
    expect(found.map((lint) => lint.kind)).toEqual(['magnitude-ratio', 'large-constant']);
    expect(found[1]).toMatchObject({ row: 0, largest: 2e9 });
  });

  it('knows the denormals of each element type', () => {
    const map = dense([[2 ** -127]]);
    expect(lintWeights(network(map, [0]))).toEqual([
      expect.objectContaining({ kind: 'denormal', smallest: 2 ** -127 }),
    ]);
    expect(lintWeights(network(map, [0], 'float64'))).toEqual([]);
    expect(lintWeights(network(dense([[2 ** -126]]), [0]))).toEqual([]);
  });

  it('looks at a convolution by channel', () => {
    const map: LinearLayer['map'] = {
      kind: 'conv',
      rows: 4,
      cols: 2,
      inChannels: 1,
      inHeight: 1,
      inWidth: 2,
      outChannels: 2,
      outHeight: 1,
      outWidth: 2,
      kernelHeight: 1,
      kernelWidth: 1,
      strides: [1, 1],
      dilations: [1, 1],
      padTop: 0,
      padLeft: 0,
      groups: 1,
      weight: Float64Array.of(1, 1e10),
    };
    expect(lintWeights(network(map, [0, 0, 0, 0]))).toEqual([
      expect.objectContaining({ kind: 'large-constant', rows: 1, row: 1, largest: 1e10 }),
    ]);
  });

  it('looks at sparse rows', () => {
    const map: LinearLayer['map'] = {
      kind: 'sparse',
      rows: 2,
      cols: 3,
      rowStart: Int32Array.of(0, 1, 3),
      col: Int32Array.of(0, 1, 2),
      weight: Float64Array.of(1, 1, 2 ** -30),
    };
    expect(lintWeights(network(map, [0, 0]))).toEqual([
      expect.objectContaining({ kind: 'magnitude-ratio', rows: 1, row: 1 }),
    ]);
  });
});
