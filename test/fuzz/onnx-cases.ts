/** ONNX files, mutated, through decoder and lowering and once through the evaluation. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forward } from '../../src/network/forward.js';
import { lowerModel } from '../../src/network/lower.js';
import { neuronBlocks } from '../../src/network/network.js';
import { lintWeights } from '../../src/network/weight-lint.js';
import { encodeModel, float, int, ints, type ModelSpec, tensor, text } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { MODEL_BYTES } from '../forged/model.js';
import { type Case, WrongResult } from './target.js';

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));
const floats = (dims: readonly number[]) =>
  tensor(
    'float32',
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 11) / 8 - 0.5),
  );

const IMAGE: ModelSpec = {
  nodes: [
    {
      op: 'Conv',
      inputs: ['x', 'w', 'b'],
      outputs: ['c'],
      attributes: { pads: ints(1, 1, 1, 1), strides: ints(2, 2), kernel_shape: ints(3, 3) },
    },
    {
      op: 'BatchNormalization',
      inputs: ['c', 'b', 'b', 'b', 'v'],
      outputs: ['n'],
      attributes: { epsilon: float(0.001) },
    },
    { op: 'LeakyRelu', inputs: ['n'], outputs: ['r'], attributes: { alpha: float(0.125) } },
    {
      op: 'Conv',
      inputs: ['r', 'w2'],
      outputs: ['c2'],
      attributes: { auto_pad: text('SAME_UPPER'), group: int(2) },
    },
    { op: 'Add', inputs: ['c2', 'r'], outputs: ['s'] },
    {
      op: 'MaxPool',
      inputs: ['s'],
      outputs: ['p'],
      attributes: { kernel_shape: ints(2, 2), strides: ints(1, 1) },
    },
    { op: 'AveragePool', inputs: ['p'], outputs: ['q'], attributes: { kernel_shape: ints(2, 2) } },
    { op: 'Flatten', inputs: ['q'], outputs: ['f'], attributes: { axis: int(1) } },
    { op: 'MatMul', inputs: ['f', 'm'], outputs: ['y0'] },
    { op: 'Softmax', inputs: ['y0'], outputs: ['y'], attributes: { axis: int(-1) } },
  ],
  initializers: {
    w: floats([2, 1, 3, 3]),
    b: floats([2]),
    v: tensor('float32', [2], [1, 2]),
    w2: floats([2, 1, 3, 3]),
    m: floats([2, 3]),
  },
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 1, 6, 6] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['n', 3] }],
}; // prettier-ignore

const SHAPES: ModelSpec = {
  nodes: [
    { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['a'] },
    { op: 'Transpose', inputs: ['a'], outputs: ['t'], attributes: { perm: ints(0, 2, 1) } },
    { op: 'Slice', inputs: ['t', 'from', 'to', 'axes'], outputs: ['s'] },
    { op: 'Concat', inputs: ['s', 't'], outputs: ['c'], attributes: { axis: int(1) } },
    { op: 'Pad', inputs: ['c', 'pads'], outputs: ['p'], attributes: { mode: text('constant') } },
    { op: 'Gather', inputs: ['p', 'axes'], outputs: ['g'], attributes: { axis: int(1) } },
    { op: 'ReduceMax', inputs: ['p'], outputs: ['m'], attributes: { axes: ints(2), keepdims: int(0) } },
    { op: 'Relu', inputs: ['m'], outputs: ['r'] },
    { op: 'Mul', inputs: ['r', 'k'], outputs: ['u'] },
    { op: 'ReduceSum', inputs: ['g', 'axes'], outputs: ['h'], attributes: { keepdims: int(0) } },
    { op: 'Clip', inputs: ['u', 'zero'], outputs: ['v'] },
    { op: 'Unsqueeze', inputs: ['v', 'axes'], outputs: ['w'] },
    { op: 'Squeeze', inputs: ['w', 'axes'], outputs: ['y'] },
  ],
  initializers: {
    shape: tensor('int64', [3], [0, 2, -1]),
    from: tensor('int64', [1], [0]),
    to: tensor('int64', [1], [2]),
    axes: tensor('int64', [1], [1]),
    pads: tensor('int64', [6], [0, 1, 0, 0, 0, 1]),
    k: floats([1]),
    zero: tensor('float32', [], [0]),
  },
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 6] }],
  outputs: [{ name: 'y', type: 'float32' }],
}; // prettier-ignore

export function onnxCases(): Case[] {
  const files = ['toy-2d.onnx', 'iris.onnx', 'mnist-conv.onnx'].map((name) =>
    readFileSync(`${MODELS}${name}`),
  );
  const seeds = [
    MODEL_BYTES,
    encodeModel(IMAGE),
    encodeModel(SHAPES),
    ...files.map((file) => new Uint8Array(file)),
  ];
  return seeds.map((seed, i) => {
    if (run(seed) !== 'lowered') throw new Error(`seed ${i} is refused`);
    return { name: `model ${i}`, format: 'onnx', seed, run };
  });
}

function run(input: Uint8Array): string {
  const network = lowerModel(decodeModel(input, 'mutant.onnx'));
  neuronBlocks(network);
  lintWeights(network);
  const { tensors } = forward(network, new Float64Array(network.tensors[network.input]!.size).fill(0.5));
  for (const [id, tensor] of network.tensors.entries()) {
    const volume = tensor.shape.reduce((a, b) => a * b, 1);
    if (volume !== tensor.size || tensors[id]!.length !== tensor.size)
      throw new WrongResult(`tensor ${tensor.name} has ${tensor.size} elements and shape ${tensor.shape}`);
  }
  return 'lowered';
}
