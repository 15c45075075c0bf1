/** Reshaping, rearranging, and shapes computed in the graph, against onnxruntime. */
import { describe, expect, it } from 'vitest';
import { float, floats, int, ints, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { agrees, int64s, kinds, model, node, weights } from '../helpers/onnx-builder.js';

const relu = (input: string) => node('Relu', [input], 'y');

describe('aliases make no layer', () => {
  const cases: [string, (number | string)[], NodeSpec[], Record<string, TensorSpec>, number?][] = [
    ['Flatten', ['N', 2, 3, 2], [node('Flatten', ['x'], 'a')], {}],
    [
      'Flatten from the last axis of a batch of one',
      [1, 1, 4],
      [node('Flatten', ['x'], 'a', { axis: int(-1) })],
      {},
    ],
    ['Flatten from axis 0 without a batch', [4], [node('Flatten', ['x'], 'a', { axis: int(0) })], {}],
    ['Reshape with -1 for the rest', ['N', 2, 6], [node('Reshape', ['x', 's'], 'a')], { s: int64s(0, -1) }],
    [
      'Reshape with -1 for the batch',
      ['N', 2, 6],
      [node('Reshape', ['x', 's'], 'a')],
      { s: int64s(-1, 3, 4) },
    ],
    ['Reshape with 0 copying', ['N', 2, 6], [node('Reshape', ['x', 's'], 'a')], { s: int64s(0, 0, 2, -1) }],
    ['Reshape without batch', [12], [node('Reshape', ['x', 's'], 'a')], { s: int64s(3, 4) }],
    ['Squeeze', ['N', 2, 1, 3, 1], [node('Squeeze', ['x', 's'], 'a')], { s: int64s(2, -1) }],
    ['Squeeze by attribute', ['N', 2, 1], [node('Squeeze', ['x'], 'a', { axes: ints(2) })], {}, 11],
    ['Unsqueeze', ['N', 2], [node('Unsqueeze', ['x', 's'], 'a')], { s: int64s(1, -1) }],
    ['Unsqueeze by attribute', ['N', 2], [node('Unsqueeze', ['x'], 'a', { axes: ints(1, 3) })], {}, 11],
    ['Identity and Dropout', ['N', 2], [node('Identity', ['x'], 'i'), node('Dropout', ['i'], 'a')], {}],
    ['Dropout with ratio', ['N', 2], [node('Dropout', ['x'], 'a', { ratio: float(0.3) })], {}, 11],
    ['Cast to the same type', ['N', 2], [node('Cast', ['x'], 'a', { to: int(1) })], {}],
    [
      'Transpose that moves nothing',
      ['N', 1, 4],
      [node('Transpose', ['x'], 'a', { perm: ints(0, 2, 1) })],
      {},
    ],
  ];
  for (const [name, dims, nodes, initializers, opset] of cases) {
    it(name, async () => {
      const all = [...nodes, relu('a')];
      const network = await agrees(
        model(dims, [node('Neg', ['x'], 'n'), ...rename(all)], initializers, { opset: opset ?? 17 }),
      );
      expect(kinds(network)).toEqual(['sparse', 'relu']);
      expect(network.tensors[1]!.name).toBe('a');
    });
  }
  // Behind a Neg, so that the tensor is not the network's input.
  const rename = (nodes: NodeSpec[]) =>
    nodes.map((spec) => ({ ...spec, inputs: spec.inputs.map((name) => (name === 'x' ? 'n' : name)) }));
});

describe('rearranging', () => {
  const s = (values: number[]) => int64s(...values);
  const slice = node('Slice', ['x', 'from', 'to', 'axes', 'steps'], 'y');
  const cases: [string, (number | string)[], NodeSpec[], Record<string, TensorSpec>, number?][] = [
    ['Transpose', ['N', 2, 3, 4], [node('Transpose', ['x'], 'y', { perm: ints(0, 2, 3, 1) })], {}],
    ['Transpose of a fixed batch', [1, 2, 3], [node('Transpose', ['x'], 'y')], {}],
    ['Slice', ['N', 5, 6], [slice], { from: s([1, -1]), to: s([4, -6]), axes: s([1, 2]), steps: s([2, -2]) }],
    [
      'Slice to the end',
      ['N', 5, 6],
      [node('Slice', ['x', 'from', 'to', 'axes'], 'y')],
      { from: s([2]), to: s([2 ** 31]), axes: s([-1]) },
    ],
    [
      'Slice over everything',
      ['N', 5],
      [node('Slice', ['x', 'from', 'to'], 'y')],
      { from: s([0, 1]), to: s([2 ** 40, 3]) },
    ],
    [
      'Slice by attribute',
      ['N', 5],
      [node('Slice', ['x'], 'y', { starts: ints(1), ends: ints(-1), axes: ints(1) })],
      {},
      9,
    ],
    [
      'Gather of several',
      ['N', 5, 2],
      [node('Gather', ['x', 'i'], 'y', { axis: int(1) })],
      { i: s([3, -1, 3]) },
    ],
    [
      'Gather of one',
      ['N', 5, 2],
      [node('Gather', ['x', 'i'], 'y', { axis: int(2) })],
      { i: tensor('int64', [], [1]) },
    ],
    [
      'Concat',
      ['N', 2, 3],
      [node('Relu', ['x'], 'r'), node('Concat', ['x', 'r', 'x'], 'y', { axis: int(2) })],
      {},
    ],
    [
      'Concat with a constant',
      [1, 2],
      [node('Concat', ['x', 'c', 'x'], 'y', { axis: int(1) })],
      { c: weights([1, 3]) },
    ],
    ['Pad', ['N', 2, 3], [node('Pad', ['x', 'p'], 'y')], { p: s([0, 1, 0, 0, 0, 2]) }],
    [
      'Pad with a value',
      ['N', 2, 3],
      [node('Pad', ['x', 'p', 'v'], 'y')],
      { p: s([0, 1, 0, 0, 0, 2]), v: tensor('float32', [], [1.5]) },
    ],
    ['Pad that crops', ['N', 4], [node('Pad', ['x', 'p'], 'y')], { p: s([0, -1, 0, 1]) }],
    ['Pad over axes', ['N', 4, 2], [node('Pad', ['x', 'p', '', 'a'], 'y')], { p: s([1, 0]), a: s([-1]) }, 18],
    [
      'Pad by attribute',
      ['N', 4],
      [node('Pad', ['x'], 'y', { pads: ints(0, 1, 0, 2), value: float(0.5) })],
      {},
      9,
    ],
  ];
  for (const [name, dims, nodes, initializers, opset] of cases) {
    it(`${name} agrees`, async () => {
      await agrees(model(dims, nodes, initializers, { opset: opset ?? 17 }));
    });
  }

  it('NHWC input with transposes around a convolution agrees', async () => {
    const nodes = [
      node('Transpose', ['x'], 'nchw', { perm: ints(0, 3, 1, 2) }),
      node('Conv', ['nchw', 'w'], 'c'),
      node('Relu', ['c'], 'r'),
      node('Transpose', ['r'], 'nhwc', { perm: ints(0, 2, 3, 1) }),
      node('Reshape', ['nhwc', 's'], 'f'),
      node('MatMul', ['f', 'd'], 'y'),
    ];
    const initializers = { w: weights([2, 3, 2, 2]), s: int64s(-1, 12), d: weights([12, 4]) };
    const network = await agrees(model(['N', 3, 4, 3], nodes, initializers));
    expect(kinds(network)).toEqual(['sparse', 'conv', 'relu', 'dense']);
  });

  it('on weights is done when lowering', async () => {
    const nodes = [
      node('Transpose', ['w'], 't'),
      node('Slice', ['t', 'zero', 'two', 'one'], 'u'),
      node('Concat', ['u', 'u'], 'v', { axis: int(1) }),
      node('MatMul', ['x', 'v'], 'y'),
    ];
    const initializers = { w: weights([3, 4]), zero: int64s(0), one: int64s(1), two: int64s(2) };
    expect(kinds(await agrees(model(['N', 4], nodes, initializers)))).toEqual(['dense']);
  });
});

describe('shapes computed in the graph', () => {
  it('the PyTorch idiom: Shape, Gather, Unsqueeze, Concat, Reshape', async () => {
    const nodes = [
      node('Shape', ['x'], 'shape'),
      node('Gather', ['shape', 'zero'], 'batch', { axis: int(0) }),
      node('Unsqueeze', ['batch', 'axes'], 'first'),
      node('Concat', ['first', 'rest'], 'target', { axis: int(0) }),
      node('Reshape', ['x', 'target'], 'f'),
      node('MatMul', ['f', 'w'], 'y'),
    ];
    const initializers = {
      zero: tensor('int64', [], [0]),
      axes: int64s(0),
      rest: int64s(-1),
      w: weights([12, 2]),
    };
    for (const dims of [
      ['N', 3, 4],
      [1, 3, 4],
      [2, 3, 4],
    ])
      await agrees(model(dims, nodes, initializers));
  });

  it('Slice, Cast, Mul and ReduceProd-free products of dimensions', async () => {
    const nodes = [
      node('Shape', ['x'], 'shape'),
      node('Slice', ['shape', 'zero', 'one'], 'batch'),
      node('Slice', ['shape', 'one', 'two'], 'h'),
      node('Slice', ['shape', 'two', 'three'], 'w'),
      node('Mul', ['h', 'w'], 'hw'),
      node('Cast', ['hw'], 'hw32', { to: int(6) }),
      node('Cast', ['hw32'], 'hw64', { to: int(7) }),
      node('Concat', ['batch', 'hw64'], 'target', { axis: int(0) }),
      node('Reshape', ['x', 'target'], 'f'),
      node('Relu', ['f'], 'y'),
    ];
    const initializers = { zero: int64s(0), one: int64s(1), two: int64s(2), three: int64s(3) };
    await agrees(model(['N', 3, 4], nodes, initializers));
    await agrees(model([2, 3, 4], nodes, initializers));
  });

  it('Shape with start and end, ConstantOfShape, integer Div and Sub', async () => {
    const nodes = [
      node('Shape', ['x'], 'h', { start: int(-2), end: int(-1) }),
      node('Div', ['h', 'two'], 'half'),
      node('ConstantOfShape', ['half'], 'ones', { value: tensor('float32', [1], [1]) }),
      node('Sub', ['half', 'one'], 'left'),
      node('Concat', ['minus', 'left', 'six'], 'target', { axis: int(0) }),
      node('Reshape', ['x', 'target'], 'r'),
      node('Concat', ['target', 'target'], 'unused', { axis: int(0) }),
      node('Mul', ['r', 'scale'], 'y'),
    ];
    const initializers = {
      two: int64s(2),
      one: int64s(1),
      minus: int64s(-1),
      six: int64s(12),
      scale: weights([12]),
    };
    await agrees(model(['N', 4, 3], nodes, initializers));
  });

  it('all forms of Constant nodes', async () => {
    const constant = (output: string, attributes: NodeSpec['attributes']) =>
      node('Constant', [], output, attributes ?? {});
    const nodes = [
      constant('w', { value: weights([4, 4]) }),
      constant('s', { value_ints: ints(0, 2, 2) }),
      constant('a', { value_float: float(0.7) }),
      constant('v', { value_floats: floats(0.1, 0.2) }),
      constant('i', { value_int: int(1) }),
      node('MatMul', ['x', 'w'], 'm'),
      node('Reshape', ['m', 's'], 'r'),
      node('Mul', ['r', 'a'], 'p'),
      node('Add', ['p', 'v'], 'q'),
      node('Gather', ['q', 'i'], 'y', { axis: int(1) }),
    ];
    await agrees(model(['N', 4], nodes));
  });
});
