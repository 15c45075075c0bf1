/** The oracle itself: batches, fixed batch sizes, rounding, and that a wrong network is caught. */
import { describe, expect, it } from 'vitest';
import { compareWithOracle, randomSamples } from '../../src/network/compare-oracle.js';
import { boundedEvaluator } from '../../src/network/error-bound.js';
import { argmax, forward, logitsOf, predict } from '../../src/network/forward.js';
import type { Layer, Network } from '../../src/network/network.js';
import { openSession } from '../../src/network/oracle.js';
import { tensor } from '../../src/onnx/encode.js';
import { InputError } from '../../src/util/errors.js';
import { lowerBytes, model, node, randoms, weights } from '../helpers/onnx-builder.js';

const nodes = [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('MatMul', ['a', 'v'], 'y')];
const constants = { w: weights([3, 4], 1), v: weights([4, 2], 2) };

describe('openSession', () => {
  it('gives the same logits for symbolic and fixed batch sizes, and for any number of samples', async () => {
    const inputs = randoms(7 * 3, 5).map(Math.fround);
    const expected: number[] = [];
    for (const [dims, name] of [
      [['N', 3], 'symbolic'],
      [[1, 3], 'one'],
      [[3, 3], 'three'],
      [['', 3], 'nameless'],
    ] as const) {
      const bytes = model(dims, nodes, constants);
      const session = await openSession(bytes, lowerBytes(bytes));
      for (const n of [0, 1, 2, 7]) {
        const { logits } = await session.run(inputs.subarray(0, 3 * n), n);
        expect(logits, name).toHaveLength(2 * n);
        if (expected.length === 0 && n === 7) expected.push(...logits);
        for (let i = 0; i < logits.length && expected.length > 0; i++)
          expect(logits[i]).toBeCloseTo(expected[i]!, 5);
      }
      await session.close();
    }
  });

  it('computes in the element type of the model', async () => {
    const wide = { w: weights([3, 4], 1, 'float64'), v: weights([4, 2], 2, 'float64') };
    const bytes = model(['N', 3], nodes, wide, { type: 'float64' });
    const session = await openSession(bytes, lowerBytes(bytes), { expose: [0] });
    const { logits, exposed } = await session.run(Float64Array.of(0.1, 0.2, 0.3), 1);
    expect(logits).toBeInstanceOf(Float64Array);
    expect(exposed[0]).toEqual(Float64Array.of(0.1, 0.2, 0.3));
    await session.close();
  });

  it('says so when onnxruntime refuses the model', async () => {
    const network = lowerBytes(model(['N', 3], nodes, constants));
    await expect(openSession(new Uint8Array([8, 1]), network)).rejects.toThrow(/refuses the model/);
  });
});

describe('compareWithOracle', () => {
  const bytes = model(['N', 3], nodes, constants);
  const network = lowerBytes(bytes);

  it('accepts the lowered network and reports what it compared', async () => {
    const result = await compareWithOracle(network, bytes, [Float64Array.of(0, 0, 0)], { random: 6 });
    expect(result).toMatchObject({ samples: 7, tensors: ['z', 'a', 'y'] });
    expect(result.worst).toBeLessThanOrEqual(1);
  });

  const changed = (edit: (layer: Layer) => Layer): Network => ({
    ...network,
    layers: network.layers.map(edit),
  });

  it('catches one weight that is off by 0.0001', async () => {
    const wrong = changed((layer) => {
      if (layer.kind !== 'linear' || layer.map.kind !== 'dense' || layer.output !== 1) return layer;
      const weight = layer.map.weight.slice();
      weight[5] = weight[5]! + 1e-4;
      return { ...layer, map: { ...layer.map, weight } };
    });
    await expect(compareWithOracle(wrong, bytes, [Float64Array.of(1, 1, 1)])).rejects.toMatchObject({
      fault: { place: expect.stringMatching(/tensor "z", element 1/) },
    });
  });

  // y = [relu(w x - b)]: the second weight of the file's sum matters only where its first gate is open.
  const gated = (threshold: number, after: number) => {
    const constants = {
      b: tensor('float32', [1], [threshold]),
      c: tensor('float32', [1], [after]),
    };
    const chain = [node('Sub', ['x', 'b'], 'z'), node('Relu', ['z'], 'a'), node('Mul', ['a', 'c'], 'y')];
    return model(['N', 2], chain, constants);
  };
  const boxOf = (low: number, high: number) => ({
    lower: Float64Array.of(low, low),
    upper: Float64Array.of(high, high),
  });

  it.each([
    ['a corner of the box', 0.9999, boxOf(0, 1)],
    ['the upper end of a wide box', 2 ** 30, boxOf(0, 2 ** 31)],
    ['large inputs of an unbounded box', 2 ** 70, boxOf(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)],
  ])('catches at %s what random samples miss', async (_, threshold, box) => {
    const right = lowerBytes(gated(threshold, 1));
    const file = gated(threshold, 2);
    await compareWithOracle(right, file, []);
    await expect(compareWithOracle(right, file, [], { boxes: [box] })).rejects.toBeInstanceOf(InputError);
    await compareWithOracle(lowerBytes(file), file, [], { boxes: [box] });
  });

  it('leaves out points where the runtime overflows', async () => {
    const file = gated(0.5, 2 ** 100);
    const wide = await compareWithOracle(lowerBytes(file), file, [], { boxes: [boxOf(-1e40, 1e40)] });
    const narrow = await compareWithOracle(lowerBytes(file), file, []);
    expect(wide.samples).toBeGreaterThan(narrow.samples);
  });

  it('catches a ReLU with the wrong slope', async () => {
    const wrong = changed((layer) => (layer.kind === 'relu' ? { ...layer, slope: 0.01 } : layer));
    await expect(compareWithOracle(wrong, bytes, [])).rejects.toBeInstanceOf(InputError);
  });
});

describe('rounding bounds', () => {
  it('contain the float32 evaluation and are of its order', async () => {
    const bytes = model(['N', 3], nodes, constants);
    const network = lowerBytes(bytes);
    const evaluate = boundedEvaluator(network);
    for (const sample of randomSamples(3, 20, 3)) {
      const input = sample.map(Math.fround);
      const { tensors, errors } = evaluate(input);
      // z by hand in float32, in a different order of summation.
      for (let j = 0; j < 4; j++) {
        let sum = 0;
        for (const i of [2, 0, 1])
          sum = Math.fround(sum + Math.fround(input[i]! * Math.fround(constants.w.values[i * 4 + j]!)));
        expect(Math.abs(sum - tensors[1]![j]!)).toBeLessThanOrEqual(errors[1]![j]!);
        expect(errors[1]![j]).toBeLessThan(1e-5);
      }
    }
  });
});

describe('forward', () => {
  it('computes max(0, x - 1) * 2 by hand', () => {
    const constants = { one: tensor('float32', [1], [1]), two: tensor('float32', [1], [2]) };
    const chain = [node('Sub', ['x', 'one'], 'z'), node('Relu', ['z'], 'a'), node('Mul', ['a', 'two'], 'y')];
    const network = lowerBytes(model(['N', 3], chain, constants));
    const { tensors } = forward(network, Float64Array.of(0, 1, 3));
    expect(tensors.map((values) => [...values])).toEqual([
      [0, 1, 3],
      [-1, 0, 2],
      [0, 0, 2],
      [0, 0, 4],
    ]);
    expect([...logitsOf(network, Float64Array.of(5, 5, 0))]).toEqual([8, 8, 0]);
    expect(predict(network, Float64Array.of(0, 4, 4))).toBe(1);
    expect(() => forward(network, new Float64Array(2))).toThrow(RangeError);
  });

  it('argmax gives the first index and all ties', () => {
    expect(argmax([1, 3, 2, 3])).toEqual({ index: 1, ties: [1, 3] });
    expect(argmax([-0, 0])).toEqual({ index: 0, ties: [0, 1] });
  });
});
