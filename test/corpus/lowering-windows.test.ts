/**
 * Windows of Conv and pooling on which the lowered network once differed from onnxruntime, or onnxruntime from the standard:
 * they agree with onnxruntime or are refused.
 */
import { describe, expect, it } from 'vitest';
import { int, ints, type NodeSpec, tensor, text } from '../../src/onnx/encode.js';
import { InputError } from '../../src/util/errors.js';
import { agrees, lowerBytes, model, node } from '../helpers/onnx-builder.js';

function refuses(bytes: Uint8Array, message: RegExp): void {
  expect(() => lowerBytes(bytes)).toThrow(InputError);
  expect(() => lowerBytes(bytes)).toThrow(message);
}

/** One operator on a row of `size` numbers; since opset 19 all pools have dilations. */
const line = (op: string, size: number, attributes: NodeSpec['attributes'], opset = 19) =>
  model([1, 1, 1, size], [node(op, ['x'], 'y', attributes)], {}, { opset });

describe('windows', () => {
  const same = { auto_pad: text('SAME_UPPER') };

  it.each(['SAME_UPPER', 'SAME_LOWER'])('auto_pad %s that would crop is refused', (mode) => {
    for (const op of ['MaxPool', 'AveragePool']) {
      const attributes = { kernel_shape: ints(1, 1), auto_pad: text(mode), strides: ints(1, 4) };
      refuses(line(op, 8, attributes), /auto_pad/);
    }
    const conv = node('Conv', ['x', 'w'], 'y', { auto_pad: text(mode), strides: ints(1, 4) });
    refuses(model([1, 1, 1, 8], [conv], { w: tensor('float32', [1, 1, 1, 1], [3]) }), /auto_pad/);
  });

  it.each(['SAME_UPPER', 'SAME_LOWER'])(
    'Conv %s of every kernel and stride agrees or is refused',
    async (mode) => {
      for (const size of [5, 8]) {
        for (const kernel of [1, 2, 3]) {
          for (const stride of [1, 2, 3, 4]) {
            const total = (Math.ceil(size / stride) - 1) * stride + kernel - size;
            const conv = node('Conv', ['x', 'w'], 'y', { auto_pad: text(mode), strides: ints(stride) });
            const w = tensor('float32', [1, 1, kernel], [1, 2, 4].slice(0, kernel));
            const bytes = model([1, 1, size], [conv], { w });
            if (total < -1) refuses(bytes, /auto_pad/);
            else await agrees(bytes);
          }
        }
      }
    },
  );

  it('auto_pad with dilations or with pads is refused', () => {
    for (const op of ['MaxPool', 'AveragePool']) {
      refuses(line(op, 8, { ...same, kernel_shape: ints(1, 3), dilations: ints(1, 2) }), /auto_pad/);
      refuses(line(op, 8, { ...same, kernel_shape: ints(1, 3), pads: ints(0, 1, 0, 1) }), /auto_pad/);
    }
    const w = tensor('float32', [1, 1, 1, 3], [1, 2, 3]);
    for (const attributes of [
      { ...same, dilations: ints(1, 2) },
      { ...same, pads: ints(0, 1, 0, 0) },
    ])
      refuses(model([1, 1, 1, 7], [node('Conv', ['x', 'w'], 'y', attributes)], { w }), /auto_pad/);
  });

  it('pooling pads of the size of the kernel are refused', () => {
    for (const op of ['MaxPool', 'AveragePool'])
      refuses(
        line(op, 8, { kernel_shape: ints(1, 2), dilations: ints(1, 3), pads: ints(0, 2, 0, 0) }),
        /pads/,
      );
  });
});

describe('AveragePool with count_include_pad', () => {
  const pool = (pads: readonly number[], opset: number) => {
    const attributes = { kernel_shape: ints(3, 3), pads: ints(...pads), count_include_pad: int(1) };
    return model([1, 1, 5, 4], [node('AveragePool', ['x'], 'y', attributes)], {}, { opset });
  };

  it('of unequal pads agrees before opset 19 and is refused since, where onnxruntime mixes the axes', async () => {
    for (const pads of [
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [1, 2, 0, 1],
      [2, 0, 1, 0],
    ]) {
      await agrees(pool(pads, 18));
      for (const opset of [19, 22]) refuses(pool(pads, opset), /count_include_pad/);
    }
    for (const opset of [18, 19, 22])
      for (const pad of [0, 1, 2]) await agrees(pool([pad, pad, pad, pad], opset));
  });

  it('in one dimension agrees for all pads', async () => {
    for (const opset of [18, 19, 22]) {
      for (const begin of [0, 1, 2]) {
        for (const end of [0, 1, 2]) {
          for (const stride of [1, 2]) {
            const attributes = {
              kernel_shape: ints(3),
              strides: ints(stride),
              pads: ints(begin, end),
              count_include_pad: int(1),
            };
            await agrees(model([1, 2, 6], [node('AveragePool', ['x'], 'y', attributes)], {}, { opset }));
          }
        }
      }
    }
  });

  it('dilations are refused before the operator has them', () => {
    const attributes = { kernel_shape: ints(1, 2), dilations: ints(1, 2) };
    refuses(line('AveragePool', 8, attributes, 18), /dilations/);
    refuses(line('MaxPool', 8, attributes, 9), /dilations/);
  });
});
