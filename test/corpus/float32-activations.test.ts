/**
 * Rounded outputs of LeakyRelu that no linear layer reads: their rounding was once forgotten, so that ties and flips of
 * a float32 runtime were "proved" away. Right is a tolerance that covers what float32 computes (here step by step with
 * Math.fround, which rounds as IEEE 754 says), or a refusal.
 */
import { describe, expect, it } from 'vitest';
import { roundingTolerances } from '../../src/obligation/float-error/tolerances.js';
import { float, int, ints, type NodeSpec, tensor } from '../../src/onnx/encode.js';
import { UnsupportedError } from '../../src/util/errors.js';
import { lowerBytes, model, node } from '../helpers/onnx-builder.js';

const SLOPE = Math.fround(0.9);
const leaky = (from: string, to: string): NodeSpec => node('LeakyRelu', [from], to, { alpha: float(SLOPE) });
const weights = {
  W0: tensor('float32', [1, 2], [1, 1]),
  W1: tensor('float32', [1, 2], [1, 0]),
  B1: tensor('float32', [2], [0, -1.26]),
};
const reduceMax = node('ReduceMax', ['a'], 'm', { axes: ints(1), keepdims: int(1) });

describe('rounded activations', () => {
  it('a maximum hands the rounding of its operands on', () => {
    const nodes = [
      node('MatMul', ['x', 'W0'], 'z'),
      leaky('z', 'a'),
      reduceMax,
      node('MatMul', ['m', 'W1'], 'y'),
    ];
    const network = lowerBytes(model([1, 1], nodes, { W0: weights.W0, W1: weights.W1 }, { opset: 13 }));
    const [low, high] = [-1.5, -1.4];
    const tolerances = roundingTolerances(
      network,
      { lower: Float64Array.of(low), upper: Float64Array.of(high) },
      [],
    );
    const tolerance = tolerances[network.output]![0]!;
    let worst = 0;
    for (let i = 0; i <= 20_000; i++) {
      const x = Math.fround(low + ((high - low) * i) / 20_000);
      worst = Math.max(worst, Math.abs(Math.fround(SLOPE * x) - SLOPE * x));
    }
    expect(worst).toBeGreaterThan(5e-8);
    expect(tolerance).toBeGreaterThanOrEqual(worst);
  });

  it.each<[string, NodeSpec[]]>([
    ['logits of a LeakyRelu', [node('MatMul', ['x', 'W0'], 'z'), leaky('z', 'y')]],
    [
      'a LeakyRelu that reads a maximum',
      [
        node('MatMul', ['x', 'W0'], 'z'),
        leaky('z', 'a'),
        reduceMax,
        leaky('m', 'b'),
        node('MatMul', ['b', 'W1'], 'y'),
      ],
    ],
    [
      'a Relu that reads a LeakyRelu and a maximum',
      [
        node('MatMul', ['x', 'W0'], 'z'),
        leaky('z', 'a'),
        reduceMax,
        node('Relu', ['m'], 'b'),
        node('MatMul', ['b', 'W1'], 'y'),
      ],
    ],
  ])('%s are refused', (_, nodes) => {
    const used = Object.fromEntries(
      Object.entries(weights).filter(([name]) => nodes.some(({ inputs }) => inputs.includes(name))),
    );
    const network = lowerBytes(model([1, 1], nodes, used, { opset: 13 }));
    const box = { lower: Float64Array.of(-1.5), upper: Float64Array.of(-1.4) };
    expect(() => roundingTolerances(network, box, [])).toThrow(UnsupportedError);
  });
});
