/** Pooling over windows, over all of space, and reductions over axes: maxima and exact means and sums. */
import type { SparseMap } from '../network.js';
import { checkEntries, MAX_SPARSE_ENTRIES } from './maps.js';
import type { NodeView } from './node-view.js';
import { normalizeAxis } from './reshaping.js';
import { sizeOf, stridedIndices, stridesOf } from './shapes.js';
import type { Activation, Value } from './values.js';
import { spatialInput, type Windows, windowElements, windowsOf } from './windows.js';

/** Which input elements each output element reads. */
interface Groups {
  readonly shape: readonly number[];
  readonly rowStart: Int32Array;
  readonly col: Int32Array;
}

type Reduction = 'max' | 'mean' | 'sum';

function reduce(view: NodeView, x: Activation, groups: Groups, how: Reduction, counts?: Float64Array): Value {
  const origin = { label: view.label, name: view.output };
  const { shape, rowStart, col } = groups;
  if (how === 'max') return view.builder.max(origin, x, shape, rowStart, col);
  checkEntries(view.label, col.length, MAX_SPARSE_ENTRIES);
  const rows = rowStart.length - 1;
  const weight = new Float64Array(col.length).fill(1);
  const map: SparseMap = { kind: 'sparse', rows, cols: sizeOf(x.shape), rowStart, col, weight };
  if (how === 'sum') return view.builder.linear(origin, [x], shape, map);
  const divisor = counts ?? Float64Array.from({ length: rows }, (_, i) => rowStart[i + 1]! - rowStart[i]!);
  return view.builder.linear(origin, [x], shape, map, { divisor });
}

/** Operator set that gave the operator dilations. */
const DILATED_SINCE: Readonly<Record<string, number>> = { MaxPool: 10, AveragePool: 19 };

function pooled(view: NodeView, x: Activation): { groups: Groups; windows: Windows } {
  const kernel = view.attrInts('kernel_shape');
  if (kernel === null)
    throw view.bad('attribute "kernel_shape" is missing', 'the size of the window', 'nothing');
  if (view.opset < DILATED_SINCE[view.op]! && view.has('dilations'))
    throw view.bad('dilations are not defined yet', `opset ${DILATED_SINCE[view.op]}`, `opset ${view.opset}`);
  const windows = windowsOf(view, x, kernel);
  const entries = windows.channels * sizeOf(windows.outSize) * sizeOf(windows.kernel);
  checkEntries(view.label, entries, MAX_SPARSE_ENTRIES);
  return { windows, groups: { shape: windows.outShape(windows.channels), ...windowElements(view, windows) } };
}

export function lowerMaxPool(view: NodeView): Value {
  view.arity(1, 1);
  view.ignoreAttr('storage_order'); // concerns the indices only
  const x = view.activation(0);
  return reduce(view, x, pooled(view, x).groups, 'max');
}

export function lowerAveragePool(view: NodeView): Value {
  view.arity(1, 1);
  const x = view.activation(0);
  const { groups, windows } = pooled(view, x);
  if (view.attrInt('count_include_pad', 0) === 0) return reduce(view, x, groups, 'mean');
  const pads = [...windows.padBegin, ...windows.padEnd];
  if (view.opset >= 19 && x.shape.length === 4 && pads.some((pad) => pad !== pads[0])) {
    // onnxruntime 1.23 counts the padding of one axis for the other there.
    throw view.unsupported(
      'count_include_pad = 1 with different paddings is ambiguous since opset 19',
      'export the model with opset 18 or less, or put a Pad in front',
      `pads [${pads.join(', ')}]`,
    );
  }
  const counts = new Float64Array(groups.rowStart.length - 1).fill(sizeOf(windows.kernel));
  return reduce(view, x, groups, 'mean', counts);
}

export function lowerGlobalPool(view: NodeView): Value {
  view.arity(1, 1);
  const x = view.activation(0);
  spatialInput(view, x);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return reduce(view, x, overAxes(x, axes, true), view.op === 'GlobalMaxPool' ? 'max' : 'mean');
}

const REDUCTIONS: Readonly<Record<string, { how: Reduction; axesInputSince: number }>> = {
  ReduceMean: { how: 'mean', axesInputSince: 18 },
  ReduceMax: { how: 'max', axesInputSince: 18 },
  ReduceSum: { how: 'sum', axesInputSince: 13 },
};

export function lowerReduce(view: NodeView): Value {
  view.arity(1, 2);
  const { how, axesInputSince } = REDUCTIONS[view.op]!;
  const x = view.activation(0);
  const rank = x.shape.length;
  const keep = view.attrInt('keepdims', 1) !== 0;
  let axes: readonly number[] | null;
  if (view.opset >= axesInputSince) {
    const noop = view.attrInt('noop_with_empty_axes', 0) !== 0;
    axes = (view.inputs[1] ?? null) === null ? [] : view.plainInts(1);
    if (axes.length === 0 && noop) return x;
  } else {
    view.arity(1, 1);
    axes = view.attrInts('axes');
  }
  const listed = axes === null || axes.length === 0 ? x.shape.map((_, axis) => axis) : axes;
  const normal = listed.map((axis) => normalizeAxis(view, axis, rank));
  if (x.batched && normal.includes(0)) throw view.mixesBatch('reduces over axis 0');
  return reduce(view, x, overAxes(x, normal, keep), how);
}

function overAxes(x: Activation, axes: readonly number[], keep: boolean): Groups {
  const reduced = new Set(axes);
  const strides = stridesOf(x.shape);
  const pick = (inside: boolean) =>
    x.shape.map((_, axis) => axis).filter((axis) => reduced.has(axis) === inside);
  const shapeAt = (chosen: readonly number[]) => chosen.map((axis) => x.shape[axis]!);
  const stridesAt = (chosen: readonly number[]) => chosen.map((axis) => strides[axis]!);
  const starts = stridedIndices(shapeAt(pick(false)), stridesAt(pick(false)));
  const steps = stridedIndices(shapeAt(pick(true)), stridesAt(pick(true)));
  const col = new Int32Array(starts.length * steps.length);
  for (let i = 0, k = 0; i < starts.length; i++)
    for (let j = 0; j < steps.length; j++) col[k++] = starts[i]! + steps[j]!;
  const shape = keep ? x.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim)) : shapeAt(pick(false));
  return { shape, rowStart: Int32Array.from({ length: starts.length + 1 }, (_, i) => i * steps.length), col };
}
