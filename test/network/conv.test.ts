/** Conv and BatchNormalization against onnxruntime. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMap, applyTranspose, forEachTerm } from '../../src/network/linear-map.js';
import { type AttributeSpec, float, int, ints, tensor, text } from '../../src/onnx/encode.js';
import { agrees, kinds, lowerBytes, model, node, randoms, weights } from '../helpers/onnx-builder.js';

describe('Conv', () => {
  const cases: [string, number[], number[], Record<string, AttributeSpec>][] = [
    ['plain', [2, 5, 6], [3, 2, 3, 2], {}],
    ['stride and pads', [2, 5, 6], [3, 2, 3, 3], { strides: ints(2, 1), pads: ints(1, 0, 2, 1) }],
    ['dilation', [1, 7, 7], [2, 1, 3, 2], { dilations: ints(2, 3), kernel_shape: ints(3, 2) }],
    ['groups', [4, 4, 4], [6, 2, 3, 3], { group: int(2), pads: ints(1, 1, 1, 1) }],
    ['depthwise', [3, 4, 4], [3, 1, 2, 2], { group: int(3) }],
    ['SAME_UPPER, even kernel', [1, 5, 6], [2, 1, 2, 4], { auto_pad: text('SAME_UPPER') }],
    ['SAME_LOWER, even kernel', [1, 5, 6], [2, 1, 2, 4], { auto_pad: text('SAME_LOWER') }],
    ['SAME_UPPER, stride 2', [1, 5, 6], [2, 1, 3, 3], { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) }],
    ['SAME_LOWER, stride 3', [1, 7, 8], [2, 1, 2, 2], { auto_pad: text('SAME_LOWER'), strides: ints(3, 3) }],
    ['VALID', [1, 5, 6], [2, 1, 3, 3], { auto_pad: text('VALID'), strides: ints(2, 2) }],
    ['one dimension', [3, 9], [2, 3, 4], { strides: ints(2), pads: ints(2, 1), dilations: ints(2) }],
    ['one dimension, SAME_UPPER', [3, 9], [2, 3, 4], { auto_pad: text('SAME_UPPER') }],
    ['a kernel of one pixel', [3, 2, 2], [5, 3, 1, 1], {}],
  ];
  for (const [name, dims, w, attributes] of cases) {
    it(`${name} agrees, with and without bias`, async () => {
      const initializers = { w: weights(w, 3), b: weights([w[0]!], 4) };
      await agrees(model(['N', ...dims], [node('Conv', ['x', 'w'], 'y', attributes)], initializers));
      const nodes = [node('Conv', ['x', 'w', 'b'], 'z', attributes), node('Relu', ['z'], 'y')];
      const network = await agrees(model([1, ...dims], nodes, initializers, { opset: 9 }));
      expect(kinds(network)).toEqual(['conv', 'relu']);
    });
  }

  const refused: [string, (number | string)[], number[], Record<string, AttributeSpec>, RegExp][] = [
    ['wrong number of channels', ['N', 2, 5, 5], [3, 4, 3, 3], {}, /channels do not fit/],
    ['a kernel that is too large', ['N', 1, 2, 2], [1, 1, 3, 3], {}, /larger than the padded input/],
    [
      'kernel_shape that differs',
      ['N', 1, 5, 5],
      [1, 1, 3, 3],
      { kernel_shape: ints(2, 2) },
      /differs from the weights/,
    ],
    ['stride 0', ['N', 1, 5, 5], [1, 1, 3, 3], { strides: ints(0, 1) }, /"strides" is wrong/],
    ['negative pads', ['N', 1, 5, 5], [1, 1, 3, 3], { pads: ints(-1, 0, 0, 0) }, /"pads" is wrong/],
    ['unknown auto_pad', ['N', 1, 5, 5], [1, 1, 3, 3], { auto_pad: text('FULL') }, /auto_pad/],
    ['3-D', ['N', 1, 4, 4, 4], [1, 1, 2, 2, 2], {}, /one and two dimensions/],
    [
      'an attribute nobody knows',
      ['N', 1, 5, 5],
      [1, 1, 3, 3],
      { rounding: int(1) },
      /"rounding" of Conv is not supported/,
    ],
  ];
  for (const [name, dims, w, attributes, message] of refused) {
    it(`refuses ${name}`, () => {
      expect(() =>
        lowerBytes(model(dims, [node('Conv', ['x', 'w'], 'y', attributes)], { w: weights(w) })),
      ).toThrow(message);
    });
  }
});

describe('BatchNormalization', () => {
  const parameters = {
    gamma: weights([3], 1),
    beta: weights([3], 2),
    mean: weights([3], 3),
    variance: tensor('float32', [3], [0.5, 2, 0.01]),
  };
  const norm = (input: string, attributes: Record<string, AttributeSpec> = {}) =>
    node('BatchNormalization', [input, 'gamma', 'beta', 'mean', 'variance'], 'y', attributes);

  for (const opset of [7, 9, 14, 15, 17]) {
    it(`agrees in opset ${opset}`, async () => {
      const network = await agrees(
        model(['N', 3, 2, 2], [norm('x', { epsilon: float(0.01) })], parameters, { opset }),
      );
      expect(network.notes.join()).toMatch(/rounded to float64/);
    });
  }

  it('behind a convolution without bias: the mean joins the convolution, the scale is a layer', async () => {
    const nodes = [node('Conv', ['x', 'w'], 'c'), norm('c')];
    const network = await agrees(model(['N', 2, 4, 4], nodes, { ...parameters, w: weights([3, 2, 3, 3]) }));
    expect(kinds(network)).toEqual(['conv', 'sparse']);
  });

  it('behind a convolution with bias, and on vectors', async () => {
    const nodes = [node('Conv', ['x', 'w', 'b'], 'c'), norm('c')];
    await agrees(
      model(['N', 2, 4, 4], nodes, { ...parameters, w: weights([3, 2, 3, 3]), b: weights([3], 9) }),
    );
    await agrees(model(['N', 3], [norm('x')], parameters));
  });

  it('is y = gamma (x - mean) / sqrt(var + epsilon) + beta, by hand', () => {
    const one = (value: number) => tensor('float32', [1], [value]);
    const values = { gamma: one(3), beta: one(0.5), mean: one(-1), variance: one(0.75) };
    const network = lowerBytes(model(['N', 1], [norm('x', { epsilon: float(0.25) })], values));
    const [shift, scale] = network.layers;
    expect(shift).toMatchObject({ bias: Float64Array.of(1) });
    expect(scale).toMatchObject({ bias: Float64Array.of(0.5), map: { weight: Float64Array.of(3) } });
  });

  it('refuses training mode and a variance that is not positive', () => {
    const training = model(['N', 3, 2, 2], [norm('x', { training_mode: int(1) })], parameters);
    expect(() => lowerBytes(training)).toThrow(/training mode/);
    const variance = tensor('float32', [3], [1, -1, 1]);
    expect(() => lowerBytes(model(['N', 3, 2, 2], [norm('x')], { ...parameters, variance }))).toThrow(
      /not positive/,
    );
  });
});

describe('linear maps', () => {
  it('terms, product and transposed product of a convolution agree with the dense matrix', () => {
    const small = fc.integer({ min: 1, max: 3 });
    const shape = fc.record({
      c: small,
      m: small,
      g: small,
      h: small,
      w: small,
      k: small,
      s: small,
      d: small,
      p: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 1000 }), ({ c, m, g, h, w, k, s, d, p }, seed) => {
        const [height, width] = [h + (k - 1) * d, w + (k - 1) * d];
        const attributes = {
          group: int(g),
          strides: ints(s, s),
          dilations: ints(d, d),
          pads: ints(p, 0, 0, p),
        };
        const initializers = { w: weights([m * g, c, k, k], seed) };
        const bytes = model(
          ['N', c * g, height, width],
          [node('Conv', ['x', 'w'], 'y', attributes)],
          initializers,
        );
        const [layer] = lowerBytes(bytes).layers;
        if (layer?.kind !== 'linear' || layer.map.kind !== 'conv') throw new Error('expected a convolution');
        const { map } = layer;
        const dense = new Float64Array(map.rows * map.cols);
        for (let row = 0; row < map.rows; row++) {
          forEachTerm(map, row, (col, weight) => {
            dense[row * map.cols + col] = weight;
          });
        }
        const matrix = { kind: 'dense', rows: map.rows, cols: map.cols, weight: dense } as const;
        for (const [apply, from, to] of [
          [applyMap, map.cols, map.rows],
          [applyTranspose, map.rows, map.cols],
        ] as const) {
          const vector = randoms(from, seed + 1);
          const [fast, slow] = [new Float64Array(to), new Float64Array(to)];
          apply(map, vector, fast);
          apply(matrix, vector, slow);
          for (let i = 0; i < to; i++) expect(fast[i]).toBeCloseTo(slow[i]!, 12);
        }
      }),
      { numRuns: 60 },
    );
  });
});
