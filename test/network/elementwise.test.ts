/** Add, Sub, Mul, Div, Neg, Sum, and the ReLU family, against onnxruntime. */
import { describe, expect, it } from 'vitest';
import { float, int, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { UnsupportedError } from '../../src/util/errors.js';
import { agrees, kinds, lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';

describe('with a constant', () => {
  for (const op of ['Add', 'Sub', 'Mul', 'Div']) {
    for (const dims of [[], [1], [4], [3, 1], [1, 3, 4], [3, 4], [1, 1, 1]]) {
      it(`${op} [N,3,4] and [${dims}] agrees on both sides`, async () => {
        const c = weights(dims, 5);
        await agrees(model(['N', 3, 4], [node(op, ['x', 'c'], 'y')], { c }));
        if (op !== 'Div') await agrees(model(['N', 3, 4], [node(op, ['c', 'x'], 'y')], { c }));
      });
    }
  }

  it('a constant larger than the tensor repeats it', async () => {
    await agrees(model(['N', 1, 4], [node('Mul', ['x', 'c'], 'y')], { c: weights([3, 1]) }));
  });

  it('(x - mean) / std is one layer with a divisor', async () => {
    const nodes = [node('Sub', ['x', 'mean'], 'a'), node('Div', ['a', 'std'], 'y')];
    const std = tensor('float32', [3, 1, 1], [0.229, -0.224, 0.225]);
    const network = await agrees(model(['N', 3, 2, 2], nodes, { mean: weights([3, 1, 1]), std }));
    expect(network.layers).toHaveLength(1);
    const [layer] = network.layers;
    expect(layer?.kind === 'linear' && layer.divisor?.[0]).toBe(Math.fround(0.229));
    expect(layer?.kind === 'linear' && layer.divisor?.[4]).toBe(Math.fround(0.224));
  });

  it('two constants are folded only if that is exact', async () => {
    const nodes = [node('Mul', ['a', 'b'], 'c'), node('Add', ['x', 'c'], 'y')];
    const exact = { a: tensor('float32', [2], [0.5, 3]), b: tensor('float32', [2], [0.25, 7]) };
    await agrees(model(['N', 2], nodes, exact));
    const third = { a: tensor('float64', [1], [1 / 3]), b: tensor('float64', [1], [1 / 3]) };
    expect(() => lowerBytes(model(['N', 2], nodes, third, { type: 'float64' }))).toThrow(/not exact/);
  });

  const refused: [string, NodeSpec, TensorSpec, RegExp][] = [
    ['a constant per sample', node('Add', ['x', 'c'], 'y'), weights([2, 3, 4]), /mixes the samples/],
    ['a constant of higher rank', node('Add', ['x', 'c'], 'y'), weights([1, 1, 3, 4]), /mixes the samples/],
    ['shapes that do not fit', node('Add', ['x', 'c'], 'y'), weights([5]), /shapes do not fit/],
    ['division by zero', node('Div', ['x', 'c'], 'y'), tensor('float32', [1], [0]), /division by zero/],
    ['constant over tensor', node('Div', ['c', 'x'], 'y'), weights([1]), /not linear/],
  ];
  for (const [name, spec, c, message] of refused) {
    it(`${name} is refused`, () => {
      expect(() => lowerBytes(model(['N', 3, 4], [spec], { c }))).toThrow(message);
    });
  }
});

describe('of two tensors', () => {
  const branches = [node('Mul', ['x', 'c'], 'a'), node('Relu', ['x'], 'b')];
  for (const op of ['Add', 'Sub']) {
    it(`${op} is a sparse sum over two inputs`, async () => {
      const network = await agrees(
        model(['N', 3], [...branches, node(op, ['a', 'b'], 'y')], { c: weights([3]) }),
      );
      const last = network.layers.at(-1);
      expect(last?.kind === 'linear' && last.inputs).toHaveLength(2);
    });
  }

  it('x + x doubles, x - x is zero', async () => {
    await agrees(model(['N', 3], [node('Relu', ['x'], 'r'), node('Add', ['r', 'r'], 'y')]));
    await agrees(model(['N', 3], [node('Relu', ['x'], 'r'), node('Sub', ['r', 'r'], 'y')]));
  });

  it('Sum of three and Neg agree', async () => {
    const nodes = [...branches, node('Neg', ['b'], 'n'), node('Sum', ['a', 'n', 'x'], 'y')];
    await agrees(model(['N', 3], nodes, { c: weights([3]) }));
  });

  it('broadcasts one against the other', async () => {
    const nodes = [
      node('ReduceMean', ['x'], 'm', { axes: { kind: 'ints', values: [1] } }),
      node('Sub', ['x', 'm'], 'y'),
    ];
    await agrees(model(['N', 4], nodes, {}, { opset: 13 }));
  });

  it('Mul is refused', () => {
    expect(() => lowerBytes(model(['N', 3], [node('Mul', ['x', 'x'], 'y')]))).toThrow(/not linear/);
  });
});

describe('ReLU family', () => {
  const dense = node('MatMul', ['x', 'w'], 'z');
  const w = weights([4, 6]);
  const slopeOf = (bytes: Uint8Array) => {
    const relu = lowerBytes(bytes).layers.find((layer) => layer.kind === 'relu');
    return relu?.slope;
  };

  it('LeakyRelu has the float32 slope exactly', async () => {
    const bytes = model(['N', 4], [dense, node('LeakyRelu', ['z'], 'y', { alpha: float(0.1) })], { w });
    await agrees(bytes);
    expect(slopeOf(bytes)).toBe(Math.fround(0.1));
    const standard = model(['N', 4], [dense, node('LeakyRelu', ['z'], 'y')], { w });
    await agrees(standard);
    expect(slopeOf(standard)).toBe(Math.fround(0.01));
  });

  it('LeakyRelu outside 0 <= alpha < 1 is refused', () => {
    for (const alpha of [-0.1, 1, 2]) {
      const bytes = model(['N', 4], [dense, node('LeakyRelu', ['z'], 'y', { alpha: float(alpha) })], { w });
      expect(() => lowerBytes(bytes)).toThrow(UnsupportedError);
    }
  });

  it('Clip from 0 is a ReLU, as attribute and as input', async () => {
    const zero = tensor('float32', [], [0]);
    const old = model(['N', 4], [dense, node('Clip', ['z'], 'y', { min: float(0) })], { w }, { opset: 7 });
    const current = model(['N', 4], [dense, node('Clip', ['z', 'zero'], 'y')], { w, zero }, { opset: 13 });
    expect(kinds(await agrees(old))).toEqual(['dense', 'relu']);
    expect(kinds(await agrees(current))).toEqual(['dense', 'relu']);
  });

  it('any other Clip is refused', () => {
    const constants = { w, zero: tensor('float32', [], [0]), six: tensor('float32', [], [6]) };
    for (const inputs of [['z', 'zero', 'six'], ['z', 'six'], ['z'], ['z', '', 'six']]) {
      const bytes = model(['N', 4], [dense, node('Clip', inputs, 'y')], constants);
      expect(() => lowerBytes(bytes)).toThrow(/Clip is supported only as a ReLU/);
    }
  });

  it('Max with 0 is a ReLU, with anything else it is refused', async () => {
    const constants = { w, zero: tensor('float32', [1], [0]), one: tensor('float32', [1], [1]) };
    expect(kinds(await agrees(model(['N', 4], [dense, node('Max', ['zero', 'z'], 'y')], constants)))).toEqual(
      ['dense', 'relu'],
    );
    expect(() => lowerBytes(model(['N', 4], [dense, node('Max', ['z', 'one'], 'y')], constants))).toThrow(
      UnsupportedError,
    );
  });

  it('of the input itself, of a max-pool, and twice of one tensor keeps the ONNX names', async () => {
    const direct = await agrees(model(['N', 4], [node('Relu', ['x'], 'y')]));
    expect(direct.layers[0]).toMatchObject({ kind: 'relu', input: direct.input });
    const pooling = { kernel_shape: { kind: 'ints', values: [2, 2] } } as const;
    const pooled = await agrees(
      model(['N', 1, 4, 4], [node('MaxPool', ['x'], 'p', pooling), node('Relu', ['p'], 'y')]),
    );
    expect(kinds(pooled)).toEqual(['max', 'relu']);
    const twice = [dense, node('Relu', ['z'], 'a'), node('Relu', ['z'], 'b'), node('Add', ['a', 'b'], 'y')];
    expect(kinds(await agrees(model(['N', 4], twice, { w })))).toEqual(['dense', 'relu', 'sparse']);
    const slopes = [
      dense,
      node('Relu', ['z'], 'a'),
      node('LeakyRelu', ['z'], 'b'),
      node('Add', ['a', 'b'], 'y'),
    ];
    expect(kinds(await agrees(model(['N', 4], slopes, { w })))).toEqual([
      'dense',
      'relu',
      'sparse',
      'relu',
      'sparse',
    ]);
  });

  it('behind a reshape takes the name of its own input', async () => {
    const nodes = [
      dense,
      node('Reshape', ['z', 's'], 'r'),
      node('Relu', ['r'], 'a'),
      node('Flatten', ['a'], 'y', { axis: int(1) }),
    ];
    const s = tensor('int64', [3], [-1, 2, 3]);
    const network = await agrees(model(['N', 4], nodes, { w, s }));
    expect(kinds(network)).toEqual(['dense', 'relu']);
    expect(network.tensors[1]).toMatchObject({ name: 'r', shape: [2, 3] });
    const onInput = [node('Reshape', ['x', 's'], 'r'), node('Relu', ['r'], 'y')];
    const second = await agrees(model(['N', 6], onInput, { s }));
    expect(second.tensors[second.layers.at(-1)!.kind === 'relu' ? 1 : 0]!.name).toBe('r');
  });
});
