/** Arithmetic on shape integers, where the batch size N is a symbol: every value is a + b*N. */
import type { NodeView } from './node-view.js';
import { broadcastIndices, broadcastShape, sizeOf } from './shapes.js';
import type { IntConstant } from './values.js';

export function intConstant(shape: readonly number[], values: readonly number[]): IntConstant {
  return { kind: 'int', shape, values, batchFactor: null };
}

/** Elementwise Add, Sub, Mul, Div (truncating, as ONNX integers divide). */
export function integerBinary(view: NodeView, op: string, a: IntConstant, b: IntConstant): IntConstant {
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
    values.push(result.c);
    factors.push(result.n);
  }
  return { kind: 'int', shape, values, batchFactor: factors.some((n) => n !== 0) ? factors : null };
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
