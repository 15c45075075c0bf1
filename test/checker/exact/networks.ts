/** Random networks, as IR objects. */
import * as fc from 'fast-check';
import type { ConvMap, LinearMap, Network } from '../../../src/network/network.js';
import { linear, network, relu } from '../../helpers/layers.js';

/** Weights of moderate size with zeros, short and long mantissas, and float32 numbers. */
export const weightValue: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 0, 1, -1, 0.5, -2, 0.1),
  fc.integer({ min: -40, max: 40 }).map((n) => n / 8),
  fc.double({ min: -4, max: 4, noNaN: true }),
  fc.float({ min: -4, max: 4, noNaN: true }),
);

const divisorValue = fc.constantFrom(1, 2, 3, 4, 6, 9, 0.1, 0.75);

const values = (length: number) => fc.array(weightValue, { minLength: length, maxLength: length });
const typed = (length: number) => values(length).map((list) => Float64Array.from(list));

function divisors(rows: number): fc.Arbitrary<readonly number[] | null> {
  return fc.option(fc.array(divisorValue, { minLength: rows, maxLength: rows }), { nil: null });
}

/** A convolution with strides, dilations, padding and groups on a small image. */
export const convMap: fc.Arbitrary<ConvMap> = fc
  .record({
    groups: fc.constantFrom(1, 2),
    depth: fc.constantFrom(1, 2),
    perGroupOut: fc.constantFrom(1, 2),
    kernelHeight: fc.integer({ min: 1, max: 3 }),
    kernelWidth: fc.integer({ min: 1, max: 2 }),
    strides: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
    dilations: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
    padTop: fc.integer({ min: 0, max: 2 }),
    padLeft: fc.integer({ min: 0, max: 1 }),
    outHeight: fc.integer({ min: 1, max: 2 }),
    outWidth: fc.integer({ min: 1, max: 3 }),
    inHeight: fc.integer({ min: 2, max: 4 }),
    inWidth: fc.integer({ min: 2, max: 3 }),
  })
  .chain(({ depth, perGroupOut, ...shape }) => {
    const inChannels = depth * shape.groups;
    const outChannels = perGroupOut * shape.groups;
    return typed(outChannels * depth * shape.kernelHeight * shape.kernelWidth).map((weight) => ({
      kind: 'conv' as const,
      rows: outChannels * shape.outHeight * shape.outWidth,
      cols: inChannels * shape.inHeight * shape.inWidth,
      inChannels,
      outChannels,
      ...shape,
      weight,
    }));
  });

export const denseMap = (rows: number, cols: number): fc.Arbitrary<LinearMap> =>
  typed(rows * cols).map((weight) => ({ kind: 'dense', rows, cols, weight }));

/** Sparse rows, possibly empty, possibly with a column twice. */
export const sparseMap = (rows: number, cols: number): fc.Arbitrary<LinearMap> =>
  fc
    .array(fc.array(fc.tuple(fc.nat({ max: cols - 1 }), weightValue), { maxLength: 4 }), {
      minLength: rows,
      maxLength: rows,
    })
    .map((lists) => {
      const flat = lists.flat();
      const rowStart = new Int32Array(rows + 1);
      lists.forEach((list, i) => {
        rowStart[i + 1] = rowStart[i]! + list.length;
      });
      const col = Int32Array.from(flat, ([c]) => c);
      return { kind: 'sparse', rows, cols, rowStart, col, weight: Float64Array.from(flat, ([, w]) => w) };
    });

/**
 * conv -> leaky relu -> (sparse over both tensors concatenated) -> max -> relu -> dense: every layer kind, with
 * divisors and a skip connection, and a point.
 */
export const networkAndPoint: fc.Arbitrary<{ net: Network; point: Float64Array }> = convMap.chain((conv) =>
  fc
    .record({
      bias1: values(conv.rows),
      by1: divisors(conv.rows),
      slope: fc.constantFrom(0, 0.25, 0.01, 0.3),
      sparse: sparseMap(5, conv.rows * 2),
      bias2: values(5),
      by2: divisors(5),
      pools: fc.array(fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }), {
        minLength: 3,
        maxLength: 3,
      }),
      last: denseMap(3, 3),
      bias3: values(3),
      by3: divisors(3),
      point: typed(conv.cols),
    })
    .map(({ bias1, by1, slope, sparse, bias2, by2, pools, last, bias3, by3, point }) => {
      const rowStart = new Int32Array(4);
      pools.forEach((pool, i) => {
        rowStart[i + 1] = rowStart[i]! + pool.length;
      });
      const net = network(
        [conv.cols, conv.rows, conv.rows, 5, 3, 3, 3],
        [
          linear([0], 1, conv, bias1, by1),
          relu(1, 2, slope),
          linear([2, 1], 3, sparse, bias2, by2),
          { kind: 'max', node: 'max4', input: 3, output: 4, rowStart, col: Int32Array.from(pools.flat()) },
          relu(4, 5),
          linear([5], 6, last, bias3, by3),
        ],
      );
      return { net, point };
    }),
);
