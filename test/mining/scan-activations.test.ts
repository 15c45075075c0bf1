import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { boundedSampleEvaluator } from '../../src/mining/bounded-signs.js';
import { exactSampleEvaluator } from '../../src/mining/exact-signs.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { scanActivations } from '../../src/mining/scan-activations.js';
import { argmax, forward } from '../../src/network/forward.js';
import { lowerModel } from '../../src/network/lower.js';
import { type Network, neuronBlocks } from '../../src/network/network.js';
import { encodeModel, int, tensor } from '../../src/onnx/encode.js';
import { exposeOutputs } from '../../src/onnx/expose-outputs.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { activeNeurons, dataset, duel, integerInputs, integerNetworks, ones } from './tiny-networks.js';

/** Truth for networks of small integers, which doubles evaluate without rounding. */
function integerTruth(net: Network, input: readonly number[]): { active: number[]; prediction: number } {
  const { tensors } = forward(net, Float64Array.from(input));
  const active = neuronBlocks(net).flatMap(({ layer, offset }) =>
    [...tensors[layer.input]!].flatMap((z, i) => (z > 0 ? [offset + i] : [])),
  );
  return { active, prediction: argmax(tensors[net.output]!).index };
}

describe('activation states', () => {
  it('agree with evaluation without rounding, for every kind of layer', async () => {
    await fc.assert(
      fc.asyncProperty(integerNetworks, integerInputs, async (net, rows) => {
        const table = await recordPatterns(
          net,
          dataset(
            rows,
            rows.map(() => 0),
          ),
        );
        const exact = exactSampleEvaluator(net);
        const bounded = boundedSampleEvaluator(net);
        rows.forEach((row, sample) => {
          const truth = integerTruth(net, row);
          expect(activeNeurons(table, sample)).toEqual(truth.active);
          expect(table.predictions[sample]).toBe(truth.prediction);
          const input = Float64Array.from(row);
          const exactly = exact(input);
          expect([ones(exactly.active), exactly.prediction]).toEqual([truth.active, truth.prediction]);
          const quickly = bounded(input);
          if (quickly !== null) expect(quickly).toEqual(exactly);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('count a pre-activation of exactly zero as inactive, without exact arithmetic where nothing is rounded', async () => {
    const table = await recordPatterns(
      duel(),
      dataset(
        [
          [1, 1],
          [0, 0],
          [2, 1],
        ],
        [0, 0, 0],
      ),
    );
    expect([0, 1, 2].map((sample) => activeNeurons(table, sample))).toEqual([[], [], [0]]);
  });

  it('round the inputs of a float32 model to float32 first', async () => {
    const net = { ...duel(), elementType: 'float32' as const };
    // Different doubles, the same float32 number.
    const rows = [[0.1 + 1e-12, 0.1]];
    expect((await recordPatterns(net, dataset(rows, [0]))).bits[0]).toBe(0);
    expect((await recordPatterns(duel(), dataset(rows, [0]))).bits[0]).toBe(1);
  });

  it('agree with onnxruntime on the original convolutional model', async () => {
    const random = (count: number, seed: number) =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed));
    const kernel = { kernel_shape: { kind: 'ints', values: [2, 2] } as const };
    const bytes = encodeModel({
      nodes: [
        {
          op: 'Conv',
          inputs: ['x', 'w1', 'b1'],
          outputs: ['conv'],
          attributes: {
            kernel_shape: { kind: 'ints', values: [3, 3] },
            pads: { kind: 'ints', values: [1, 0, 1, 2] },
            strides: { kind: 'ints', values: [2, 1] },
          },
        },
        { op: 'Relu', inputs: ['conv'], outputs: ['a1'] },
        { op: 'MaxPool', inputs: ['a1'], outputs: ['pool'], attributes: kernel },
        { op: 'Flatten', inputs: ['pool'], outputs: ['flat'] },
        { op: 'Gemm', inputs: ['flat', 'w2', 'b2'], outputs: ['hidden'], attributes: { transB: int(1) } },
        { op: 'Relu', inputs: ['hidden'], outputs: ['a2'] },
        { op: 'Gemm', inputs: ['a2', 'w3', 'b3'], outputs: ['logits'], attributes: { transB: int(1) } },
      ],
      initializers: {
        w1: tensor('float32', [4, 2, 3, 3], random(72, 1)),
        b1: tensor('float32', [4], random(4, 2)),
        w2: tensor('float32', [8, 40], random(320, 3)),
        b2: tensor('float32', [8], random(8, 4)),
        w3: tensor('float32', [3, 8], random(24, 5)),
        b3: tensor('float32', [3], random(3, 6)),
      },
      inputs: [{ name: 'x', type: 'float32', dims: ['N', 2, 6, 6] }],
      outputs: [{ name: 'logits', type: 'float32', dims: ['N', 3] }],
    });
    const net = lowerModel(decodeModel(bytes));
    const rows = Array.from({ length: 30 }, (_, i) => [...random(72, 10 + i)]);
    const table = await recordPatterns(
      net,
      dataset(
        rows,
        rows.map(() => 0),
      ),
    );
    const session = await InferenceSession.create(exposeOutputs(bytes, ['conv', 'hidden']));
    const outputs = await session.run({ x: new Tensor('float32', rows.flat(), [30, 2, 6, 6]) });
    const conv = outputs['conv']!.data as Float32Array;
    const hidden = outputs['hidden']!.data as Float32Array;
    const convSize = conv.length / 30;
    expect(neuronBlocks(net).map(({ tensor: { name, size } }) => [name, size])).toEqual([
      ['conv', convSize],
      ['hidden', 8],
    ]);
    let compared = 0;
    rows.forEach((_, sample) => {
      const active = new Set(activeNeurons(table, sample));
      const z = [
        ...conv.subarray(sample * convSize, (sample + 1) * convSize),
        ...hidden.subarray(sample * 8, (sample + 1) * 8),
      ];
      z.forEach((value, neuron) => {
        // Below this float32 may have the wrong sign.
        if (Math.abs(value) < 1e-4) return;
        compared++;
        expect(active.has(neuron)).toBe(value > 0);
      });
    });
    expect(compared).toBeGreaterThan(0.99 * 30 * (convSize + 8));
  });
});

describe('scanActivations', () => {
  it('reports progress and stops on a signal', async () => {
    const data = dataset(
      Array.from({ length: 2100 }, (_, i) => [i, 1]),
      new Array(2100).fill(0),
    );
    const done: number[] = [];
    const control = new AbortController();
    const scan = scanActivations(duel(), data, () => {}, {
      onProgress: (count, total) => {
        done.push(count);
        expect(total).toBe(2100);
        if (count > 1024) control.abort();
      },
      signal: control.signal,
    });
    await expect(scan).rejects.toThrow(/abort/i);
    expect(done).toEqual([1024, 2048]);
  });

  it.each([
    ['wrong sample size', dataset([[1, 2, 3]], [0]), /samples do not fit/],
    ['foreign label', dataset([[1, 2]], [2]), /label is no class/],
    ['not finite', dataset([[1, Number.NaN]], [0]), /not finite/],
  ])('refuses data that do not fit: %s', async (_, data, message) => {
    await expect(recordPatterns(duel(), data)).rejects.toThrow(message);
  });

  it('refuses a number that float32 cannot hold', async () => {
    const net = { ...duel(), elementType: 'float32' as const };
    await expect(recordPatterns(net, dataset([[1e300, 0]], [0]))).rejects.toThrow(/not finite/);
  });
});
