/** Concat of constants, of shape integers, and of activations with or without constants between them. */
import { selectionMap } from './maps.js';
import type { NodeView } from './node-view.js';
import { normalizeAxis } from './reshaping.js';
import { checkSize, sizeOf } from './shapes.js';
import type { Activation, FloatConstant, IntConstant, Value } from './values.js';

export function lowerConcat(view: NodeView): Value {
  view.arity(1, 4096);
  const parts = view.inputs.map((_, i) => view.value(i));
  const first = parts[0]!;
  if (first.kind === 'class')
    throw view.unsupported('Concat of a class index', 'let the model end with ArgMax');
  const rank = first.shape.length;
  if (!view.has('axis')) throw view.bad('attribute "axis" is missing', 'an axis', 'nothing');
  const axis = normalizeAxis(view, view.attrInt('axis', 0), rank);
  if (parts.every((part) => part.kind === 'int')) return joinInts(view, parts as IntConstant[], axis);
  const floats = parts.map((part, i): Activation | FloatConstant => {
    if (part.kind === 'activation') return view.activation(i);
    return view.floats(i);
  });
  if (floats.some((part) => part.kind === 'activation' && part.batched)) {
    if (axis === 0) throw view.mixesBatch('joins along axis 0');
    if (floats.some((part) => part.kind === 'float')) {
      throw view.unsupported('Concat of a batch with a constant', 'export the model with a batch fixed to 1');
    }
  }
  return joinFloats(view, floats, axis);
}

/** Flat index into the concatenation of the parts for every element of the result. */
function layout(view: NodeView, shapes: readonly (readonly number[])[], axis: number) {
  const [first] = shapes as [readonly number[]];
  for (const shape of shapes) {
    if (shape.length !== first.length || shape.some((dim, i) => i !== axis && dim !== first[i])) {
      throw view.bad(
        'shapes do not fit',
        `[${first.join(', ')}] but for axis ${axis}`,
        `[${shape.join(', ')}]`,
      );
    }
  }
  const outer = sizeOf(first.slice(0, axis));
  const chunks = shapes.map((shape) => sizeOf(shape.slice(axis)));
  const offsets: number[] = [];
  let total = 0;
  for (const shape of shapes) {
    offsets.push(total);
    total += sizeOf(shape);
  }
  checkSize(total);
  const source = new Int32Array(total);
  let next = 0;
  for (let o = 0; o < outer; o++) {
    chunks.forEach((chunk, part) => {
      for (let i = 0; i < chunk; i++) source[next++] = offsets[part]! + o * chunk + i;
    });
  }
  const length = shapes.reduce((sum, shape) => sum + shape[axis]!, 0);
  return { source, shape: first.map((dim, i) => (i === axis ? length : dim)) };
}

function joinInts(view: NodeView, parts: readonly IntConstant[], axis: number): IntConstant {
  const { type } = parts[0]!;
  const other = parts.find((part) => part.type !== type);
  if (other !== undefined) throw view.bad('the integer types differ', type, other.type);
  const { source, shape } = layout(
    view,
    parts.map((part) => part.shape),
    axis,
  );
  const values = parts.flatMap((part) => part.values);
  const factors = parts.flatMap((part) => part.batchFactor ?? part.values.map(() => 0));
  const batchFactor = factors.some((factor) => factor !== 0) ? Array.from(source, (i) => factors[i]!) : null;
  return { kind: 'int', type, shape, values: Array.from(source, (i) => values[i]!), batchFactor };
}

function joinFloats(view: NodeView, parts: readonly (Activation | FloatConstant)[], axis: number): Value {
  const { source, shape } = layout(
    view,
    parts.map((part) => part.shape),
    axis,
  );
  const activations = parts.filter((part) => part.kind === 'activation');
  const constant = new Float64Array(source.length);
  const column = new Int32Array(source.length).fill(-1);
  const start = new Map<number, number>();
  const inputs: Activation[] = [];
  let cols = 0;
  for (const part of activations) {
    if (start.has(part.tensor)) continue;
    start.set(part.tensor, cols);
    inputs.push(part);
    cols += sizeOf(part.shape);
  }
  let offset = 0;
  for (const part of parts) {
    for (let i = 0; i < sizeOf(part.shape); i++, offset++) {
      if (part.kind === 'float') constant[offset] = part.values[i]!;
      else column[offset] = start.get(part.tensor)! + i;
    }
  }
  const bias = Float64Array.from(source, (i) => constant[i]!);
  if (inputs.length === 0) return { ...(parts[0] as FloatConstant), shape, values: bias };
  const map = selectionMap(
    cols,
    Int32Array.from(source, (i) => column[i]!),
  );
  return view.builder.linear({ label: view.label, name: view.output }, inputs, shape, map, { bias });
}
