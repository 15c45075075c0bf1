/** Operators that change only the shape: Flatten, Reshape, Squeeze, Unsqueeze, Identity, Dropout, Cast. */
import { exactInts, inTypeRange } from './integers.js';
import type { NodeView } from './node-view.js';
import { sizeOf } from './shapes.js';
import type { Value } from './values.js';

/** A value that reshaping applies to, with another shape. */
function reshaped(value: Value, shape: readonly number[]): Value {
  return value.kind === 'class' ? value : { ...value, shape };
}

function shapeOf(value: Value): readonly number[] {
  return value.kind === 'class' ? [value.logits.shape[0] ?? 1] : value.shape;
}

function isBatched(value: Value): boolean {
  return value.kind === 'activation' ? value.batched : value.kind === 'class' && value.logits.batched;
}

/** Axis from 0 to rank-1, from an ONNX axis that may count from the end. */
export function normalizeAxis(view: NodeView, axis: number, rank: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw view.bad('axis is out of range', `${-rank} to ${rank - 1}`, String(axis));
}

export function lowerIdentity(view: NodeView): Value {
  view.arity(1, 1);
  return view.value(0);
}

export function lowerDropout(view: NodeView): Value {
  view.arity(1, 3);
  view.ignoreAttr('ratio', 'seed', 'is_test');
  if (view.isUsed(1)) throw view.unsupported('the mask of Dropout is used', 'export the model for inference');
  if ((view.inputs[2] ?? null) !== null && view.plainInts(2).some((flag) => flag !== 0)) {
    throw view.unsupported('Dropout is in training mode', 'export the model for inference');
  }
  return view.value(0);
}

const FLOAT32 = 1;
const FLOAT64 = 11;
const INTEGERS: Readonly<Record<number, string>> = { 6: 'int32', 7: 'int64' };

export function lowerCast(view: NodeView): Value {
  view.arity(1, 1);
  view.ignoreAttr('saturate');
  const to = view.attrInt('to', 0);
  const value = view.value(0);
  const integer = INTEGERS[to];
  if (value.kind === 'int' && integer !== undefined)
    return integer === value.type ? value : inTypeRange(view, { ...exactInts(view, value), type: integer });
  if (value.kind === 'class' && (integer !== undefined || to === FLOAT32 || to === FLOAT64)) return value;
  const isFloat32 =
    value.kind === 'float' ? value.type === 'float32' : view.builder.elementType === 'float32';
  if (value.kind === 'float' && (to === FLOAT64 || (to === FLOAT32 && isFloat32))) {
    return { ...value, type: to === FLOAT64 ? 'float64' : 'float32' };
  }
  if (value.kind === 'activation' && (to === FLOAT64 || (to === FLOAT32 && isFloat32))) return value;
  if (value.kind === 'int' && value.batchFactor === null && (to === FLOAT64 || to === FLOAT32)) {
    exactInts(view, value);
    if (value.values.every((x) => Math.fround(x) === x)) {
      const values = Float64Array.from(value.values);
      return { kind: 'float', type: to === FLOAT64 ? 'float64' : 'float32', shape: value.shape, values };
    }
  }
  throw view.unsupported('this Cast would round', 'keep the model in one float type', `to = ${to}`);
}

export function lowerFlatten(view: NodeView): Value {
  view.arity(1, 1);
  const value = view.value(0);
  const shape = shapeOf(value);
  const axis = view.attrInt('axis', 1);
  if (axis < 0 && view.opset < 11)
    throw view.bad('axis is out of range', `0 to ${shape.length}`, String(axis));
  const from = axis === shape.length ? axis : normalizeAxis(view, axis, Math.max(shape.length, 1));
  if (isBatched(value) && from === 0) throw view.mixesBatch('with axis 0 joins the samples');
  const rows = sizeOf(shape.slice(0, from));
  const cols = sizeOf(shape.slice(from));
  if (isBatched(value) && rows !== 1)
    throw view.mixesBatch(`with axis ${axis} joins the batch with other axes`);
  return reshaped(value, [rows, cols]);
}

export function lowerReshape(view: NodeView): Value {
  view.arity(1, 2);
  const value = view.value(0);
  if (value.kind === 'class') return value;
  const target = view.opset < 5 ? null : view.ints(1);
  if (target === null) throw view.unsupported('Reshape by attribute', 'export with opset 7 or later');
  const allowZero = view.attrInt('allowzero', 0) !== 0;
  const batched = isBatched(value);
  const { batchSize } = view;
  const dims = target.values.map((dim, i): number => {
    const factor = target.batchFactor?.[i] ?? 0;
    const zero = dim === 0 && factor === 0 && !allowZero;
    if (zero && i >= value.shape.length)
      throw view.bad('0 in a shape copies an axis that is absent', `fewer than ${i + 1} axes`, 'more');
    if (i === 0 && batched) {
      if (zero || (factor === 1 && dim === 0)) return 1;
      if (factor === 0 && dim === -1) return -1;
      if (factor === 0 && dim === batchSize) return 1;
      throw view.mixesBatch(
        `to ${factor === 0 ? dim : `${factor} N`} rows does not keep axis 0 as the batch`,
      );
    }
    if (factor !== 0) throw view.mixesBatch('uses the batch size in another axis');
    if (zero) {
      if (batched && i === 0) return 1;
      return value.shape[i]!;
    }
    return dim;
  });
  return reshaped(value, inferDims(view, dims, value.shape, batched));
}

function inferDims(
  view: NodeView,
  dims: readonly number[],
  from: readonly number[],
  batched: boolean,
): number[] {
  const size = sizeOf(from);
  const open = dims.indexOf(-1);
  const wrong = () => view.bad('shapes do not fit', `${size} elements per sample`, `[${dims.join(', ')}]`);
  if (dims.some((dim, i) => dim < 0 && i !== open) || (batched && dims.length === 0)) throw wrong();
  if (open < 0) {
    if (sizeOf(dims) !== size) throw wrong();
    return [...dims];
  }
  const known = dims.reduce((product, dim, i) => (i === open ? product : product * dim), 1);
  if (known === 0 || size % known !== 0) throw wrong();
  // With a batch, axis 0 is the batch only if one sample fills the other axes exactly.
  if (batched && open === 0 && known !== size) throw view.mixesBatch('does not keep axis 0 as the batch');
  return dims.map((dim, i) => (i === open ? size / known : dim));
}

/** Axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since. */
function axesOf(view: NodeView): readonly number[] | null {
  if (view.opset < 13) return view.attrInts('axes');
  return (view.inputs[1] ?? null) === null ? null : view.plainInts(1);
}

export function lowerSqueeze(view: NodeView): Value {
  view.arity(1, 2);
  const value = view.value(0);
  if (value.kind === 'class') return value;
  const { shape } = value;
  const batched = isBatched(value);
  const axes = axesOf(view)?.map((axis) => normalizeAxis(view, axis, shape.length));
  const drop = new Set(
    axes ?? shape.flatMap((dim, axis) => (dim === 1 && !(batched && axis === 0) ? [axis] : [])),
  );
  for (const axis of drop) {
    if (batched && axis === 0) throw view.mixesBatch('removes axis 0');
    if (shape[axis] !== 1) throw view.bad('axis is not of length 1', '1', String(shape[axis]));
  }
  return reshaped(
    value,
    shape.filter((_, axis) => !drop.has(axis)),
  );
}

export function lowerUnsqueeze(view: NodeView): Value {
  view.arity(1, 2);
  const value = view.value(0);
  if (value.kind === 'class') return value;
  const axes = axesOf(view);
  if (axes === null) throw view.bad('axes are missing', 'a list of axes', 'nothing');
  const rank = value.shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalizeAxis(view, axis, rank)));
  if (added.size !== axes.length)
    throw view.bad('an axis is listed twice', 'distinct axes', `[${axes.join(', ')}]`);
  if (isBatched(value) && added.has(0)) throw view.mixesBatch('puts an axis in front of axis 0');
  const rest = [...value.shape];
  return reshaped(
    value,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!)),
  );
}
