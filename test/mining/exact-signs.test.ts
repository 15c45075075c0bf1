import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactSampleEvaluator } from '../../src/mining/exact-signs.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { forward } from '../../src/network/forward.js';
import { denseRows, linear, network, relu } from '../helpers/layers.js';
import { activeNeurons, dataset, ones } from './tiny-networks.js';

describe('activation states near zero', () => {
  it('are exact where float64 rounds the sign away', async () => {
    // 2^60 + 1 - 2^60 = 1, but 2^60 + 1 rounds to 2^60.
    const net = network(
      [3, 1, 1, 2],
      [
        linear([0], 1, denseRows([[1, 1, -1]]), [0]),
        relu(1, 2),
        linear([2], 3, denseRows([[1], [-1]]), [0, 0]),
      ],
    );
    const big = 2 ** 60;
    const table = await recordPatterns(
      net,
      dataset(
        [
          [big, 1, big],
          [big, -1, big],
          [big, 0, big],
        ],
        [0, 0, 0],
      ),
    );
    expect([...table.bits]).toEqual([1, 0, 0]);
    expect(table.recounted).toBe(3);
    expect([...table.predictions]).toEqual([0, 0, 0]);
  });

  it('are exact for pre-activations that are nothing but rounding error, also in the second layer', async () => {
    const real = fc.double({ min: -1, max: 1, noNaN: true });
    const vector = (length: number) => fc.array(real, { minLength: length, maxLength: length });
    const rows = (count: number, length: number) =>
      fc.array(vector(length), { minLength: count, maxLength: count });
    await fc.assert(
      fc.asyncProperty(rows(8, 6), rows(8, 8), rows(2, 8), vector(6), async (first, second, last, input) => {
        const build = (b1: readonly number[], b2: readonly number[]) =>
          network(
            [6, 8, 8, 8, 8, 2],
            [
              linear([0], 1, denseRows(first), b1),
              relu(1, 2),
              linear([2], 3, denseRows(second), b2),
              relu(3, 4),
              linear([4], 5, denseRows(last), [0, 0]),
            ],
          );
        const zeros = new Array(8).fill(0);
        const x = Float64Array.from(input);
        // Half of the neurons of the first layer and all of the second get the bias that cancels them.
        const z1 = forward(build(zeros, zeros), x).tensors[1]!;
        const b1 = [...z1].map((z, i) => (i % 2 === 0 ? -z : 0.1));
        const z2 = forward(build(b1, zeros), x).tensors[3]!;
        const net = build(
          b1,
          [...z2].map((z) => -z),
        );
        const table = await recordPatterns(net, dataset([input], [0]));
        const truth = exactSampleEvaluator(net)(x);
        expect(activeNeurons(table, 0)).toEqual(ones(truth.active));
        expect(table.predictions[0]).toBe(truth.prediction);
      }),
      { numRuns: 100 },
    );
  });

  it('treat divisions as exact rationals', async () => {
    // z = 3 (x / 3) - x is exactly 0 for every x; 10 (x / 10) - x likewise.
    const net = network(
      [2, 4, 2, 2, 2],
      [
        linear(
          [0],
          1,
          denseRows([
            [1, 0],
            [0, 1],
            [1, 0],
            [0, 1],
          ]),
          [0, 0, 0, 0],
          [3, 10, 1, 1],
        ),
        linear(
          [1],
          2,
          denseRows([
            [3, 0, -1, 0],
            [0, 10, 0, -1],
          ]),
          [0, 0],
        ),
        relu(2, 3),
        linear(
          [3],
          4,
          denseRows([
            [1, 0],
            [0, 1],
          ]),
          [0, 0],
        ),
      ],
    );
    const rows = Array.from({ length: 40 }, (_, i) => [i / 7, -i / 11]);
    const table = await recordPatterns(
      net,
      dataset(
        rows,
        rows.map(() => 0),
      ),
    );
    expect([...table.bits]).toEqual(rows.map(() => 0));
    expect(table.recounted).toBeGreaterThan(0);
  });

  it('recognise exact zeros of a network without biases over black inputs', async () => {
    const net = network(
      [2, 2, 2, 2],
      [
        linear(
          [0],
          1,
          denseRows([
            [0.1, 0.3],
            [0.7, -0.2],
          ]),
          [0, 0],
        ),
        relu(1, 2),
        linear(
          [2],
          3,
          denseRows([
            [0.1, 0.3],
            [0.7, -0.2],
          ]),
          [0, 0],
        ),
      ],
    );
    const table = await recordPatterns(net, dataset([[0, 0]], [0]));
    expect([table.recounted, table.bits[0], table.predictions[0]]).toEqual([0, 0, 0]);
  });

  it('do not lose products that underflow', async () => {
    const net = network(
      [1, 1, 1, 1],
      [linear([0], 1, denseRows([[1e-200]]), [0]), relu(1, 2), linear([2], 3, denseRows([[1]]), [0])],
    );
    const table = await recordPatterns(net, dataset([[1e-200], [-1e-200], [0]], [0, 0, 0]));
    expect([...table.bits]).toEqual([1, 0, 0]);
  });
});
