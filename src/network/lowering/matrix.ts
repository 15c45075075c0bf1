/** Gemm and MatMul with one constant factor. */
import { spreadConstant } from './elementwise.js';
import { exactProduct } from './exact.js';
import { checkEntries, denseMap, identityMap, MAX_DENSE_ENTRIES, sparseFromRows } from './maps.js';
import type { NodeView } from './node-view.js';
import { broadcastIndices, broadcastShape, checkSize, sizeOf } from './shapes.js';
import type { Activation, FloatConstant, Value } from './values.js';

export function lowerMatMul(view: NodeView): Value {
  view.arity(2, 2);
  return product(view, view.value(0), view.value(1), view.output);
}

export function lowerGemm(view: NodeView): Value {
  view.arity(2, 3);
  const alpha = view.attrFloat('alpha', 1);
  const beta = view.attrFloat('beta', 1);
  const a = gemmLeft(view, view.attrInt('transA', 0) !== 0);
  const stored = view.floats(1);
  if (stored.shape.length !== 2)
    throw view.bad('B must be a matrix', 'rank 2', `rank ${stored.shape.length}`);
  const b = view.attrInt('transB', 0) !== 0 ? transposed(stored) : stored;
  const scaled = alpha === 1 ? b : scaledExactly(view, b, alpha);
  const givenC = (view.inputs[2] ?? null) !== null;
  const hasC = givenC && beta !== 0;
  const plain = scaled !== null && !hasC;
  const name = (suffix: string) => view.builder.freshName(`${view.output}/${suffix}`);
  let y = product(view, a, scaled ?? b, plain ? view.output : name('product'));
  const size = sizeOf(y.shape);
  const scale = (value: Activation, factor: number, to: string) =>
    view.builder.linear(
      { label: view.label, name: to },
      [value],
      value.shape,
      identityMap(size, new Float64Array(size).fill(factor)),
    );
  if (scaled === null) y = scale(y, alpha, hasC ? name('scaled') : view.output);
  if (!hasC) {
    if (givenC) spreadConstant(view, view.floats(2), y.shape, y.batched); // must fit all the same
    return y;
  }
  const c = scaledExactly(view, view.floats(2), beta);
  if (c === null) {
    throw view.unsupported('beta * C is not exact in float64', 'export the model with beta = 1 and C scaled');
  }
  const bias = spreadConstant(view, c, y.shape, y.batched);
  return view.builder.linear({ label: view.label, name: view.output }, [y], y.shape, identityMap(size), {
    bias,
  });
}

function gemmLeft(view: NodeView, trans: boolean): Activation {
  const a = view.activation(0);
  if (a.shape.length !== 2) throw view.bad('A must be a matrix', 'rank 2', `rank ${a.shape.length}`);
  if (!trans) return a;
  if (a.batched) throw view.mixesBatch('has transA = 1');
  if (a.shape[0] !== 1 && a.shape[1] !== 1) {
    throw view.unsupported('Gemm with transA = 1 is supported for vectors only', 'insert a Transpose');
  }
  return { ...a, shape: [a.shape[1]!, a.shape[0]!] };
}

function transposed(matrix: FloatConstant): FloatConstant {
  const [rows, cols] = matrix.shape as [number, number];
  const values = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) values[j * rows + i] = matrix.values[i * cols + j]!;
  return { ...matrix, shape: [cols, rows], values };
}

function scaledExactly(view: NodeView, constant: FloatConstant, factor: number): FloatConstant | null {
  if (factor === 1) return constant;
  view.builder.combines(view.label);
  const values = new Float64Array(constant.values.length);
  for (let i = 0; i < values.length; i++) {
    const value = exactProduct(constant.values[i]!, factor);
    if (value === null) return null;
    values[i] = value;
  }
  return { ...constant, values };
}

/** Matrix product by NumPy's rules, with one factor constant. */
function product(view: NodeView, left: Value, right: Value, name: string): Activation {
  if (left.kind === 'activation' && right.kind === 'activation') {
    throw view.unsupported(
      `${view.op} of two tensors that both depend on the input is not linear`,
      'remove it from the model',
    );
  }
  const x = left.kind === 'activation' ? left : right;
  const w = left.kind === 'activation' ? right : left;
  if (x.kind !== 'activation' || w.kind !== 'float') {
    throw view.unsupported(
      `${view.op} needs one activation and one constant`,
      'fold constants before exporting the model',
    );
  }
  view.checkLive(x);
  checkBatch(view, x, w, left === x);
  const a = left === x ? x.shape : w.shape;
  const b = left === x ? w.shape : x.shape;
  if (a.length === 0 || b.length === 0)
    throw view.bad('operands must not be scalars', 'rank 1 or more', 'rank 0');
  const aFull = a.length === 1 ? [1, a[0]!] : a;
  const bFull = b.length === 1 ? [b[0]!, 1] : b;
  const [m, k] = aFull.slice(-2) as [number, number];
  const [k2, p] = bFull.slice(-2) as [number, number];
  const outer = broadcastShape(aFull.slice(0, -2), bFull.slice(0, -2));
  if (k !== k2 || outer === null)
    throw view.bad('shapes do not fit', `[..., ${k}] times [..., ${k}, *]`, `[${a}] times [${b}]`);
  const shape = [...outer, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [p])];
  const map = productMap(view, left === x, w, { aFull, bFull, outer, m, k, p });
  return view.builder.linear({ label: view.label, name }, [x], shape, map);
}

/** The batch axis must be a row axis on the left, or an outer axis, and never be matched with the constant. */
function checkBatch(view: NodeView, x: Activation, w: FloatConstant, xIsLeft: boolean): void {
  if (!x.batched) return;
  const rank = x.shape.length;
  if (rank < (xIsLeft ? 2 : 3)) throw view.mixesBatch('sums over the batch axis');
  if (w.shape.length > Math.max(rank, 2) || (w.shape.length === rank && rank > 2 && w.shape[0] !== 1)) {
    throw view.mixesBatch(`has a constant of shape [${w.shape.join(', ')}]`);
  }
}

interface ProductDims {
  readonly aFull: readonly number[];
  readonly bFull: readonly number[];
  readonly outer: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly p: number;
}

function productMap(view: NodeView, xIsLeft: boolean, w: FloatConstant, dims: ProductDims) {
  const { aFull, bFull, outer, m, k, p } = dims;
  const blocks = sizeOf(outer);
  if (blocks === 1 && (xIsLeft ? m : p) === 1) {
    const rows = xIsLeft ? p : m;
    checkEntries(view.label, rows * k, MAX_DENSE_ENTRIES);
    if (!xIsLeft) return denseMap(rows, k, w.values);
    return denseMap(rows, k, transposed({ ...w, shape: [k, p] }).values);
  }
  checkSize(blocks * m * p);
  const aBlock = broadcastIndices(aFull.slice(0, -2), outer);
  const bBlock = broadcastIndices(bFull.slice(0, -2), outer);
  const cols = xIsLeft ? sizeOf(aFull) : sizeOf(bFull);
  return sparseFromRows(view.label, blocks * m * p, cols, (row, add) => {
    const block = Math.floor(row / (m * p));
    const i = Math.floor(row / p) % m;
    const j = row % p;
    for (let t = 0; t < k; t++) {
      const ai = aBlock[block]! * m * k + i * k + t;
      const bi = bBlock[block]! * k * p + t * p + j;
      if (xIsLeft) add(ai, w.values[bi]!);
      else add(bi, w.values[ai]!);
    }
  });
}
