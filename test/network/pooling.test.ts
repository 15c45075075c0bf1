/** Pooling and reductions against onnxruntime. */
import { describe, expect, it } from 'vitest';
import { type AttributeSpec, int, ints, text } from '../../src/onnx/encode.js';
import { agrees, int64s, kinds, lowerBytes, model, node } from '../helpers/onnx-builder.js';

type Attributes = Record<string, AttributeSpec>;

const windows: [string, number[], Attributes][] = [
  ['plain', [2, 4, 6], { kernel_shape: ints(2, 3) }],
  ['stride', [2, 5, 6], { kernel_shape: ints(2, 2), strides: ints(2, 2) }],
  ['pads', [2, 5, 6], { kernel_shape: ints(3, 3), pads: ints(1, 2, 0, 1), strides: ints(2, 1) }],
  ['SAME_UPPER', [1, 5, 6], { kernel_shape: ints(2, 2), auto_pad: text('SAME_UPPER'), strides: ints(2, 2) }],
  ['SAME_LOWER', [1, 5, 6], { kernel_shape: ints(2, 3), auto_pad: text('SAME_LOWER') }],
  ['VALID', [1, 5, 6], { kernel_shape: ints(2, 3), auto_pad: text('VALID') }],
  ['one dimension', [2, 7], { kernel_shape: ints(3), strides: ints(2), pads: ints(1, 1) }],
  [
    'ceil_mode that changes nothing',
    [1, 4, 6],
    { kernel_shape: ints(2, 2), strides: ints(2, 2), ceil_mode: int(1) },
  ],
];

describe('MaxPool', () => {
  for (const [name, dims, attributes] of windows) {
    it(`${name} agrees`, async () => {
      const network = await agrees(model(['N', ...dims], [node('MaxPool', ['x'], 'y', attributes)]));
      expect(kinds(network)).toEqual(['max']);
    });
  }

  it('dilations agree', async () => {
    const attributes = { kernel_shape: ints(2, 3), dilations: ints(2, 2), pads: ints(1, 1, 1, 1) };
    await agrees(model(['N', 2, 6, 6], [node('MaxPool', ['x'], 'y', attributes)]));
  });

  it('padding counts as minus infinity: the maximum of negative numbers stays negative', async () => {
    const attributes = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
    const negative = new Float64Array(4).fill(-0.5);
    await agrees(model(['N', 1, 2, 2], [node('MaxPool', ['x'], 'y', attributes)]), [negative]);
  });

  it('used indices and ceil_mode that matters are refused', () => {
    const ceil = { kernel_shape: ints(2, 2), strides: ints(2, 2), ceil_mode: int(1) };
    expect(() => lowerBytes(model(['N', 1, 5, 5], [node('MaxPool', ['x'], 'y', ceil)]))).toThrow(/ceil_mode/);
    const indices = { ...node('MaxPool', ['x'], 'v', { kernel_shape: ints(2, 2) }), outputs: ['v', 'i'] };
    const nodes = [indices, node('Cast', ['i'], 'f', { to: int(1) }), node('Add', ['v', 'f'], 'y')];
    expect(() => lowerBytes(model(['N', 1, 4, 4], nodes))).toThrow(/output 1 of MaxPool is used/);
  });
});

describe('AveragePool', () => {
  for (const include of [0, 1]) {
    for (const [name, dims, attributes] of windows) {
      it(`${name} agrees with count_include_pad = ${include}, and divides exactly`, async () => {
        const all = { ...attributes, count_include_pad: int(include) };
        const network = await agrees(model(['N', ...dims], [node('AveragePool', ['x'], 'y', all)]));
        const [layer] = network.layers;
        expect(layer?.kind === 'linear' && layer.map.weight.every((weight) => weight === 1)).toBe(true);
        expect(layer?.kind === 'linear' && layer.divisor?.every(Number.isInteger)).toBe(true);
      });
    }
  }

  it('dilations (opset 19) agree', async () => {
    const attributes = { kernel_shape: ints(2, 2), dilations: ints(2, 1) };
    await agrees(
      model(['N', 1, 5, 5], [node('AveragePool', ['x'], 'y', attributes)], {}, { opset: 19, irVersion: 9 }),
    );
  });
});

describe('over all of space', () => {
  for (const op of ['GlobalAveragePool', 'GlobalMaxPool']) {
    it(`${op} agrees`, async () => {
      await agrees(model(['N', 3, 2, 5], [node(op, ['x'], 'y')]));
      await agrees(model(['N', 3, 5], [node(op, ['x'], 'y')]));
    });
  }
});

describe('reductions', () => {
  for (const op of ['ReduceMean', 'ReduceSum', 'ReduceMax']) {
    it(`${op} agrees with axes as attribute and as input, kept or not`, async () => {
      const attributes = { axes: ints(2, -1), keepdims: int(0) };
      await agrees(model(['N', 3, 2, 5], [node(op, ['x'], 'y', attributes)], {}, { opset: 11 }));
      const nodes = [node(op, ['x', 'axes'], 'y', { keepdims: int(1) })];
      await agrees(model(['N', 3, 2, 5], nodes, { axes: int64s(1, 3) }, { opset: 18 }));
      await agrees(
        model(
          ['N', 3, 2],
          [node(op, ['x', 'axes'], 'y', { keepdims: int(0) })],
          { axes: int64s(-1) },
          { opset: 18 },
        ),
      );
    });

    it(`${op} over the batch is refused, over a batch fixed to one it is not`, async () => {
      expect(() => lowerBytes(model(['N', 3], [node(op, ['x'], 'y', { keepdims: int(0) })]))).toThrow(
        /mixes the samples/,
      );
      const zero = [node(op, ['x', 'axes'], 'y')];
      expect(() => lowerBytes(model(['N', 3], zero, { axes: int64s(0) }, { opset: 18 }))).toThrow(
        /mixes the samples/,
      );
      await agrees(model([1, 3], [node(op, ['x'], 'y')]));
    });
  }

  it('noop_with_empty_axes only renames the input', async () => {
    const nodes = [
      node('ReduceMean', ['x', 'none'], 'm', { noop_with_empty_axes: int(1) }),
      node('Relu', ['m'], 'y'),
    ];
    expect(kinds(await agrees(model(['N', 3], nodes, { none: int64s() }, { opset: 18 })))).toEqual([
      'sparse',
      'relu',
    ]);
  });
});
