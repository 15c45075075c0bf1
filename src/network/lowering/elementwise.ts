/** Add, Sub, Mul, Div, Neg, Sum: with constants exactly, of two activations as a sparse sum. */
import { exactProduct, exactQuotient, exactSum } from './exact.js';
import { integerBinary, integerNeg } from './integers.js';
import { identityMap, selectionMap, sparseFromRows } from './maps.js';
import type { NodeView } from './node-view.js';
import { broadcastIndices, broadcastShape, sameShape, sizeOf } from './shapes.js';
import type { Activation, FloatConstant, Value } from './values.js';

export type BinaryOp = 'Add' | 'Sub' | 'Mul' | 'Div';

export function lowerBinary(view: NodeView): Value {
  view.arity(2, 2);
  const op = view.op as BinaryOp;
  const a = view.value(0);
  const b = view.value(1);
  if (a.kind === 'int' && b.kind === 'int') return integerBinary(view, op, a, b);
  if (a.kind === 'activation' && b.kind === 'activation') {
    if (op === 'Add' || op === 'Sub')
      return sumOf(view, [view.activation(0), view.activation(1)], [1, op === 'Add' ? 1 : -1]);
    throw view.unsupported(
      `${op} of two tensors that both depend on the input is not linear`,
      'remove it from the model',
    );
  }
  if (a.kind === 'activation') return withConstant(view, op, view.activation(0), view.floats(1), false);
  if (b.kind === 'activation') return withConstant(view, op, view.activation(1), view.floats(0), true);
  return foldConstants(view, op, view.floats(0), view.floats(1));
}

export function lowerNeg(view: NodeView): Value {
  view.arity(1, 1);
  const value = view.value(0);
  if (value.kind === 'float') return { ...value, values: value.values.map((x) => -x) };
  if (value.kind === 'int') return integerNeg(view, value);
  const x = view.activation(0);
  const size = sizeOf(x.shape);
  const map = identityMap(size, new Float64Array(size).fill(-1));
  return view.builder.linear({ label: view.label, name: view.output }, [x], x.shape, map);
}

export function lowerSum(view: NodeView): Value {
  view.arity(1, 64);
  const parts = view.inputs.map((_, i) => view.activation(i));
  return sumOf(
    view,
    parts,
    parts.map(() => 1),
  );
}

/** The constant spread over `shape`; refused where it has different values for different samples. */
export function spreadConstant(
  view: NodeView,
  constant: FloatConstant,
  shape: readonly number[],
  batched: boolean,
): Float64Array {
  const fits = broadcastShape(constant.shape, shape);
  if (fits === null || !sameShape(fits, shape)) {
    throw view.bad(
      'shapes do not fit',
      `a shape that broadcasts to [${shape.join(', ')}]`,
      `[${constant.shape.join(', ')}]`,
    );
  }
  checkBatchAxis(view, constant.shape, shape, batched);
  return broadcastIndices(constant.shape, shape).length === constant.values.length &&
    sameShape(constant.shape, shape)
    ? constant.values
    : Float64Array.from(broadcastIndices(constant.shape, shape), (i) => constant.values[i]!);
}

function checkBatchAxis(
  view: NodeView,
  other: readonly number[],
  shape: readonly number[],
  batched: boolean,
): void {
  if (!batched) return;
  if (other.length > shape.length || (other.length === shape.length && other[0] !== 1)) {
    throw view.mixesBatch(`combines shape [N, ${shape.slice(1).join(', ')}] with [${other.join(', ')}]`);
  }
}

function withConstant(
  view: NodeView,
  op: BinaryOp,
  x: Activation,
  constant: FloatConstant,
  constantFirst: boolean,
): Value {
  checkBatchAxis(view, constant.shape, x.shape, x.batched);
  const shape = broadcastShape(x.shape, constant.shape);
  if (shape === null)
    throw view.bad('shapes do not fit', `[${x.shape.join(', ')}]`, `[${constant.shape.join(', ')}]`);
  const c = spreadConstant(view, constant, shape, x.batched);
  const source = broadcastIndices(x.shape, shape);
  const origin = { label: view.label, name: view.output };
  const select = (weights?: Float64Array) => selectionMap(sizeOf(x.shape), source, weights);
  const { builder } = view;
  switch (op) {
    case 'Add':
      return builder.linear(origin, [x], shape, select(), { bias: c });
    case 'Sub':
      return constantFirst
        ? builder.linear(origin, [x], shape, select(new Float64Array(c.length).fill(-1)), { bias: c })
        : builder.linear(origin, [x], shape, select(), { bias: c.map((v) => 0 - v) });
    case 'Mul':
      return builder.linear(origin, [x], shape, select(c));
    case 'Div': {
      if (constantFirst)
        throw view.unsupported(
          'Div of a constant by an activation is not linear',
          'remove it from the model',
        );
      const zero = c.indexOf(0);
      if (zero >= 0) throw view.bad('division by zero', 'divisors that are not 0', `0 at element ${zero}`);
      return builder.linear(origin, [x], shape, select(c.map((v) => (v < 0 ? -1 : 1))), {
        divisor: c.map(Math.abs),
      });
    }
  }
}

function sumOf(view: NodeView, parts: readonly Activation[], signs: readonly number[]): Activation {
  let shape: readonly number[] = parts[0]!.shape;
  for (const part of parts) {
    if (part.batched && part.shape.length !== parts[0]!.shape.length)
      throw view.mixesBatch('adds tensors of different rank');
    const next = broadcastShape(shape, part.shape);
    if (next === null)
      throw view.bad('shapes do not fit', `[${shape.join(', ')}]`, `[${part.shape.join(', ')}]`);
    shape = next;
  }
  const unique = [...new Map(parts.map((part) => [part.tensor, part])).values()];
  const offsets = new Map<number, number>();
  let cols = 0;
  for (const part of unique) {
    offsets.set(part.tensor, cols);
    cols += sizeOf(part.shape);
  }
  const sources = parts.map((part) => broadcastIndices(part.shape, shape));
  const map = sparseFromRows(view.label, sizeOf(shape), cols, (row, add) => {
    const terms = new Map<number, number>();
    parts.forEach((part, i) => {
      const col = offsets.get(part.tensor)! + sources[i]![row]!;
      terms.set(col, (terms.get(col) ?? 0) + signs[i]!);
    });
    for (const [col, weight] of terms) if (weight !== 0) add(col, weight);
  });
  return view.builder.linear({ label: view.label, name: view.output }, unique, shape, map);
}

const EXACT = {
  Add: exactSum,
  Sub: (a: number, b: number) => exactSum(a, -b),
  Mul: exactProduct,
  Div: exactQuotient,
} as const;

function foldConstants(view: NodeView, op: BinaryOp, a: FloatConstant, b: FloatConstant): FloatConstant {
  const shape = broadcastShape(a.shape, b.shape);
  if (shape === null)
    throw view.bad('shapes do not fit', `[${a.shape.join(', ')}]`, `[${b.shape.join(', ')}]`);
  const ia = broadcastIndices(a.shape, shape);
  const ib = broadcastIndices(b.shape, shape);
  const values = new Float64Array(ia.length);
  for (let i = 0; i < values.length; i++) {
    const value = EXACT[op](a.values[ia[i]!]!, b.values[ib[i]!]!);
    if (value === null) {
      throw view.unsupported(
        `${op} of two constants is not exact in float64`,
        'fold constants when exporting, so that the rounded result is stored in the model',
      );
    }
    values[i] = value;
  }
  // In its own element type a runtime gets the same numbers only if they need no rounding there.
  if (a.type === 'float32' && values.some((value) => Math.fround(value) !== value))
    view.builder.combines(view.label);
  return { kind: 'float', type: a.type, shape, values };
}
