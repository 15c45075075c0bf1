/** Graphs that are not well formed or not supported are refused with the place and a remedy. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { LOWERINGS } from '../../src/network/lowering/registry.js';
import { SUPPORTED_OPS } from '../../src/network/supported-ops.js';
import { encodeModel, type ModelSpec, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { describeInputError, InputError, UnsupportedError } from '../../src/util/errors.js';
import { agrees, lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';

const x = { name: 'x', type: 'float32', dims: ['N', 3] } as const;
const y = { name: 'y', type: 'float32' } as const;
const relu = node('Relu', ['x'], 'y');

/** The whole text a user would see. */
function refusal(spec: Partial<ModelSpec>): string {
  try {
    lowerModel(decodeModel(encodeModel({ nodes: [relu], inputs: [x], outputs: [y], ...spec }), 'model.onnx'));
  } catch (error) {
    if (error instanceof InputError) return describeInputError(error);
    throw error;
  }
  return 'accepted';
}

describe('graphs that are not well formed', () => {
  const cases: [string, Partial<ModelSpec>, RegExp][] = [
    [
      'a cycle',
      { nodes: [node('Add', ['x', 'b'], 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'], 'y')] },
      /has a cycle/,
    ],
    ['a node that reads itself', { nodes: [node('Add', ['x', 'y'], 'y')] }, /has a cycle/],
    [
      'a missing tensor',
      { nodes: [node('Relu', ['nowhere'], 'y')] },
      /node "Relu_y" \(Relu\).*"nowhere" does not exist/,
    ],
    ['a missing output', { outputs: [{ name: 'elsewhere' }] }, /"elsewhere" does not exist/],
    ['two nodes with one output', { nodes: [relu, node('Neg', ['x'], 'y')] }, /"y" is used twice/],
    ['a node output called like the input', { nodes: [node('Relu', ['x'], 'x'), relu] }, /"x" is used twice/],
    ['an input listed twice', { inputs: [x, x] }, /"x" is listed twice/],
    ['two inputs', { inputs: [x, { ...x, name: 'mask' }] }, /exactly one input[\s\S]*x, mask/],
    ['no input', { inputs: [] }, /exactly one input/],
    ['two outputs', { outputs: [y, { name: 'x' }] }, /exactly one output[\s\S]*y, x/],
    [
      'an output that does not depend on the input',
      {
        nodes: [relu, node('Identity', ['w'], 'v')],
        initializers: { w: weights([3]) },
        outputs: [{ name: 'v' }],
      },
      /does not depend on the input/,
    ],
    ['no shape', { inputs: [{ name: 'x', type: 'float32' }] }, /no shape/],
    ['a dynamic axis that is not the batch', { inputs: [{ ...x, dims: ['N', 'C'] }] }, /axis 1 is C/],
    ['an input of the wrong type', { inputs: [{ ...x, type: 'int64' }] }, /must be float32 or float64/],
    [
      'a declared output of the wrong size',
      { outputs: [{ ...y, dims: ['N', 4] }] },
      /declared shape[\s\S]*\[N, 4\]/,
    ],
    ['too many inputs of a node', { nodes: [node('Relu', ['x', 'x'], 'y')] }, /wrong number of inputs/],
    [
      'shapes that do not fit',
      { nodes: [node('MatMul', ['x', 'w'], 'y')], initializers: { w: weights([4, 2]) } },
      /shapes do not fit/,
    ],
    [
      'the same attribute twice, of the wrong type',
      { nodes: [node('Flatten', ['x'], 'y', { axis: { kind: 'float', value: 1 } })] },
      /"axis" has the wrong type/,
    ],
  ];
  for (const [name, spec, message] of cases) {
    it(name, () => {
      const text = refusal(spec);
      expect(text).toMatch(message);
      expect(text).toMatch(/^model\.onnx: /);
    });
  }
});

describe('what is not supported', () => {
  it('names node, operator, what there is, and what to do', () => {
    const text = refusal({ nodes: [node('Sigmoid', ['x'], 'y')] });
    expect(text).toMatch(/node "Sigmoid_y" \(Sigmoid\): operator Sigmoid is not supported; replace it/);
    expect(text).toMatch(/LeakyRelu/);
  });

  it('operators of other domains are refused even where the name is known', () => {
    const custom = { ...relu, domain: 'com.example' };
    expect(refusal({ nodes: [custom], extraOpsets: [{ domain: 'com.example', version: 1 }] })).toMatch(
      /com\.example\.Relu/,
    );
  });

  it('operator sets outside 7 to 22, none and several', () => {
    for (const opset of [6, 23]) expect(refusal({ opset })).toMatch(/from 7 to 22/);
    expect(refusal({ extraOpsets: [{ domain: 'ai.onnx', version: 9 }] })).toMatch(/not stated once/);
  });

  it('a truth value where a float is needed', () => {
    const bytes = model(['N', 1], [node('Add', ['x', 'w'], 'y')], { w: tensor('bool', [1], [1]) });
    expect(() => lowerBytes(bytes)).toThrow(UnsupportedError);
  });
});

describe('what is accepted', () => {
  it('the table of operators is the registry', () => {
    expect(SUPPORTED_OPS.map(({ op }) => op)).toEqual([...LOWERINGS.keys()]);
  });

  it('nodes in any order, unneeded nodes, and initializers listed as inputs', async () => {
    const w = weights([3, 2]);
    const nodes = [
      node('MatMul', ['x', 'w'], 'z'),
      node('Relu', ['z'], 'y'),
      node('Sigmoid', ['x'], 'unused'),
    ];
    const inputs = [x, { name: 'w', type: 'float32', dims: [3, 2] }] as const;
    await agrees(encodeModel({ nodes, inputs, outputs: [y], initializers: { w } }));
    const network = lowerBytes(
      encodeModel({ nodes: [...nodes].reverse(), inputs, outputs: [y], initializers: { w } }),
    );
    expect(network.layers).toHaveLength(2);
  });

  it('every operator set from 7 to 22 for a plain classifier', async () => {
    for (let opset = 7; opset <= 22; opset++) {
      const nodes = [
        node('Flatten', ['x'], 'f'),
        node('Gemm', ['f', 'w', 'b'], 'z'),
        node('Relu', ['z'], 'y'),
      ];
      const constants = { w: weights([4, 2]), b: weights([2]) };
      await agrees(model(['N', 2, 2], nodes, constants, { opset, irVersion: opset > 20 ? 10 : 7 }));
    }
  });

  it('a chain of ten thousand nodes, without recursion', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) =>
      node('Identity', [i === 0 ? 'x' : `t${i - 1}`], i === 9_999 ? 'y' : `t${i}`),
    );
    expect(lowerBytes(model(['N', 3], nodes)).layers).toHaveLength(1);
  });

  it('the sample shape leaves out the batch, symbolic, fixed to one, or absent', () => {
    for (const [dims, shape] of [
      [
        ['N', 2, 3],
        [2, 3],
      ],
      [[1, 6], [6]],
      [
        [5, 2, 3],
        [2, 3],
      ],
      [[6], [6]],
      [
        [1, 1, 1, 5],
        [1, 1, 5],
      ],
    ] as const) {
      const network = lowerBytes(model(dims, [node('Relu', ['x'], 'y')]));
      expect(network.tensors.map((tensor) => tensor.shape)).toEqual([shape, shape]);
    }
  });

  it('a residual network: names, layers and values', async () => {
    const nodes = [
      node('MatMul', ['x', 'w'], 'm'),
      node('Add', ['m', 'b'], 'z1'),
      node('Relu', ['z1'], 'a1'),
      node('MatMul', ['a1', 'w'], 'z2'),
      node('Add', ['z2', 'a1'], 's'),
      node('Relu', ['s'], 'a2'),
      node('MatMul', ['a2', 'w'], 'y'),
    ];
    const network = await agrees(model(['N', 3], nodes, { w: weights([3, 3]), b: weights([3], 2) }));
    expect(network.tensors.map((tensor) => tensor.name)).toEqual(['x', 'z1', 'a1', 'z2', 's', 'a2', 'y']);
  });
});
