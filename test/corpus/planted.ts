/**
 * Classifiers with a known counterexample that is hard to find: a narrow spike at a planted point, in the spirit of
 * SoundnessBench (Zhou et al. 2024). Built, not trained, so that its size is known: every point further than `width`
 * from the planted one (in L1) is classified right by a margin of at least 1/2.
 */
import { encodeModel, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { type Random, seeded } from '../helpers/random.js';

export interface Planted {
  readonly bytes: Uint8Array;
  /** In [0, 1]^n, follows the NAP of class 0, and class 1 wins there. */
  readonly point: Float64Array;
  /** By how much class 1 wins at the point, in real arithmetic. */
  readonly margin: number;
  /** Active literals, by pre-activation tensor: true of the whole box but for decoys, and of the point. */
  readonly active: { readonly tensor: string; readonly indices: readonly number[] };
  readonly inputs: number;
}

/**
 * Spike: ReLU(width - sum_i |x_i - c_i|) * (1/2 + margin) / width, where |v| = ReLU(v) + ReLU(-v). It is 1/2 + margin at
 * the point and 0 outside. Logit 0 is 1/2 + carried features, logit 1 the spike. Decoys are neurons that the NAP
 * requires active and whose effects on both logits cancel; they hide the spike from linear bounds.
 */
export function plantedNetwork(seed: number): Planted {
  const random = seeded(seed);
  const inputs = random.int(2, 6);
  const decoys = random.int(2, 8);
  // Dyadic numbers keep float32, float64 and real arithmetic equal.
  const point = Float64Array.from({ length: inputs }, () => random.int(16, 112) / 128);
  const width = 2 ** -random.int(2, 8);
  const margin = random.pick([2 ** -1, 2 ** -4, 2 ** -10, 2 ** -15, 2 ** -20]);
  const extra = Array.from({ length: decoys }, () => decoy(random, point));
  const first = [
    ...Array.from(point, (c, i) => ({ weight: axis(inputs, i, 1), bias: -c })),
    ...Array.from(point, (c, i) => ({ weight: axis(inputs, i, -1), bias: c })),
    ...extra,
  ];
  const distances = 2 * inputs;
  const gains = extra.map(() => random.int(-3, 3));
  // Second layer: the spike, and the decoys carried on; logits: (1/2 + decoys, spike + the same decoys).
  const second = [
    { weight: [...new Array<number>(distances).fill(-1), ...gains.map(() => 0)], bias: width },
    ...gains.map((_, k) => ({ weight: axis(distances + decoys, distances + k, 1), bias: 0 })),
  ];
  const logits = [
    { weight: [0, ...gains], bias: 0.5 },
    { weight: [(0.5 + margin) / width, ...gains], bias: 0 },
  ];
  return {
    bytes: encode(inputs, [first, second, logits]),
    point,
    margin,
    active: { tensor: 'z0', indices: extra.map((_, k) => distances + k) },
    inputs,
  };
}

interface Neuron {
  readonly weight: readonly number[];
  readonly bias: number;
}

/** A neuron that is active at the point, by at least 1/4. */
function decoy(random: Random, point: Float64Array): Neuron {
  const weight = Array.from(point, () => random.int(-4, 4) / 4);
  const value = weight.reduce((sum, w, i) => sum + w * point[i]!, 0);
  return { weight, bias: Math.ceil(4 * (0.25 - value)) / 4 };
}

const axis = (size: number, index: number, value: number): number[] =>
  Array.from({ length: size }, (_, i) => (i === index ? value : 0));

function encode(inputs: number, layers: readonly (readonly Neuron[])[]): Uint8Array {
  const nodes: NodeSpec[] = [];
  const initializers: Record<string, TensorSpec> = {};
  layers.forEach((neurons, n) => {
    const last = n === layers.length - 1;
    initializers[`w${n}`] = tensor(
      'float32',
      [neurons.length, neurons[0]!.weight.length],
      neurons.flatMap(({ weight }) => weight),
    );
    initializers[`b${n}`] = tensor(
      'float32',
      [neurons.length],
      neurons.map(({ bias }) => bias),
    );
    nodes.push({
      op: 'Gemm',
      name: `gemm${n}`,
      inputs: [n === 0 ? 'x' : `a${n - 1}`, `w${n}`, `b${n}`],
      outputs: [last ? 'logits' : `z${n}`],
      attributes: { transB: { kind: 'int', value: 1 } },
    });
    if (!last) nodes.push({ op: 'Relu', name: `relu${n}`, inputs: [`z${n}`], outputs: [`a${n}`] });
  });
  return encodeModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', inputs] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 2] }],
  });
}
