import { describe, expect, it } from 'vitest';
import { fromDoubles, scaleVector } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../../src/checker/exact/evaluate.js';
import { rational } from '../../src/checker/exact/rational.js';
import { homogeneity } from '../../src/checker/homogeneity.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import { encodeModel, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { zeroTensors } from '../../src/onnx/zero-tensors.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';

const list = (...values: number[]): TensorSpec => tensor('float64', [values.length], values);
const node = (op: string, inputs: string[], output: string): NodeSpec => ({
  op,
  inputs,
  outputs: [output],
  name: output,
});

function network(nodes: NodeSpec[], constants: Record<string, TensorSpec> = {}, size = 2): Network {
  const initializers = { w: tensor('float64', [2, 2], [1, -2, 3, 0.5]), ...constants };
  return lowerModel(
    decodeModel(
      encodeModel({
        nodes,
        initializers: Object.fromEntries(
          Object.entries(initializers).filter(([key]) => nodes.some(({ inputs }) => inputs.includes(key))),
        ),
        inputs: [{ name: 'x', type: 'float64', dims: [1, size] }],
        outputs: [{ name: 'y', type: 'float64' }],
      }),
    ),
  );
}

const winners = (net: Network, x: Float64Array, num: bigint, den: bigint): readonly number[] =>
  exactClass(exactLogits(net, evaluateExact(net, scaleVector(fromDoubles(x), rational(num, den))))).winners;

describe('homogeneity of lowered networks, worked out by hand', () => {
  it.each([
    [
      'no biases',
      [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('MatMul', ['a', 'w'], 'y')],
      {},
    ],
    ['a bias of -0', [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'y')], { b: list(0, -0) }],
    // (x - 1) + 1, never rounded by a ReLU in between
    [
      'a shift that is taken back',
      [node('Sub', ['x', 'c'], 'd'), node('Add', ['d', 'c'], 'z'), node('Relu', ['z'], 'y')],
      { c: list(1, 1) },
    ],
    // the logits all get the same constant, which decides nothing
    [
      'one constant for all classes',
      [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('Add', ['a', 'c'], 'y')],
      { c: list(7, 7) },
    ],
    [
      'a residual',
      [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('Add', ['a', 'x'], 'y')],
      {},
    ],
  ] as const)('homogeneous: %s', (_, nodes, constants) => {
    expect(homogeneity(network([...nodes], { ...constants }))).toEqual({ kind: 'homogeneous' });
  });

  it.each([
    [
      'a bias of 1e-12 before a ReLU',
      [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'y')],
      { b: list(0, 1e-12) },
      'z',
      1,
    ],
    [
      'the smallest denormal',
      [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'y')],
      { b: list(5e-324, 0) },
      'z',
      0,
    ],
    ['a constant for one class', [node('Gemm', ['x', 'w', 'b'], 'y')], { b: list(0, 0.5) }, 'y', 1],
    [
      'a mean shift in front',
      [node('Sub', ['x', 'c'], 'd'), node('MatMul', ['d', 'w'], 'z'), node('Relu', ['z'], 'y')],
      { c: list(0.5, 0) },
      'z',
      0,
    ],
  ] as const)('not homogeneous: %s', (_, nodes, constants, tensorName, index) => {
    expect(homogeneity(network([...nodes], { ...constants }))).toMatchObject({
      kind: 'broken',
      tensor: tensorName,
      index,
    });
  });
});

describe('homogeneity of random networks with residuals, maxima and leaky ReLUs', () => {
  it('is found when all biases are 0, and then logits scale exactly', () => {
    const random = seeded(11);
    for (let i = 0; i < 60; i++) {
      const { bytes, inputs, text } = tinyNetwork(random, { maxRelus: 6 });
      const loaded = decodeModel(bytes);
      const biases = loaded.model.graph.initializers
        .map(({ name }) => name)
        .filter((name) => /^b\d/.test(name));
      const net = lowerModel(decodeModel(zeroTensors(bytes, new Set(biases))));
      expect(homogeneity(net), text).toEqual({ kind: 'homogeneous' });
      const x = Float64Array.from({ length: inputs }, () => random.int(-40, 40) / 8);
      for (const [num, den] of [
        [1n, 3n],
        [7n, 1n],
        [1n, 1000000n],
      ] as const) {
        const at = exactLogits(net, evaluateExact(net, x));
        const scaled = exactLogits(net, evaluateExact(net, scaleVector(fromDoubles(x), rational(num, den))));
        const expected = scaleVector(at, rational(num, den));
        const left = scaled.num.map((v) => [v, scaled.exponent, scaled.divisor] as const);
        left.forEach(([v, exponent, divisor], k) => {
          // v 2^e / d = v' 2^e' / d', compared over the integers
          const shift = Math.min(exponent, expected.exponent);
          const a = (v << BigInt(exponent - shift)) * expected.divisor;
          const b = (expected.num[k]! << BigInt(expected.exponent - shift)) * divisor;
          expect(a, text).toBe(b);
        });
      }
    }
  });

  it('is never claimed for a network whose class changes', () => {
    const random = seeded(12);
    let claimed = 0;
    for (let i = 0; i < 150; i++) {
      const { bytes, inputs, text } = tinyNetwork(random, { maxRelus: 4 });
      const names = decodeModel(bytes).model.graph.initializers.map(({ name }) => name);
      const zeroed = names.filter((name) => /^b\d/.test(name) && random.chance(0.8));
      const net = lowerModel(decodeModel(zeroTensors(bytes, new Set(zeroed))));
      if (homogeneity(net).kind === 'broken') continue;
      claimed++;
      for (let k = 0; k < 10; k++) {
        const x = Float64Array.from({ length: inputs }, () => random.int(-40, 40) / 8);
        const at = winners(net, x, 1n, 1n);
        for (const [num, den] of [
          [1n, 100n],
          [1n, 3n],
          [100n, 1n],
        ] as const)
          expect(winners(net, x, num, den), text).toEqual(at);
      }
    }
    expect(claimed).toBeGreaterThan(20);
  });
});
