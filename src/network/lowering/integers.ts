/** Arithmetic on shape integers, where the batch size N is a symbol: every value is a + b*N. */
import { integerRange } from '../../onnx/tensor-proto.js';
import type { NodeView } from './node-view.js';
import { broadcastIndices, broadcastShape, sizeOf } from './shapes.js';
import type { IntConstant } from './values.js';

export function intConstant(type: string, shape: readonly number[], values: readonly number[]): IntConstant {
  return { kind: 'int', type, shape, values, batchFactor: null };
}

/** The constant itself, if all its elements fit in 53 bits and so are known exactly. */
export function exactInts(view: NodeView, value: IntConstant): IntConstant {
  if (value.values.every((x) => Number.isSafeInteger(x))) return value;
  throw view.bad(
    'an integer beyond 53 bits is supported only as start or end of a Slice',
    'integers of at most 53 bits',
    'a larger one; fold constants before exporting the model',
  );
}

/** Refuses integers that `type` does not have, which a runtime would wrap. */
export function inTypeRange(view: NodeView, value: IntConstant): IntConstant {
  const { least, most } = integerRange(value.type);
  const outside = (x: number) => x < least || x > most;
  const bad = value.values.findIndex((x, i) => outside(x) || outside(value.batchFactor?.[i] ?? 0));
  if (bad < 0) return value;
  throw view.bad(
    `an integer is outside the range of ${value.type}, where it would wrap`,
    `${least} to ${most}; fold constants before exporting the model`,
    String(value.values[bad]),
  );
}

/** Integer types in which arithmetic is read. */
const ARITHMETIC = ['int32', 'int64'];

function checkArithmetic(view: NodeView, { type }: IntConstant, other = type): void {
  if (!ARITHMETIC.includes(type))
    throw view.unsupported(
      `${view.op} of ${type} is not supported`,
      'fold constants before exporting the model',
    );
  if (other !== type) throw view.bad('the integer types differ', type, other);
}

export function integerNeg(view: NodeView, value: IntConstant): IntConstant {
  checkArithmetic(view, value);
  const { values, batchFactor } = exactInts(view, value);
  const negated = (x: number) => 0 - x;
  return inTypeRange(view, {
    ...value,
    values: values.map(negated),
    batchFactor: batchFactor?.map(negated) ?? null,
  });
}

/** Elementwise Add, Sub, Mul, Div (truncating, as ONNX integers divide). */
export function integerBinary(view: NodeView, op: string, a: IntConstant, b: IntConstant): IntConstant {
  checkArithmetic(view, a, b.type);
  exactInts(view, a);
  exactInts(view, b);
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === null)
    throw view.bad('shapes do not fit', `[${a.shape.join(', ')}]`, `[${b.shape.join(', ')}]`);
  const ia = broadcastIndices(a.shape, shape);
  const ib = broadcastIndices(b.shape, shape);
  const values: number[] = [];
  const factors: number[] = [];
  for (let i = 0; i < sizeOf(shape); i++) {
    const x = { c: a.values[ia[i]!]!, n: a.batchFactor?.[ia[i]!] ?? 0 };
    const y = { c: b.values[ib[i]!]!, n: b.batchFactor?.[ib[i]!] ?? 0 };
    const result = apply(view, op, x, y);
    if (!Number.isSafeInteger(result.c) || !Number.isSafeInteger(result.n)) {
      throw view.bad('integer overflow', 'a 53-bit integer', `${result.c} + ${result.n} N`);
    }
    // Adding 0 makes a 0 of the -0 that products and quotients of doubles can be.
    values.push(result.c + 0);
    factors.push(result.n + 0);
  }
  const batchFactor = factors.some((n) => n !== 0) ? factors : null;
  return inTypeRange(view, { kind: 'int', type: a.type, shape, values, batchFactor });
}

interface Linear {
  readonly c: number;
  readonly n: number;
}

function apply(view: NodeView, op: string, x: Linear, y: Linear): Linear {
  switch (op) {
    case 'Add':
      return { c: x.c + y.c, n: x.n + y.n };
    case 'Sub':
      return { c: x.c - y.c, n: x.n - y.n };
    case 'Mul':
      if (x.n !== 0 && y.n !== 0) throw view.mixesBatch('squares the batch size');
      return { c: x.c * y.c, n: x.n * y.c + x.c * y.n };
    case 'Div':
      if (y.n !== 0 || (x.n !== 0 && (x.c % y.c !== 0 || x.n % y.c !== 0)))
        throw view.mixesBatch('divides by the batch size');
      if (y.c === 0) throw view.bad('division by zero', 'a divisor that is not 0', '0');
      return { c: Math.trunc(x.c / y.c), n: x.n / y.c };
    default:
      throw view.unsupported(
        `${op} of integers is not supported`,
        'fold constants before exporting the model',
      );
  }
}
