/** Random chains of operators agree with onnxruntime; damaged models are refused, never a crash. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { int, ints, type NodeSpec, type TensorSpec } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { InputError } from '../../src/util/errors.js';
import { agrees, int64s, model, node, weights } from '../helpers/onnx-builder.js';

interface Chain {
  readonly nodes: NodeSpec[];
  readonly initializers: Record<string, TensorSpec>;
  /** Sample shape of the last tensor: [C, H, W], or [n] after flattening. */
  shape: number[];
}

type Step = (chain: Chain, from: string, to: string, seed: number) => void;

const elementwise =
  (op: string): Step =>
  (chain, from, to, seed) => {
    const shape = chain.shape.length === 3 ? [chain.shape[0]!, 1, 1] : chain.shape;
    chain.initializers[`c${to}`] = weights(shape, seed);
    chain.nodes.push(node(op, [from, `c${to}`], to));
  };

const STEPS: Readonly<Record<string, Step>> = {
  add: elementwise('Add'),
  sub: elementwise('Sub'),
  mul: elementwise('Mul'),
  relu: (chain, from, to) => chain.nodes.push(node('Relu', [from], to)),
  leaky: (chain, from, to) => chain.nodes.push(node('LeakyRelu', [from], to)),
  neg: (chain, from, to) => chain.nodes.push(node('Neg', [from], to)),
  double: (chain, from, to) => chain.nodes.push(node('Add', [from, from], to)),
  flatten: (chain, from, to) => {
    chain.nodes.push(node('Flatten', [from], to));
    chain.shape = [chain.shape.reduce((a, b) => a * b, 1)];
  },
  dense: (chain, from, to, seed) => {
    STEPS['flatten']!(chain, from, `${to}f`, seed);
    chain.initializers[`w${to}`] = weights([4, chain.shape[0]!], seed);
    chain.nodes.push(node('Gemm', [`${to}f`, `w${to}`], to, { transB: int(1) }));
    chain.shape = [4];
  },
  image: (chain, from, to) => {
    const size = chain.shape.reduce((a, b) => a * b, 1);
    chain.shape = size % 4 === 0 ? [size / 4, 2, 2] : [1, 1, size];
    chain.initializers[`s${to}`] = int64s(-1, ...chain.shape);
    chain.nodes.push(node('Reshape', [from, `s${to}`], to));
  },
  transpose: (chain, from, to, seed) => {
    if (chain.shape.length === 1) return STEPS['neg']!(chain, from, to, seed);
    const [c, h, w] = chain.shape as [number, number, number];
    chain.nodes.push(node('Transpose', [from], to, { perm: ints(0, 2, 3, 1) }));
    chain.shape = [h, w, c];
  },
  conv: (chain, from, to, seed) => {
    if (chain.shape.length === 1) return STEPS['dense']!(chain, from, to, seed);
    chain.initializers[`w${to}`] = weights([2, chain.shape[0]!, 2, 2], seed);
    chain.nodes.push(node('Conv', [from, `w${to}`], to, { pads: ints(1, 0, 0, 1) }));
    chain.shape = [2, chain.shape[1]!, chain.shape[2]!];
  },
  pool: (chain, from, to, seed) => {
    if (chain.shape.length === 1) return STEPS['relu']!(chain, from, to, seed);
    chain.nodes.push(node('MaxPool', [from], to, { kernel_shape: ints(2, 2), pads: ints(1, 1, 0, 0) }));
  },
};

const NAMES = Object.keys(STEPS);

describe('random chains', () => {
  it('agree with onnxruntime', async () => {
    const list = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(list, fc.boolean(), fc.nat(1000), async (names, symbolic, seed) => {
        const chain: Chain = { nodes: [], initializers: {}, shape: [2, 3, 4] };
        names.forEach((name, i) => {
          STEPS[name]!(chain, i === 0 ? 'x' : `t${i - 1}`, i === names.length - 1 ? 'y' : `t${i}`, seed + i);
        });
        const network = await agrees(model([symbolic ? 'N' : 1, 2, 3, 4], chain.nodes, chain.initializers));
        const relus = chain.nodes.filter(({ op }) => op === 'Relu' || op === 'LeakyRelu');
        const inputs = new Set(relus.map((spec) => spec.inputs[0]));
        for (const layer of network.layers) {
          if (layer.kind === 'relu') expect(inputs).toContain(network.tensors[layer.input]!.name);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('damaged models', () => {
  it('lower or are refused with an InputError', () => {
    const chain: Chain = { nodes: [], initializers: {}, shape: [2, 3, 4] };
    const names = ['sub', 'conv', 'relu', 'pool', 'transpose', 'double', 'dense', 'image', 'mul', 'dense'];
    names.forEach((name, i) => {
      STEPS[name]!(chain, i === 0 ? 'x' : `t${i - 1}`, i === names.length - 1 ? 'y' : `t${i}`, i);
    });
    const bytes = model(['N', 2, 3, 4], chain.nodes, chain.initializers);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const copy = bytes.slice();
        for (const [at, value] of changes) copy[at] = value;
        try {
          lowerModel(decodeModel(copy));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('sizes that would not fit in memory are refused', () => {
    const huge: [NodeSpec[], Record<string, TensorSpec>, (number | string)[]][] = [
      [[node('Relu', ['x'], 'y')], {}, ['N', 2 ** 40]],
      [[node('Add', ['x', 'c'], 'y')], { c: weights([5000]) }, ['N', 5000, 1]],
      [[node('MatMul', ['x', 'c'], 'y')], { c: weights([1, 5000]) }, ['N', 5000, 1]],
      [[node('Pad', ['x', 'p'], 'y')], { p: int64s(0, 2 ** 50, 0, 0) }, ['N', 3]],
      [
        [node('Conv', ['x', 'c'], 'y', { pads: ints(2 ** 40, 0, 0, 0) })],
        { c: weights([1, 1, 1, 1]) },
        ['N', 1, 2, 2],
      ],
      [
        [node('MaxPool', ['x'], 'y', { kernel_shape: ints(1, 1), pads: ints(2 ** 40, 0, 0, 0) })],
        {},
        ['N', 1, 2, 2],
      ],
      [[node('ConstantOfShape', ['s'], 'c'), node('Add', ['x', 'c'], 'y')], { s: int64s(2 ** 40) }, ['N', 1]],
    ];
    for (const [nodes, initializers, dims] of huge) {
      const bytes = model(dims, nodes, initializers);
      expect(() => lowerModel(decodeModel(bytes))).toThrow(InputError);
    }
  });
});
