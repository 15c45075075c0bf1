/**
 * Odd constants and attributes on which the lowered network once differed from onnxruntime, so that a false "holds" could
 * be proved. Right is either the value that onnxruntime computes or a refusal; each case states which.
 */
import { describe, expect, it } from 'vitest';
import { float, int, ints, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { InputError } from '../../src/util/errors.js';
import { listedIntegers, timesInteger } from '../helpers/odd-integers.js';
import { agrees, int64s, lowerBytes, model, node } from '../helpers/onnx-builder.js';

type Initializers = Record<string, TensorSpec>;

function refuses(bytes: Uint8Array, message: RegExp): void {
  expect(() => lowerBytes(bytes)).toThrow(InputError);
  expect(() => lowerBytes(bytes)).toThrow(message);
}

/** y = x * float(k), where k comes out of the given integer nodes. */
function scaled(nodes: readonly NodeSpec[], initializers: Initializers): Uint8Array {
  const rest = [node('Cast', ['k'], 'f', { to: int(1) }), node('Mul', ['x', 'f'], 'y')];
  return model([1, 2], [...nodes, ...rest], initializers, { opset: 13 });
}

const i32 = (...values: number[]) => tensor('int32', [values.length], values);
const binary = (op: string) => [node(op, ['a', 'b'], 'k')];

describe('integers beyond 53 bits', () => {
  it.each(['Add', 'Sub', 'Div', 'Mul'])('%s is refused, not clamped', (op) => {
    refuses(scaled(binary(op), { a: int64s(2 ** 60), b: int64s(2 ** 60 - 128) }), /53/);
    refuses(scaled(binary(op), { a: int64s(-(2 ** 63)), b: int64s(3) }), /53/);
  });

  it('Neg and Cast are refused', () => {
    refuses(scaled([node('Neg', ['a'], 'k')], { a: int64s(-(2 ** 63)) }), /53/);
    for (const to of [1, 6, 11])
      refuses(scaled([node('Cast', ['a'], 'k', { to: int(to) })], { a: int64s(2 ** 60) }), /53|integers/);
  });

  it('Reshape, Gather, Pad, Unsqueeze and ConstantOfShape are refused', () => {
    const huge = int64s(2 ** 62);
    for (const op of ['Reshape', 'Gather', 'Pad', 'Unsqueeze'])
      refuses(model([1, 2], [node(op, ['x', 'a'], 'y')], { a: huge }, { opset: 13 }), /53/);
    const nodes = [node('ConstantOfShape', ['a'], 'c'), node('Add', ['x', 'c'], 'y')];
    refuses(model([1, 2], nodes, { a: huge }), /53/);
  });

  it('only the ends of a Slice may be that large', async () => {
    const slice = (starts: number, ends: number, steps: number) =>
      model([1, 5], [node('Slice', ['x', 's', 'e', 'a', 'p'], 'y')], {
        s: int64s(starts),
        e: int64s(ends),
        a: int64s(1),
        p: int64s(steps),
      });
    await agrees(slice(1, 2 ** 63 - 1024, 1));
    await agrees(slice(-(2 ** 63), 3, 1));
    await agrees(slice(4, -(2 ** 63), -1));
    refuses(slice(0, 5, 2 ** 62), /53/);
    // onnxruntime takes such an end as "everything", the standard as "nothing".
    refuses(slice(4, 2 ** 63 - 1024, -1), /backwards/);
    refuses(slice(4, 2 ** 31 - 1, -1), /backwards/);
  });
});

describe('integers have the range of their type', () => {
  it.each([
    ['Mul', 2 ** 20, 2 ** 20],
    ['Mul', 65537, 65537],
    ['Add', 2 ** 31 - 1, 1],
    ['Sub', -(2 ** 31), 1],
    ['Div', -(2 ** 31), -1],
  ])('int32 %s of %d and %d is refused, because it wraps', (op, a, b) => {
    refuses(scaled(binary(op), { a: i32(a), b: i32(b) }), /int32/);
  });

  it('int32 Neg and Cast that wrap are refused', () => {
    refuses(scaled([node('Neg', ['a'], 'k')], { a: i32(-(2 ** 31)) }), /int32/);
    refuses(scaled([node('Cast', ['a'], 'k', { to: int(6) })], { a: int64s(2 ** 32) }), /int32/);
    refuses(scaled([node('Cast', ['a'], 'k', { to: int(6) })], { a: int64s(2 ** 31) }), /int32/);
  });

  it('within the range they agree', async () => {
    await agrees(scaled(binary('Mul'), { a: i32(2 ** 15), b: i32(2 ** 15) }));
    await agrees(scaled(binary('Mul'), { a: int64s(2 ** 20), b: int64s(2 ** 20) }));
    await agrees(scaled([node('Cast', ['a'], 'k', { to: int(6) })], { a: int64s(-(2 ** 31)) }));
    for (const [a, b] of [
      [-7, 2],
      [7, -2],
      [-8, 3],
      [-1, 2],
    ] as const)
      await agrees(scaled(binary('Div'), { a: i32(a), b: i32(b) }));
    const wide = [node('Cast', ['a'], 'w', { to: int(7) }), node('Mul', ['w', 'w'], 'k')];
    await agrees(scaled(wide, { a: i32(2 ** 20) }));
  });

  it('a mixture of types is refused, as onnxruntime does', () => {
    refuses(scaled(binary('Add'), { a: i32(1), b: int64s(1) }), /type/);
  });

  it.each([
    ['bool', 7],
    ['bool', 256],
    ['bool', -1],
    ['uint8', 257],
    ['uint8', -1],
    ['int8', 255],
    ['int8', -129],
    ['int16', 40000],
    ['uint16', 65537],
    ['int32', 2 ** 32 + 3],
  ] as const)('a listed %s of %d is refused', (type, value) => {
    expect(() => lowerBytes(timesInteger(listedIntegers(type, value)))).toThrow(/element|range/);
  });

  it.each([
    ['bool', 1],
    ['uint8', 255],
    ['int8', -128],
    ['int16', -32768],
    ['uint16', 65535],
    ['int32', -5],
  ] as const)('a listed %s of %d agrees', async (type, value) => {
    await agrees(timesInteger(listedIntegers(type, value)));
  });

  it('a raw bool other than 0 and 1 is refused', () => {
    const cast = [node('Cast', ['a'], 'f', { to: int(1) }), node('Mul', ['x', 'f'], 'y')];
    refuses(model([1, 2], cast, { a: tensor('bool', [1], [5]) }), /element|range/);
  });
});

describe('what onnxruntime refuses', () => {
  it('Flatten counted from the end before opset 11', () => {
    refuses(model([1, 2, 3], [node('Flatten', ['x'], 'y', { axis: int(-1) })], {}, { opset: 9 }), /axis/);
  });

  it('Gemm with a C that does not fit, even where beta is 0', () => {
    const gemm = node('Gemm', ['x', 'w', 'c'], 'y', { beta: float(0) });
    const w = tensor('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
    refuses(model([1, 2], [gemm], { w, c: tensor('float32', [3, 1], [1, 2, 3]) }), /fit/);
  });
});

describe('Clip', () => {
  const clip = (maximum: number, type: 'float32' | 'float64') =>
    model(
      [1, 2],
      [node('Clip', ['x', 'lo', 'hi'], 'y')],
      {
        lo: tensor(type, [], [0]),
        hi: tensor(type, [], [maximum]),
      },
      { type, opset: 13 },
    );

  it('the largest float32 is no maximum in float32 only', async () => {
    const largest = 3.4028234663852886e38;
    await agrees(clip(largest, 'float32'));
    refuses(clip(largest, 'float64'), /Clip/);
    refuses(clip(Number.MAX_VALUE, 'float64'), /Clip/);
  });

  it('a tensor widened by Cast knows no largest float32', () => {
    const nodes = [node('Cast', ['x'], 'w', { to: int(11) }), node('Clip', ['w', 'lo', 'hi'], 'y')];
    const wide = (value: number) => tensor('float64', [], [value]);
    refuses(model([1, 2], nodes, { lo: wide(0), hi: wide(3.4028234663852886e38) }), /Clip/);
  });
});

describe('Pad', () => {
  const pad = (...pads: number[]) =>
    model(
      [1, 5],
      [node('Pad', ['x', 'p', 'v'], 'y')],
      { p: int64s(...pads), v: tensor('float32', [], [9]) },
      {
        opset: 13,
      },
    );

  it.each([
    [-5, 6],
    [-6, 8],
    [5, -6],
    [6, -5],
    [-3, -2],
  ])('that crops everything (%d, %d) is refused', (begin, end) => {
    refuses(pad(0, begin, 0, end), /removes/);
  });

  it('that crops less agrees', async () => {
    for (let begin = -4; begin <= 2; begin++)
      for (let end = -4; end <= 2; end++)
        if (5 + Math.min(begin, 0) + Math.min(end, 0) > 0) await agrees(pad(0, begin, 0, end));
  });

  it('with two values is refused', () => {
    const v = tensor('float32', [2], [9, 8]);
    refuses(model([1, 5], [node('Pad', ['x', 'p', 'v'], 'y')], { p: int64s(0, 1, 0, 2), v }), /one/);
  });
});

describe('attributes', () => {
  it('that are infinite are refused, but for the bounds of an old Clip', async () => {
    const w = tensor('float32', [2, 2], [1, 2, 3, 4]);
    for (const name of ['alpha', 'beta']) {
      const gemm = node('Gemm', ['x', 'w', 'w'], 'y', { [name]: float(Number.POSITIVE_INFINITY) });
      refuses(model([2], [gemm], { w }), /finite|rank/);
      refuses(model([1, 2], [gemm], { w }), /finite/);
    }
    const clip = node('Clip', ['x'], 'y', { min: float(0), max: float(Number.POSITIVE_INFINITY) });
    await agrees(model([1, 2], [clip], {}, { opset: 10 }));
  });

  it('of another type than the operator has are refused', () => {
    refuses(model([1, 2], [node('LeakyRelu', ['x'], 'y', { alpha: int(0) })]), /type/);
    refuses(model([1, 2], [node('Flatten', ['x'], 'y', { axis: float(1) })]), /type/);
    refuses(model([1, 2], [node('Flatten', ['x'], 'y', { axis: ints(1) })]), /type/);
  });

  it('a class index is cast to no bool', () => {
    const cast = (to: number) => [
      node('ArgMax', ['x'], 'k', { axis: int(1) }),
      node('Cast', ['k'], 'y', { to: int(to) }),
    ];
    refuses(model([1, 3], cast(9)), /Cast/);
    for (const to of [1, 6, 7]) expect(() => lowerBytes(model([1, 3], cast(to)))).not.toThrow();
  });

  it('that are no numbers are refused', () => {
    refuses(model([1, 2], [node('LeakyRelu', ['x'], 'y', { alpha: float(Number.NaN) })]), /number/);
    refuses(
      model([1, 2], [node('LeakyRelu', ['x'], 'y', { alpha: float(Number.POSITIVE_INFINITY) })]),
      /alpha/,
    );
  });
});
