/** Operators that move elements: Transpose, Slice, Concat, Gather, Pad. For constants and activations alike. */
import { selectionMap } from './maps.js';
import type { NodeView } from './node-view.js';
import { normalizeAxis } from './reshaping.js';
import { checkSize, sizeOf, stridedIndices, stridesOf } from './shapes.js';
import type { Activation, FloatConstant, IntConstant, Value } from './values.js';

type Movable = Activation | FloatConstant | IntConstant;

function movable(view: NodeView, index: number): Movable {
  const value = view.value(index);
  if (value.kind === 'class')
    throw view.unsupported(`${view.op} of a class index`, 'let the model end with ArgMax');
  if (value.kind === 'activation') view.checkLive(value);
  return value;
}

/** Output element i is input element source[i], or `fill` where that is -1. */
function moved(
  view: NodeView,
  value: Movable,
  shape: readonly number[],
  source: Int32Array,
  fill = 0,
): Value {
  if (value.kind === 'float') {
    return { ...value, shape, values: Float64Array.from(source, (i) => (i < 0 ? fill : value.values[i]!)) };
  }
  if (value.kind === 'int') {
    const pick = (list: readonly number[], other: number) =>
      Array.from(source, (i) => (i < 0 ? other : list[i]!));
    const batchFactor = value.batchFactor === null ? null : pick(value.batchFactor, 0);
    return { ...value, shape, values: pick(value.values, fill), batchFactor };
  }
  const cols = sizeOf(value.shape);
  if (source.length === cols && source.every((from, i) => from === i)) return { ...value, shape };
  const bias = new Float64Array(source.length);
  if (fill !== 0) for (let i = 0; i < source.length; i++) if (source[i]! < 0) bias[i] = fill;
  const origin = { label: view.label, name: view.output };
  return view.builder.linear(origin, [value], shape, selectionMap(cols, source), { bias });
}

const isBatched = (value: Movable) => value.kind === 'activation' && value.batched;

export function lowerTranspose(view: NodeView): Value {
  view.arity(1, 1);
  const value = movable(view, 0);
  const rank = value.shape.length;
  const perm = view.attrInts('perm') ?? value.shape.map((_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => axis < 0 || axis >= rank)) {
    throw view.bad('attribute "perm" is wrong', `a permutation of 0 to ${rank - 1}`, `[${perm.join(', ')}]`);
  }
  if (isBatched(value) && perm[0] !== 0) throw view.mixesBatch('moves axis 0');
  const strides = stridesOf(value.shape);
  const shape = perm.map((axis) => value.shape[axis]!);
  return moved(
    view,
    value,
    shape,
    stridedIndices(
      shape,
      perm.map((axis) => strides[axis]!),
    ),
  );
}

/** Ends of a Slice from here on mean "as far as possible". */
const INT32_MAX = 2 ** 31 - 1;

export function lowerSlice(view: NodeView): Value {
  const value = movable(view, 0);
  const rank = value.shape.length;
  const { starts, ends, axes, steps } = sliceRanges(view, rank);
  const shape = [...value.shape];
  const strides = stridesOf(value.shape);
  let offset = 0;
  const outStrides = [...strides];
  axes.forEach((axis, i) => {
    const dim = value.shape[axis]!;
    const step = steps[i]!;
    if (step === 0) throw view.bad('a step is 0', 'steps that are not 0', `[${steps.join(', ')}]`);
    const clamp = (raw: number, low: number, high: number) =>
      Math.min(Math.max(raw < 0 ? raw + dim : raw, low), high);
    if (isBatched(value) && axis === 0) {
      // Only "everything" keeps all samples: from the start, to an end no batch reaches, in steps of 1.
      if (starts[i] === 0 && step === 1 && ends[i]! >= INT32_MAX) return;
      throw view.mixesBatch('selects samples');
    }
    if (step < 0 && ends[i]! >= INT32_MAX)
      // The standard clamps such an end to the last element; onnxruntime takes it as "everything".
      throw view.unsupported(
        'a Slice that runs backwards towards a very large end is ambiguous',
        'use a very small end, or the index of the last element wanted minus 1',
        String(ends[i]),
      );
    const from = step > 0 ? clamp(starts[i]!, 0, dim) : clamp(starts[i]!, 0, dim - 1);
    const to = step > 0 ? clamp(ends[i]!, 0, dim) : clamp(ends[i]!, -1, dim - 1);
    shape[axis] = Math.max(0, Math.ceil((to - from) / step));
    offset += from * strides[axis]!;
    outStrides[axis] = strides[axis]! * step;
  });
  return moved(view, value, shape, stridedIndices(shape, outStrides, offset));
}

function sliceRanges(view: NodeView, rank: number) {
  const old = view.opset < 10;
  view.arity(old ? 1 : 3, old ? 1 : 5);
  const given = (index: number) => ((view.inputs[index] ?? null) === null ? null : view.plainInts(index));
  const starts = old ? view.attrInts('starts') : view.plainInts(1, true);
  const ends = old ? view.attrInts('ends') : view.plainInts(2, true);
  if (starts === null || ends === null) throw view.bad('starts or ends are missing', 'both', 'nothing');
  const rawAxes = (old ? view.attrInts('axes') : given(3)) ?? starts.map((_, i) => i);
  const steps = (old ? null : given(4)) ?? starts.map(() => 1);
  const axes = rawAxes.map((axis) => normalizeAxis(view, axis, rank));
  const lengths = [starts.length, ends.length, axes.length, steps.length];
  if (new Set(lengths).size !== 1 || new Set(axes).size !== axes.length) {
    throw view.bad(
      'starts, ends, axes and steps do not fit',
      'equal lengths and distinct axes',
      `lengths ${lengths.join(', ')}`,
    );
  }
  return { starts, ends, axes, steps };
}

export function lowerGather(view: NodeView): Value {
  view.arity(2, 2);
  const value = movable(view, 0);
  const indices = view.ints(1);
  const picks = view.plainInts(1);
  const axis = normalizeAxis(view, view.attrInt('axis', 0), value.shape.length);
  if (isBatched(value) && axis === 0) throw view.mixesBatch('selects samples');
  const dim = value.shape[axis]!;
  const inner = sizeOf(value.shape.slice(axis + 1));
  const outer = sizeOf(value.shape.slice(0, axis));
  checkSize(outer * picks.length * inner);
  const source = new Int32Array(outer * picks.length * inner);
  let next = 0;
  for (let o = 0; o < outer; o++) {
    for (const pick of picks) {
      if (pick < -dim || pick >= dim)
        throw view.bad('index is out of range', `${-dim} to ${dim - 1}`, String(pick));
      const at = pick < 0 ? pick + dim : pick;
      for (let i = 0; i < inner; i++) source[next++] = (o * dim + at) * inner + i;
    }
  }
  return moved(
    view,
    value,
    [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)],
    source,
  );
}

export function lowerPad(view: NodeView): Value {
  view.arity(1, view.opset < 11 ? 1 : 4);
  const value = movable(view, 0);
  if (value.kind === 'int')
    throw view.unsupported('Pad of integers', 'fold constants before exporting the model');
  const mode = view.attrString('mode', 'constant');
  if (mode !== 'constant')
    throw view.unsupported('Pad is supported with constant values only', 'pad with zeros', `mode ${mode}`);
  const rank = value.shape.length;
  const given = (index: number) => (view.inputs[index] ?? null) !== null;
  const listed = view.opset < 11 ? view.attrInts('pads') : view.plainInts(1);
  const axes = (given(3) ? view.plainInts(3) : value.shape.map((_, i) => i)).map((axis) =>
    normalizeAxis(view, axis, rank),
  );
  if (listed === null || listed.length !== 2 * axes.length || new Set(axes).size !== axes.length) {
    throw view.bad(
      'pads do not fit',
      `${2 * axes.length} integers`,
      listed === null ? 'nothing' : `${listed.length}`,
    );
  }
  const fill = view.opset < 11 ? view.attrFloat('value', 0) : given(2) ? onlyFloat(view, 2) : 0;
  if (!Number.isFinite(fill))
    throw view.bad('the padding value is not finite', 'a finite number', String(fill));
  const begin = new Array<number>(rank).fill(0);
  const shape = [...value.shape];
  axes.forEach((axis, i) => {
    const [before, after] = [listed[i]!, listed[i + axes.length]!];
    const left = value.shape[axis]! + Math.min(before, 0) + Math.min(after, 0);
    // Runtimes disagree on padding where nothing is left of the input.
    if (left < 1) throw view.bad('negative padding removes everything', 'at least 1 left', String(left));
    begin[axis] = before;
    shape[axis] = value.shape[axis]! + before + after;
    if (isBatched(value) && axis === 0 && (listed[i] !== 0 || listed[i + axes.length] !== 0))
      throw view.mixesBatch('pads axis 0');
  });
  return moved(view, value, shape, paddedSource(value.shape, shape, begin), fill);
}

function onlyFloat(view: NodeView, input: number): number {
  const { values } = view.floats(input);
  if (values.length === 1) return values[0]!;
  throw view.bad('the padding value must be one number', '1 element', `${values.length}`);
}

/** Padding may be negative: the kept part of the input is a block of both shapes. */
function paddedSource(from: readonly number[], to: readonly number[], begin: readonly number[]): Int32Array {
  checkSize(sizeOf(to));
  const toStrides = stridesOf(to);
  const fromStrides = stridesOf(from);
  const first = begin.map((before) => Math.max(0, -before));
  const kept = from.map((size, axis) => Math.min(size, to[axis]! - begin[axis]!) - first[axis]!);
  const offset = (at: readonly number[], strides: readonly number[]) =>
    at.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);
  const read = stridedIndices(kept, fromStrides, offset(first, fromStrides));
  const written = stridedIndices(
    kept,
    toStrides,
    offset(
      first.map((at, axis) => at + begin[axis]!),
      toStrides,
    ),
  );
  const source = new Int32Array(sizeOf(to)).fill(-1);
  for (let k = 0; k < read.length; k++) source[written[k]!] = read[k]!;
  return source;
}
