/**
 * The checker's own interval bound propagation: outward-rounded doubles, shared with no other code. Used by
 * every proof rule that needs bounds of hidden elements; nothing about bounds is read from a certificate.
 */
import type { Layer, LinearLayer, MaxLayer, ReluLayer, TensorId } from '../network/network.js';
import { assertNever } from '../util/errors.js';
import { allFinite, boundDenseRow, magnitudes } from './dense-intervals.js';
import { addDown, addUp, divDown, divUp, mulDown, mulUp, sumProductsOver } from './exact/interval.js';
import { readRow, rowBuffer } from './exact/map-rows.js';

/** Enclosing intervals of every element of every tensor over a region. */
export interface Intervals {
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/**
 * Propagates through one layer, in place; what is known already is only ever tightened. Returns whether any
 * interval of the output became smaller. Intervals that are empty stay empty or mean nothing, which is sound:
 * the region is empty then.
 */
export function propagateLayer(layer: Layer, intervals: Intervals): boolean {
  switch (layer.kind) {
    case 'linear':
      return linear(layer, intervals);
    case 'relu':
      return relu(layer, intervals);
    case 'max':
      return max(layer, intervals);
    default:
      return assertNever(layer, 'layer');
  }
}

/** Intersects one interval with [low, high]; NaN counts as no bound. Returns whether it became smaller. */
export function tighten(
  { lower, upper }: Intervals,
  tensor: TensorId,
  index: number,
  low: number,
  high: number,
): boolean {
  let changed = false;
  if (low > lower[tensor]![index]!) {
    lower[tensor]![index] = low;
    changed = true;
  }
  if (high < upper[tensor]![index]!) {
    upper[tensor]![index] = high;
    changed = true;
  }
  return changed;
}

/** True if no real number lies in the element's interval. */
export function isEmpty({ lower, upper }: Intervals, tensor: TensorId, index: number): boolean {
  return lower[tensor]![index]! > upper[tensor]![index]!;
}

function linear(layer: LinearLayer, intervals: Intervals): boolean {
  const lo = gather(intervals.lower, layer.inputs);
  const hi = gather(intervals.upper, layer.inputs);
  const { map, bias } = layer;
  const buffer = rowBuffer(map);
  const size = map.kind === 'dense' && allFinite(lo, hi) ? magnitudes(lo, hi) : null;
  const out = new Float64Array(2);
  let changed = false;
  for (let row = 0; row < map.rows; row++) {
    if (map.kind === 'dense' && size !== null) boundDenseRow(map, row, bias[row]!, lo, hi, size, out);
    else {
      const count = readRow(map, row, buffer);
      sumProductsOver(map.weight, buffer.weightAt, buffer.col, count, lo, hi, bias[row]!, out);
    }
    const divisor = layer.divisor?.[row] ?? 1;
    const tolerance = layer.tolerance?.[row] ?? 0;
    const low = addDown(divDown(out[0]!, divisor), -tolerance);
    const high = addUp(divUp(out[1]!, divisor), tolerance);
    if (tighten(intervals, layer.output, row, low, high)) changed = true;
  }
  return changed;
}

function relu({ input, output, slope }: ReluLayer, intervals: Intervals): boolean {
  const lo = intervals.lower[input]!;
  const hi = intervals.upper[input]!;
  let changed = false;
  for (let i = 0; i < lo.length; i++) {
    const low = lo[i]! > 0 ? lo[i]! : mulDown(slope, lo[i]!);
    const high = hi[i]! > 0 ? hi[i]! : mulUp(slope, hi[i]!);
    if (tighten(intervals, output, i, low, high)) changed = true;
  }
  return changed;
}

function max({ input, output, rowStart, col }: MaxLayer, intervals: Intervals): boolean {
  let changed = false;
  for (let i = 0; i + 1 < rowStart.length; i++) {
    let low = -Infinity;
    let high = -Infinity;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
      low = Math.max(low, intervals.lower[input]![col[k]!]!);
      high = Math.max(high, intervals.upper[input]![col[k]!]!);
    }
    if (tighten(intervals, output, i, low, high)) changed = true;
  }
  return changed;
}

/** The elements of several tensors one after the other; a single tensor is not copied. */
export function gather(parts: readonly Float64Array[], inputs: readonly TensorId[]): Float64Array {
  if (inputs.length === 1) return parts[inputs[0]!]!;
  const joined = new Float64Array(inputs.reduce((sum, id) => sum + parts[id]!.length, 0));
  let at = 0;
  for (const id of inputs) {
    joined.set(parts[id]!, at);
    at += parts[id]!.length;
  }
  return joined;
}
