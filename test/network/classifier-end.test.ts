/** Softmax and ArgMax at the end, and refusal of everything that mixes the samples of a batch. */
import { describe, expect, it } from 'vitest';
import { int, type NodeSpec, type TensorSpec, text } from '../../src/onnx/encode.js';
import { agrees, int64s, lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';

describe('what mixes samples is refused', () => {
  const cases: [string, NodeSpec[], Record<string, TensorSpec>][] = [
    ['Flatten from axis 0', [node('Flatten', ['x'], 'y', { axis: int(0) })], {}],
    ['Flatten from axis 2', [node('Flatten', ['x'], 'y', { axis: int(2) })], {}],
    ['Reshape to one row', [node('Reshape', ['x', 's'], 'y')], { s: int64s(1, -1) }],
    ['Reshape to two rows per sample', [node('Reshape', ['x', 's'], 'y')], { s: int64s(-1, 6) }],
    ['Transpose of axis 0', [node('Transpose', ['x'], 'y')], {}],
    ['Slice of axis 0', [node('Slice', ['x', 'z', 's'], 'y')], { z: int64s(0), s: int64s(1) }],
    ['Gather along axis 0', [node('Gather', ['x', 'z'], 'y')], { z: int64s(0) }],
    ['Concat along axis 0', [node('Concat', ['x', 'x'], 'y', { axis: int(0) })], {}],
    ['Pad of axis 0', [node('Pad', ['x', 'p'], 'y')], { p: int64s(1, 0, 0, 0, 0, 0) }],
    ['Unsqueeze in front', [node('Unsqueeze', ['x', 's'], 'y')], { s: int64s(0) }],
    ['Softmax over axis 0', [node('Softmax', ['x'], 'y', { axis: int(0) })], {}],
    ['ArgMax over axis 0', [node('ArgMax', ['x'], 'y')], {}],
  ];
  for (const [name, nodes, initializers] of cases) {
    it(name, () => {
      expect(() => lowerBytes(model(['N', 3, 4], nodes, initializers))).toThrow(/mixes the samples/);
    });
  }
});

describe('the end of a classifier', () => {
  const dense = node('MatMul', ['x', 'w'], 'z');
  const w = weights([4, 3]);
  for (const [op, opset] of [
    ['Softmax', 9],
    ['Softmax', 13],
    ['LogSoftmax', 11],
    ['LogSoftmax', 17],
  ] as const) {
    it(`${op} in opset ${opset} is left out and noted`, async () => {
      const network = await agrees(model(['N', 4], [dense, node(op, ['z'], 'y')], { w }, { opset }));
      expect(network.tensors[network.output]!.name).toBe('z');
      expect(network.notes[0]).toMatch(`${op}_y`);
    });
  }

  it('ArgMax, also behind Softmax, leaves the logits as output', async () => {
    const argmax = node('ArgMax', ['p'], 'y', { axis: int(1), keepdims: int(0) });
    const bytes = model(
      ['N', 4],
      [dense, node('Softmax', ['z'], 'p'), argmax],
      { w },
      { outputs: [{ name: 'y', type: 'int64' }] },
    );
    const network = await agrees(bytes);
    expect(network.tensors[network.output]!.name).toBe('z');
    expect(network.notes).toHaveLength(2);
  });

  it('Softmax in the middle, or not over all classes, is refused', () => {
    expect(() =>
      lowerBytes(model(['N', 4], [node('Softmax', ['x'], 's'), node('MatMul', ['s', 'w'], 'y')], { w })),
    ).toThrow(/follows/);
    expect(() =>
      lowerBytes(model(['N', 4], [node('Softmax', ['x'], 's'), node('Relu', ['s'], 'y')])),
    ).toThrow(/follows/);
    expect(() => lowerBytes(model(['N', 2, 4], [node('Softmax', ['x'], 'y')]))).toThrow(
      /all outputs of a sample/,
    );
  });

  it('a mode of Pad other than constant is refused', () => {
    const nodes = [node('Pad', ['x', 'p'], 'y', { mode: text('reflect') })];
    expect(() => lowerBytes(model(['N', 4], nodes, { p: int64s(0, 1, 0, 1) }))).toThrow(
      /constant values only/,
    );
  });
});
