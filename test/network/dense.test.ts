/** Gemm and MatMul against onnxruntime. */
import { describe, expect, it } from 'vitest';
import { reluLayers } from '../../src/network/network.js';
import { float, int, tensor } from '../../src/onnx/encode.js';
import { UnsupportedError } from '../../src/util/errors.js';
import { agrees, kinds, lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';

describe('Gemm', () => {
  const cases = [
    { name: 'plain', attributes: {}, b: [4, 3], c: [3] },
    { name: 'transB', attributes: { transB: int(1) }, b: [3, 4], c: [3] },
    { name: 'alpha and beta', attributes: { alpha: float(0.3), beta: float(-1.7) }, b: [4, 3], c: [1, 3] },
    { name: 'scalar C', attributes: {}, b: [4, 3], c: [] },
    { name: 'C of one element', attributes: {}, b: [4, 3], c: [1] },
  ];
  for (const { name, attributes, b, c } of cases) {
    it(`${name}: one dense layer that agrees`, async () => {
      const nodes = [node('Gemm', ['x', 'b', 'c'], 'y', attributes)];
      const network = await agrees(model(['N', 4], nodes, { b: weights(b, 1), c: weights(c, 2) }));
      expect(kinds(network)).toEqual(['dense']);
    });
  }

  it('without C', async () => {
    await agrees(model(['N', 4], [node('Gemm', ['x', 'b'], 'y')], { b: weights([4, 3]) }, { opset: 11 }));
  });

  it('beta = 0 ignores C', async () => {
    const nodes = [node('Gemm', ['x', 'b', 'c'], 'y', { beta: float(0) })];
    await agrees(model(['N', 4], nodes, { b: weights([4, 3]), c: weights([3]) }));
  });

  it('float64 with alpha keeps the scaling in a layer of its own when the product would round', async () => {
    const nodes = [node('Gemm', ['x', 'b', 'c'], 'y', { alpha: float(0.3) })];
    const initializers = { b: weights([4, 3], 1, 'float64'), c: weights([3], 2, 'float64') };
    const b = Float64Array.from(initializers.b.values, (value) => value / 3);
    const bytes = model(
      ['N', 4],
      nodes,
      { ...initializers, b: tensor('float64', [4, 3], b) },
      { type: 'float64' },
    );
    const network = await agrees(bytes);
    expect(kinds(network)).toEqual(['dense', 'sparse']);
    const [dense] = network.layers;
    expect(dense?.kind === 'linear' && [...dense.map.weight.subarray(0, 4)]).toEqual([
      b[0],
      b[3],
      b[6],
      b[9],
    ]);
  });

  it('transA is refused for a batch and accepted for one vector', async () => {
    const nodes = [node('Gemm', ['x', 'b'], 'y', { transA: int(1) })];
    const initializers = { b: weights([4, 3]) };
    expect(() => lowerBytes(model(['N', 4], nodes, initializers, { opset: 11 }))).toThrow(UnsupportedError);
    // [4, 1] could be a batch of four, so it is refused as well; with a batch fixed to one nothing is mixed.
    expect(() => lowerBytes(model([4, 1], nodes, initializers, { opset: 11 }))).toThrow(UnsupportedError);
    await agrees(model([1, 4], nodes, { b: weights([1, 3]) }, { opset: 11 }));
  });

  it('C that differs between samples is refused', () => {
    const bytes = model(['N', 4], [node('Gemm', ['x', 'b', 'c'], 'y')], {
      b: weights([4, 3]),
      c: weights([2, 3]),
    });
    expect(() => lowerBytes(bytes)).toThrow();
  });
});

describe('MatMul', () => {
  it('with Add is one layer whose output has the name of the sum', async () => {
    const nodes = [node('MatMul', ['x', 'w'], 'm'), node('Add', ['m', 'b'], 's'), node('Relu', ['s'], 'y')];
    const network = await agrees(model(['N', 4], nodes, { w: weights([4, 3]), b: weights([3], 2) }));
    expect(kinds(network)).toEqual(['dense', 'relu']);
    expect(network.tensors[reluLayers(network)[0]!.input]!.name).toBe('s');
  });

  it('whose result is also used elsewhere is not folded away', async () => {
    const nodes = [
      node('MatMul', ['x', 'w'], 'm'),
      node('Add', ['b', 'm'], 's'),
      node('Add', ['m', 's'], 'y'),
    ];
    const network = await agrees(model(['N', 4], nodes, { w: weights([4, 3]), b: weights([3], 2) }));
    expect(kinds(network)).toEqual(['dense', 'sparse', 'sparse']);
  });

  const shapes: [string, (number | string)[], number[], boolean][] = [
    ['a row per position', ['N', 5, 4], [4, 3], false],
    ['a vector', ['N', 4], [4], false],
    ['a stack of matrices', ['N', 2, 3, 4], [2, 4, 5], false],
    ['a stack with a leading 1', ['N', 2, 3, 4], [1, 2, 4, 5], false],
    ['constant on the left', ['N', 4, 3], [2, 4], true],
    ['constant on the left of columns', ['N', 4, 1], [6, 4], true],
    ['constant vector on the left', ['N', 4, 3], [4], true],
    ['one sample without batch', [4], [4, 3], false],
    ['fixed batch of one', [1, 4], [4, 3], false],
    ['fixed batch of three', [3, 4], [4, 2], false],
  ];
  for (const [name, dims, constant, left] of shapes) {
    it(`${name} agrees`, async () => {
      const nodes = [node('MatMul', left ? ['w', 'x'] : ['x', 'w'], 'y')];
      await agrees(model(dims, nodes, { w: weights(constant) }));
    });
  }

  const refused: [string, (number | string)[], number[], boolean][] = [
    ['constant on the left of a batch of rows', ['N', 4], [4, 3], true],
    ['as many matrices as samples', ['N', 3, 4], [2, 4, 5], false],
    ['a constant of higher rank', ['N', 4], [2, 4, 5], false],
  ];
  for (const [name, dims, constant, left] of refused) {
    it(`${name} is refused because it mixes samples`, () => {
      const nodes = [node('MatMul', left ? ['w', 'x'] : ['x', 'w'], 'y')];
      expect(() => lowerBytes(model(dims, nodes, { w: weights(constant) }))).toThrow(
        /mixes the samples|do not fit/,
      );
    });
  }

  it('of two activations is refused', () => {
    const bytes = model(['N', 3, 3], [node('MatMul', ['x', 'x'], 'y')]);
    expect(() => lowerBytes(bytes)).toThrow(/not linear/);
  });

  it('float64 weights are kept to the last bit', async () => {
    const w = weights([4, 3], 3, 'float64');
    const network = await agrees(
      model(['N', 4], [node('MatMul', ['x', 'w'], 'y')], { w }, { type: 'float64' }),
    );
    const [layer] = network.layers;
    expect(layer?.kind === 'linear' && layer.map.weight[1]).toBe(w.values[3]);
  });
});
