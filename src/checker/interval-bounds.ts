/**
 * The checker's own interval bound propagation: outward-rounded doubles, shared with no other code. Used by
 * every proof rule that needs bounds of hidden elements; nothing about bounds is read from a certificate.
 */
import { FREE } from '../nap/nap.js';
import {
  type LinearLayer,
  type MaxLayer,
  type Network,
  neuronBlocks,
  type ReluLayer,
} from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';
import { assertNever } from '../util/errors.js';
import { divDown, divUp, mulDown, mulUp, sumProductsOver } from './exact/interval.js';
import { readRow, rowBuffer } from './exact/map-rows.js';

/** Enclosing intervals of every element of every tensor over a region. */
export interface Intervals {
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** Box at the input, literals (closed) at pre-activations, nothing known elsewhere. */
export function regionIntervals(network: Network, obligation: Obligation): Intervals {
  const lower = network.tensors.map(({ size }) => new Float64Array(size).fill(-Infinity));
  const upper = network.tensors.map(({ size }) => new Float64Array(size).fill(Infinity));
  lower[network.input]!.set(obligation.box.lower);
  upper[network.input]!.set(obligation.box.upper);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE) continue;
        if (phase > 0) lower[layer.input]![i] = Math.max(0, lower[layer.input]![i]!);
        else upper[layer.input]![i] = Math.min(0, upper[layer.input]![i]!);
      }
    }
  }
  return { lower, upper };
}

export function cloneIntervals({ lower, upper }: Intervals): Intervals {
  return { lower: lower.map((v) => v.slice()), upper: upper.map((v) => v.slice()) };
}

/** Propagates from layer number `first` on, in place; what is known already is only ever tightened. */
export function propagateIntervals(network: Network, intervals: Intervals, first = 0): void {
  for (let n = first; n < network.layers.length; n++) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        linear(layer, intervals);
        break;
      case 'relu':
        relu(layer, intervals);
        break;
      case 'max':
        max(layer, intervals);
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
}

/** True if no real number lies in the element's interval. */
export function isEmpty({ lower, upper }: Intervals, tensor: number, index: number): boolean {
  return lower[tensor]![index]! > upper[tensor]![index]!;
}

function linear(layer: LinearLayer, intervals: Intervals): void {
  const lo = gather(intervals.lower, layer.inputs);
  const hi = gather(intervals.upper, layer.inputs);
  const buffer = rowBuffer(layer.map);
  const out = new Float64Array(2);
  for (let row = 0; row < layer.map.rows; row++) {
    const count = readRow(layer.map, row, buffer);
    sumProductsOver(layer.map.weight, buffer.weightAt, buffer.col, count, lo, hi, layer.bias[row]!, out);
    const divisor = layer.divisor?.[row] ?? 1;
    tighten(intervals, layer.output, row, divDown(out[0]!, divisor), divUp(out[1]!, divisor));
  }
}

function relu({ input, output, slope }: ReluLayer, intervals: Intervals): void {
  const lo = intervals.lower[input]!;
  const hi = intervals.upper[input]!;
  for (let i = 0; i < lo.length; i++) {
    const low = lo[i]! > 0 ? lo[i]! : mulDown(slope, lo[i]!);
    const high = hi[i]! > 0 ? hi[i]! : mulUp(slope, hi[i]!);
    tighten(intervals, output, i, low, high);
  }
}

function max({ input, output, rowStart, col }: MaxLayer, intervals: Intervals): void {
  for (let i = 0; i + 1 < rowStart.length; i++) {
    let low = -Infinity;
    let high = -Infinity;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
      low = Math.max(low, intervals.lower[input]![col[k]!]!);
      high = Math.max(high, intervals.upper[input]![col[k]!]!);
    }
    tighten(intervals, output, i, low, high);
  }
}

function tighten(
  { lower, upper }: Intervals,
  tensor: number,
  index: number,
  low: number,
  high: number,
): void {
  if (low > lower[tensor]![index]!) lower[tensor]![index] = low;
  if (high < upper[tensor]![index]!) upper[tensor]![index] = high;
}

function gather(parts: readonly Float64Array[], inputs: readonly number[]): Float64Array {
  if (inputs.length === 1) return parts[inputs[0]!]!;
  return Float64Array.from(inputs.flatMap((id) => [...parts[id]!]));
}
