/**
 * Linear layers pushed back in doubles.
 *
 * Divisors. q = fl(A / d) satisfies |A - q d| <= d (u |q| + 2^-1075), so A y <= (q d) y + |A - q d| |y|, and
 * (q d) y = q (W x + b). The excess is paid for with y's interval (fast-form.ts), except where d is a power of
 * two and q is a normal number: then q is exact.
 *
 * Products. A new coefficient is S_j = sum over the n rows with q_i != 0 of q_i W_ij. By (1) in
 * exact/interval.ts the computed sum is off by at most g T_j + n 2^-1075 (1 + g) with g <= 1.001 n u and
 * T_j = sum |q_i W_ij|. For dense maps T_j <= min(max |q| * sum_i |W_ij|, sum |q| * max_i |W_ij|); the column sums
 * and the sum of |q| are rounded sums of at most 2^32 terms, the products round once, so what is computed is at
 * least 0.999 T_j less 2^-1074, and
 *   E_j = fl(fl(2 n u T_j) + n 2^-1072) >= 1.9 * 0.999 n u T_j + n 2^-1073 > error.
 * Other maps add up |q_i W_ij| beside the sum. A sum of one term with weight 1 or -1 is exact.
 */
import type { DenseMap, LinearLayer } from '../../network/network.js';
import { lowestBit, powerOfTwo } from '../exact/double-bits.js';
import { addUp, mulUp } from '../exact/interval.js';
import { readRow, rowBuffer } from '../exact/map-rows.js';
import { addCoefficient, coefficientsOf, type FastForm, takeCoefficients } from './fast-form.js';
import { addProduct, addTerm } from './upper-sum.js';

const TWICE_UNIT = Number.EPSILON;
const UNDERFLOW = 4 * Number.MIN_VALUE;
const LEAST_NORMAL = 2 ** -1022;

/** Sums over columns, and bounds of their errors. */
interface PulledColumns {
  readonly value: Float64Array;
  readonly error: Float64Array;
}

export function pushLinearFast(form: FastForm, layer: LinearLayer): void {
  const taken = takeCoefficients(form, layer.output);
  if (taken === null) return;
  const q = layer.divisor === null ? taken : divided(form, layer, layer.divisor, taken);
  let live = 0;
  for (let i = 0; i < q.length; i++) {
    if (q[i] === 0) continue;
    live++;
    addProduct(form.constant, q[i]!, layer.bias[i]!);
  }
  if (live === 0) return;
  if (layer.tolerance !== undefined) payTolerance(form, layer, layer.tolerance, q);
  const columns = layer.map.kind === 'dense' ? pullDense(layer.map, q, live) : pullRows(layer, q);
  let start = 0;
  for (const id of layer.inputs) {
    const into = coefficientsOf(form, id);
    for (let j = 0; j < into.length; j++) {
      const value = columns.value[start + j]!;
      const error = columns.error[start + j]!;
      if (value !== 0 || error !== 0) addCoefficient(form, into, id, j, value, error);
    }
    start += into.length;
  }
}

/** (q d) y = q (W x + b) + q d t with |t| <= tolerance. */
function payTolerance(form: FastForm, layer: LinearLayer, tolerance: Float64Array, q: Float64Array): void {
  for (let i = 0; i < q.length; i++) {
    const size = layer.divisor === null ? Math.abs(q[i]!) : mulUp(Math.abs(q[i]!), layer.divisor[i]!);
    addProduct(form.constant, size, tolerance[i]!);
  }
}

function divided(form: FastForm, layer: LinearLayer, divisor: Float64Array, a: Float64Array): Float64Array {
  const q = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    const by = divisor[i]!;
    q[i] = a[i]! / by;
    if (by === 1 || (isPowerOfTwo(by) && Math.abs(q[i]!) >= LEAST_NORMAL)) continue;
    const low = form.intervals.lower[layer.output]![i]!;
    const high = form.intervals.upper[layer.output]![i]!;
    const excess = mulUp(addUp(mulUp(Math.abs(q[i]!), TWICE_UNIT), UNDERFLOW), by);
    addTerm(form.constant, mulUp(excess, Math.max(Math.abs(low), Math.abs(high))));
  }
  return q;
}

function isPowerOfTwo(x: number): boolean {
  return powerOfTwo(lowestBit(x)) === x;
}

/** Column sums and column maxima of |W|, once per layer. */
interface ColumnSizes {
  readonly sum: Float64Array;
  readonly most: Float64Array;
}

const sizes = new WeakMap<DenseMap, ColumnSizes>();

function columnSizes(map: DenseMap): ColumnSizes {
  const known = sizes.get(map);
  if (known !== undefined) return known;
  const { rows, cols, weight } = map;
  const sum = new Float64Array(cols);
  const most = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    for (let j = 0; j < cols; j++) {
      const size = Math.abs(weight[start + j]!);
      sum[j] = sum[j]! + size;
      if (!(size <= most[j]!)) most[j] = size;
    }
  }
  const result = { sum, most };
  sizes.set(map, result);
  return result;
}

function pullDense(map: DenseMap, q: Float64Array, live: number): PulledColumns {
  const { rows, cols, weight } = map;
  const value = new Float64Array(cols);
  let largest = 0;
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const factor = q[i]!;
    if (factor === 0) continue;
    const size = Math.abs(factor);
    if (size > largest) largest = size;
    total += size;
    addScaledRow(value, weight, i * cols, factor);
  }
  const error = new Float64Array(cols);
  const { sum, most } = columnSizes(map);
  for (let j = 0; j < cols; j++) {
    if (sum[j] === 0) continue;
    const size = Math.min(largest * sum[j]!, total * most[j]!);
    error[j] = live * TWICE_UNIT * size + live * UNDERFLOW;
  }
  return { value, error };
}

function addScaledRow(out: Float64Array, weight: Float64Array, start: number, factor: number): void {
  for (let j = 0; j < out.length; j++) out[j] = out[j]! + factor * weight[start + j]!;
}

function pullRows({ map }: LinearLayer, q: Float64Array): PulledColumns {
  const value = new Float64Array(map.cols);
  const error = new Float64Array(map.cols);
  const size = new Float64Array(map.cols);
  const terms = new Int32Array(map.cols);
  const rounded = new Uint8Array(map.cols);
  const buffer = rowBuffer(map);
  for (let i = 0; i < map.rows; i++) {
    const factor = q[i]!;
    if (factor === 0) continue;
    const count = readRow(map, i, buffer);
    for (let k = 0; k < count; k++) {
      const weight = map.weight[buffer.weightAt[k]!]!;
      if (weight === 0) continue;
      const j = buffer.col[k]!;
      const product = factor * weight;
      value[j] = value[j]! + product;
      size[j] = size[j]! + Math.abs(product);
      terms[j] = terms[j]! + 1;
      if (weight !== 1 && weight !== -1) rounded[j] = 1;
    }
  }
  for (let j = 0; j < map.cols; j++) {
    const n = terms[j]!;
    if (n === 0 || (n === 1 && rounded[j] === 0)) continue;
    error[j] = n * TWICE_UNIT * size[j]! + n * UNDERFLOW;
  }
  return { value, error };
}
