/** Small graphs, one per row of the operator table and its traps, with what is true of them. */
import {
  float,
  floats,
  int,
  ints,
  type NodeSpec,
  type TensorSpec,
  tensor,
  text,
} from '../../src/onnx/encode.js';
import { int64s, model, node, weights } from '../helpers/onnx-builder.js';

export interface OperatorGraph {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Degree of homogeneity, `argmax` if only the class is kept, or the operator at which the argument ends. */
  readonly truth: number | 'argmax' | { readonly op: string };
  readonly dims: readonly number[];
  readonly type: 'float32' | 'float64';
}

interface Extra {
  readonly opset?: number;
  readonly dims?: readonly number[];
  readonly type?: 'float32' | 'float64';
}

function dense(
  name: string,
  truth: OperatorGraph['truth'],
  nodes: NodeSpec[],
  constants: Record<string, TensorSpec> = {},
  extra: Extra = {},
): OperatorGraph {
  const type = extra.type ?? 'float32';
  const dims = extra.dims ?? [1, 4];
  const shared = { w: weights([4, 4], 3, type), v: weights([4, 3], 5, type) };
  const used = Object.fromEntries(
    Object.entries({ ...shared, ...constants }).filter(([key]) =>
      nodes.some(({ inputs }) => inputs.includes(key)),
    ),
  );
  const options = { type, ...(extra.opset === undefined ? {} : { opset: extra.opset }) };
  return { name, truth, dims, type, bytes: model(dims, nodes, used, options) };
}

const list = (...values: number[]): TensorSpec => tensor('float32', [values.length], values);
const scalar = (value: number): TensorSpec => tensor('float32', [], [value]);
const IMAGE: Extra = { dims: [1, 2, 4, 4] };
const kernel = { k: weights([3, 2, 3, 3], 9) };

/** relu(x W), the hidden layer of the dense graphs. */
const hidden = [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a')];
const last = (from: string) => node('MatMul', [from, 'v'], 'y');
/** x W and then one more operator, relu, and x V. */
const between = (op: string, extra: readonly string[] = [], attributes = {}) => [
  node('MatMul', ['x', 'w'], 'z'),
  node(op, ['z', ...extra], 'm', attributes),
  node('Relu', ['m'], 'a'),
  last('a'),
];
const batchNorm = (
  name: string,
  truth: OperatorGraph['truth'],
  gamma: number,
  beta: number,
  mean: number,
  variance: number,
  epsilon: number,
) =>
  dense(
    name,
    truth,
    [
      node('Conv', ['x', 'k'], 'z'),
      node('BatchNormalization', ['z', 'g', 'b', 'm', 's'], 'n', { epsilon: float(epsilon) }),
      node('Relu', ['n'], 'a'),
      node('GlobalAveragePool', ['a'], 'p'),
      node('Flatten', ['p'], 'y'),
    ],
    {
      ...kernel,
      g: list(gamma, gamma, gamma),
      b: list(beta, beta, beta),
      m: list(mean, mean, mean),
      s: list(variance, variance, variance),
    },
    IMAGE,
  );

export const OPERATOR_GRAPHS: readonly OperatorGraph[] = [
  dense('MatMul and Relu', 1, [...hidden, last('a')]),
  dense('Gemm without C', 1, [
    node('Gemm', ['x', 'w'], 'z'),
    node('Relu', ['z'], 'a'),
    node('Gemm', ['a', 'v'], 'y'),
  ]),
  dense(
    'Gemm with a bias of 0 and -0',
    1,
    [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'a'), last('a')],
    { b: list(0, -0, 0, -0) },
  ),
  dense(
    'Gemm with a bias that beta = 0 removes',
    1,
    [node('Gemm', ['x', 'w', 'b'], 'z', { beta: float(0) }), node('Relu', ['z'], 'a'), last('a')],
    { b: list(1, 2, 3, 4) },
  ),
  dense(
    'Gemm with a bias of 1e-12',
    { op: 'Gemm' },
    [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'a'), last('a')],
    { b: tensor('float64', [4], [1e-12, -1e-12, 1e-12, 1e-12]) },
    { type: 'float64' },
  ),
  dense(
    'Gemm with the smallest denormal as bias',
    { op: 'Gemm' },
    [node('Gemm', ['x', 'w', 'b'], 'z'), node('Relu', ['z'], 'a'), last('a')],
    { b: tensor('float64', [4], [5e-324, 0, 0, 0]) },
    { type: 'float64' },
  ),
  dense(
    'Conv with zero padding, no bias',
    1,
    [
      node('Conv', ['x', 'k'], 'z', { pads: ints(1, 1, 1, 1) }),
      node('Relu', ['z'], 'a'),
      node('GlobalMaxPool', ['a'], 'p'),
      node('Flatten', ['p'], 'y'),
    ],
    kernel,
    IMAGE,
  ),
  dense(
    'Conv with a bias',
    { op: 'Conv' },
    [
      node('Conv', ['x', 'k', 'b'], 'z'),
      node('Relu', ['z'], 'a'),
      node('GlobalMaxPool', ['a'], 'p'),
      node('Flatten', ['p'], 'y'),
    ],
    { ...kernel, b: list(0, 0.5, 0) },
    IMAGE,
  ),
  dense('Add of a constant', { op: 'Add' }, between('Add', ['c']), { c: list(0, 0, 0.25, 0) }),
  dense('Add of a zero constant', 1, between('Add', ['c']), { c: list(0, -0, 0, 0) }),
  dense('residual of equal degrees', 1, [...hidden, node('Add', ['a', 'x'], 'r'), last('r')]),
  dense('residual of degrees 1 and 2', { op: 'Add' }, [
    ...hidden,
    node('Mul', ['a', 'x'], 'q'),
    node('Add', ['q', 'x'], 'r'),
    last('r'),
  ]),
  dense('product of two activations', 2, [...hidden, node('Mul', ['a', 'z'], 'q'), last('q')]),
  dense('products added: both of degree 2', 2, [
    ...hidden,
    node('Mul', ['a', 'x'], 'q'),
    node('Mul', ['z', 'x'], 'p'),
    node('Add', ['q', 'p'], 'r'),
    last('r'),
  ]),
  dense('Mul by a negative constant', 1, between('Mul', ['c']), { c: list(-2, 0.5, -0.25, 3) }),
  dense('Div by a constant', 1, between('Div', ['c']), { c: list(-2, 0.5, -0.25, 255) }),
  dense('double negation', 1, [
    node('Neg', ['x'], 'n'),
    node('Neg', ['n'], 'm'),
    node('MatMul', ['m', 'w'], 'z'),
    node('Relu', ['z'], 'a'),
    last('a'),
  ]),
  dense(
    'double negation by 1 - (1 - x)',
    { op: 'Sub' },
    [node('Sub', ['one', 'x'], 'n'), node('Relu', ['n'], 'm'), last('m')],
    { one: scalar(1) },
  ),
  dense('LeakyRelu', 1, between('LeakyRelu', [], { alpha: float(0.1) })),
  dense('PRelu', 1, between('PRelu', ['c']), { c: list(0.1, 0.2, 0.3, 0.4) }),
  dense('Abs', 1, between('Abs')),
  dense('Max with 0', 1, between('Max', ['c']), { c: scalar(0) }),
  dense('Max with a constant', { op: 'Max' }, between('Max', ['c']), { c: scalar(0.1) }),
  dense('Max of two activations', 1, between('Max', ['x'])),
  dense('Min of degrees 1 and 2', { op: 'Min' }, [
    ...hidden,
    node('Mul', ['a', 'x'], 'q'),
    node('Min', ['q', 'x'], 'r'),
    last('r'),
  ]),
  dense('Clip with minimum 0 is Relu', 1, between('Clip', ['c']), { c: scalar(0) }),
  dense('ReLU6', { op: 'Clip' }, between('Clip', ['c', 'd']), { c: scalar(0), d: scalar(6) }),
  dense(
    'ReLU6 of an old operator set',
    { op: 'Clip' },
    between('Clip', [], { min: float(0), max: float(6) }),
    {},
    { opset: 10 },
  ),
  dense('HardSigmoid', { op: 'HardSigmoid' }, between('HardSigmoid')),
  dense('Sigmoid in a hidden layer', { op: 'Sigmoid' }, between('Sigmoid')),
  dense('Tanh in a hidden layer', { op: 'Tanh' }, between('Tanh')),
  dense('Sigmoid as the last layer', 'argmax', [
    ...hidden,
    node('MatMul', ['a', 'v'], 'l'),
    node('Sigmoid', ['l'], 'y'),
  ]),
  dense('Tanh as the last layer', 'argmax', [
    ...hidden,
    node('MatMul', ['a', 'v'], 'l'),
    node('Tanh', ['l'], 'y'),
  ]),
  dense('Softmax as the last layer', 'argmax', [
    ...hidden,
    node('MatMul', ['a', 'v'], 'l'),
    node('Softmax', ['l'], 'y', { axis: int(-1) }),
  ]),
  dense('Log of Softmax at the end', 'argmax', [
    ...hidden,
    node('MatMul', ['a', 'v'], 'l'),
    node('Softmax', ['l'], 'p', { axis: int(-1) }),
    node('Log', ['p'], 'y'),
  ]),
  dense('Softmax inside', { op: 'Softmax' }, [
    ...hidden,
    node('Softmax', ['a'], 'p', { axis: int(-1) }),
    last('p'),
  ]),
  dense('Softmax gate: attention', { op: 'Softmax' }, [
    ...hidden,
    node('Softmax', ['a'], 'p', { axis: int(-1) }),
    node('Mul', ['p', 'x'], 'q'),
    last('q'),
  ]),
  dense(
    'mean shift in front',
    { op: 'Sub' },
    [node('Sub', ['x', 'c'], 'n'), node('MatMul', ['n', 'w'], 'z'), node('Relu', ['z'], 'a'), last('a')],
    { c: list(0.1307, 0.1307, 0.1307, 0.1307) },
  ),
  dense(
    'division by 255 in front',
    1,
    [node('Div', ['x', 'c'], 'n'), node('MatMul', ['n', 'w'], 'z'), node('Relu', ['z'], 'a'), last('a')],
    { c: scalar(255) },
  ),
  dense('division by the norm: degree 0', 0, [
    node('ReduceL2', ['x'], 'n', { axes: ints(1) }),
    node('Div', ['x', 'n'], 'u'),
    node('MatMul', ['u', 'w'], 'z'),
    node('Relu', ['z'], 'a'),
    last('a'),
  ]),
  dense(
    'a bias behind the division by the norm',
    0,
    [
      node('ReduceL2', ['x'], 'n', { axes: ints(1) }),
      node('Div', ['x', 'n'], 'u'),
      node('Gemm', ['u', 'w', 'b'], 'z'),
      node('Sigmoid', ['z'], 'a'),
      last('a'),
    ],
    { b: list(1, 2, -3, 4) },
  ),
  batchNorm('BatchNormalization that only scales', 1, 0.7, 0, 0, 2.5, 1e-5),
  // 3 + 1 = 4, so the offset is 1.5 - 1 * 3 / 2 = 0.
  batchNorm('BatchNormalization with a cancelling offset', 1, 1, 1.5, 3, 3, 1),
  batchNorm('BatchNormalization with an offset', { op: 'BatchNormalization' }, 1, 1.25, 3, 3, 1),
  batchNorm(
    'BatchNormalization with an offset of the other sign',
    { op: 'BatchNormalization' },
    1,
    -1.5,
    3,
    3,
    1,
  ),
  dense(
    'Pad with 0',
    1,
    [
      node('Pad', ['x', 'p'], 'q'),
      node('Conv', ['q', 'k'], 'z'),
      node('Relu', ['z'], 'a'),
      node('GlobalAveragePool', ['a'], 'g'),
      node('Flatten', ['g'], 'y'),
    ],
    { ...kernel, p: int64s(0, 0, 1, 1, 0, 0, 1, 1) },
    IMAGE,
  ),
  dense(
    'Pad with another number',
    { op: 'Pad' },
    [
      node('Pad', ['x', 'p', 'c'], 'q'),
      node('Conv', ['q', 'k'], 'z'),
      node('Relu', ['z'], 'a'),
      node('GlobalAveragePool', ['a'], 'g'),
      node('Flatten', ['g'], 'y'),
    ],
    { ...kernel, p: int64s(0, 0, 1, 1, 0, 0, 1, 1), c: scalar(0.5) },
    IMAGE,
  ),
  dense(
    'Pad by reflection',
    1,
    [
      node('Pad', ['x', 'p'], 'q', { mode: text('reflect') }),
      node('Conv', ['q', 'k'], 'z'),
      node('GlobalAveragePool', ['z'], 'g'),
      node('Flatten', ['g'], 'y'),
    ],
    { ...kernel, p: int64s(0, 0, 1, 1, 0, 0, 1, 1) },
    IMAGE,
  ),
  dense(
    'MaxPool with padding',
    1,
    [
      node('MaxPool', ['x'], 'm', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), strides: ints(2, 2) }),
      node('Flatten', ['m'], 'y'),
    ],
    {},
    IMAGE,
  ),
  dense(
    'AveragePool that counts its padding',
    1,
    [
      node('AveragePool', ['x'], 'm', {
        kernel_shape: ints(3, 3),
        pads: ints(1, 1, 1, 1),
        strides: ints(2, 2),
        count_include_pad: int(1),
      }),
      node('Flatten', ['m'], 'y'),
    ],
    {},
    IMAGE,
  ),
  dense(
    'LRN',
    { op: 'LRN' },
    [node('LRN', ['x'], 'm', { size: int(3), alpha: float(1) }), node('Flatten', ['m'], 'y')],
    {},
    IMAGE,
  ),
  dense(
    'InstanceNormalization',
    { op: 'InstanceNormalization' },
    [
      node('InstanceNormalization', ['x', 'g', 'b'], 'm', { epsilon: float(1e-2) }),
      node('Flatten', ['m'], 'y'),
    ],
    { g: list(1, 2), b: list(0, 0) },
    IMAGE,
  ),
  dense('Concat of degrees 1 and 2', { op: 'Concat' }, [
    ...hidden,
    node('Mul', ['a', 'x'], 'q'),
    node('Concat', ['q', 'x'], 'y', { axis: int(1) }),
  ]),
  dense(
    'Concat, Split, Slice and Transpose',
    1,
    [
      ...hidden,
      node('Concat', ['a', 'x'], 'c', { axis: int(1) }),
      { op: 'Split', name: 'split', inputs: ['c'], outputs: ['s', 't'], attributes: { axis: int(1) } },
      node('Add', ['s', 't'], 'r'),
      node('Slice', ['r', 'from', 'to', 'axes'], 'f'),
      node('Transpose', ['f'], 'y', { perm: ints(0, 1) }),
    ],
    { from: int64s(1), to: int64s(4), axes: int64s(1) },
    { opset: 12 },
  ),
  dense('Dropout and Identity', 1, [
    ...hidden,
    node('Dropout', ['a'], 'd'),
    node('Identity', ['d'], 'i'),
    last('i'),
  ]),
  dense('Floor: a grid does not scale', { op: 'Floor' }, between('Floor')),
  dense('Sign: degree 0', 0, [node('MatMul', ['x', 'w'], 'z'), node('Sign', ['z'], 's'), last('s')]),
  dense(
    'a choice by the sign',
    1,
    [
      node('MatMul', ['x', 'w'], 'z'),
      node('Greater', ['z', 'zero'], 'p'),
      node('Where', ['p', 'x', 'z'], 'r'),
      last('r'),
    ],
    { zero: scalar(0) },
  ),
  dense(
    'a choice by a threshold',
    { op: 'Greater' },
    [
      node('MatMul', ['x', 'w'], 'z'),
      node('Greater', ['z', 'c'], 'p'),
      node('Where', ['p', 'x', 'z'], 'r'),
      last('r'),
    ],
    { c: scalar(0.3) },
  ),
  dense(
    'a constant folded away from sight',
    { op: 'Add' },
    [node('Mul', ['c', 'c'], 'k'), ...between('Add', ['k'])],
    { c: list(0.5, 0, 0, 0.5) },
  ),
  dense('a Constant node of zeros', 1, [
    {
      op: 'Constant',
      name: 'zeros',
      inputs: [],
      outputs: ['c'],
      attributes: { value_floats: floats(0, 0, 0, 0) },
    },
    ...between('Add', ['c']),
  ]),
]; // biome-ignore-all format: a table
