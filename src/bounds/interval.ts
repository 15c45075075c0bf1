/**
 * Interval bounds of every tensor over an obligation's region (interval bound propagation).
 *
 * Requires: a network and a region (box, literals). Returns: one interval per tensor element.
 * Method: interval arithmetic layer by layer; each literal or split clips its pre-activation's interval.
 * Sound: yes, over the reals; every bound is rounded outwards by a proved error bound. Complete: no.
 * Reference: Gowal et al. 2018 (IBP); error bound: Higham, Accuracy and Stability, section 3.1.
 */
import { FREE, type Phases } from '../nap/nap.js';
import { forEachTerm } from '../network/linear-map.js';
import {
  type LinearLayer,
  type MaxLayer,
  type Network,
  neuronBlocks,
  type ReluLayer,
} from '../network/network.js';
import type { Box } from '../obligation/obligation.js';
import { assertNever } from '../util/errors.js';
import { nextDown, nextUp } from '../util/float.js';
import { keepToSection } from './section.js';

/** lower[t][i] <= x <= upper[t][i] for element i of tensor t, for every input of the region. */
export interface Bounds {
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
}

/** An element whose interval is empty: the region is empty. */
export interface EmptyInterval {
  readonly tensor: number;
  readonly index: number;
}

/** What is known before propagation: the box at the input, the literals at pre-activations, else nothing. */
export function initialBounds(network: Network, box: Box, naps: readonly Phases[]): Bounds {
  const lower = network.tensors.map((tensor) => new Float64Array(tensor.size).fill(-Infinity));
  const upper = network.tensors.map((tensor) => new Float64Array(tensor.size).fill(Infinity));
  lower[network.input]!.set(box.lower);
  upper[network.input]!.set(box.upper);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (const phases of naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE) continue;
        if (phase > 0) lower[layer.input]![i] = Math.max(lower[layer.input]![i]!, 0);
        else upper[layer.input]![i] = Math.min(upper[layer.input]![i]!, 0);
      }
    }
  }
  return { lower, upper };
}

/** Deep copy, so that a branch can tighten its own. */
export function copyBounds(bounds: Bounds): Bounds {
  return { lower: bounds.lower.map((v) => v.slice()), upper: bounds.upper.map((v) => v.slice()) };
}

/**
 * Propagates through the layers from number `firstLayer` on, intersecting with what `bounds` already holds
 * (in place). Returns the first empty interval, or null.
 */
export function propagate(network: Network, bounds: Bounds, firstLayer = 0): EmptyInterval | null {
  for (let n = firstLayer; n < network.layers.length; n++) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        propagateLinear(layer, bounds);
        keepToSection(network, layer, bounds);
        break;
      case 'relu':
        propagateRelu(layer, bounds);
        break;
      case 'max':
        propagateMax(layer, bounds);
        break;
      default:
        assertNever(layer, 'layer');
    }
    const empty = firstEmpty(bounds, layer.output);
    if (empty !== null) return empty;
  }
  return null;
}

/** Interval bounds of a region from nothing. */
export function intervalBounds(
  network: Network,
  box: Box,
  naps: readonly Phases[],
): { readonly bounds: Bounds; readonly empty: EmptyInterval | null } {
  const bounds = initialBounds(network, box, naps);
  return { bounds, empty: propagate(network, bounds) };
}

function firstEmpty(bounds: Bounds, tensor: number): EmptyInterval | null {
  const lower = bounds.lower[tensor]!;
  const upper = bounds.upper[tensor]!;
  for (let i = 0; i < lower.length; i++) if (lower[i]! > upper[i]!) return { tensor, index: i };
  return null;
}

function propagateLinear(layer: LinearLayer, bounds: Bounds): void {
  const lowerIn = concatenated(bounds.lower, layer.inputs);
  const upperIn = concatenated(bounds.upper, layer.inputs);
  const lowerOut = bounds.lower[layer.output]!;
  const upperOut = bounds.upper[layer.output]!;
  const { map, bias, divisor } = layer;
  let low = 0;
  let high = 0;
  let lowMagnitude = 0;
  let highMagnitude = 0;
  let terms = 0;
  const add = (col: number, weight: number): void => {
    if (weight === 0) return;
    const a = weight > 0 ? lowerIn[col]! : upperIn[col]!;
    const b = weight > 0 ? upperIn[col]! : lowerIn[col]!;
    low += weight * a;
    high += weight * b;
    lowMagnitude += Math.abs(weight * a);
    highMagnitude += Math.abs(weight * b);
    terms++;
  };
  const live = map.kind === 'dense' ? liveColumns(lowerIn, upperIn) : null;
  for (let row = 0; row < map.rows; row++) {
    low = high = bias[row]!;
    lowMagnitude = highMagnitude = Math.abs(bias[row]!);
    terms = 1;
    if (map.kind === 'dense') {
      const start = row * map.cols;
      for (const col of live!) add(col, map.weight[start + col]!);
    } else {
      forEachTerm(map, row, add);
    }
    let l = -roundedUp(-low, lowMagnitude, terms);
    let u = roundedUp(high, highMagnitude, terms);
    if (divisor !== null) {
      l = nextDown(l / divisor[row]!);
      u = nextUp(u / divisor[row]!);
    }
    const tolerance = layer.tolerance?.[row] ?? 0;
    if (tolerance > 0) {
      l = nextDown(l - tolerance);
      u = nextUp(u + tolerance);
    }
    if (l > lowerOut[row]!) lowerOut[row] = l;
    if (u < upperOut[row]!) upperOut[row] = u;
  }
}

/**
 * An upper bound of the real sum whose computed value is `sum`. |fl(sum) - sum| <= gamma_n * sum |w x|; the
 * factor (n + 4) * 2^-52 covers gamma_n, the rounding of the magnitude itself and of this addition; n times
 * the least double covers underflow. A sum that is not finite (unbounded input, overflow) bounds nothing.
 */
function roundedUp(sum: number, magnitude: number, terms: number): number {
  const error = (terms + 4) * 2 ** -52 * magnitude + terms * Number.MIN_VALUE;
  const bound = nextUp(sum + error);
  return Number.isFinite(bound) ? bound : Infinity;
}

/** Columns that are not fixed to zero; a NAP switches most of a layer off. */
function liveColumns(lower: Float64Array, upper: Float64Array): Int32Array {
  const live: number[] = [];
  for (let i = 0; i < lower.length; i++) if (lower[i] !== 0 || upper[i] !== 0) live.push(i);
  return Int32Array.from(live);
}

function concatenated(parts: readonly Float64Array[], inputs: readonly number[]): Float64Array {
  if (inputs.length === 1) return parts[inputs[0]!]!;
  const size = inputs.reduce((sum, id) => sum + parts[id]!.length, 0);
  const all = new Float64Array(size);
  let at = 0;
  for (const id of inputs) {
    all.set(parts[id]!, at);
    at += parts[id]!.length;
  }
  return all;
}

function propagateRelu(layer: ReluLayer, bounds: Bounds): void {
  const lowerIn = bounds.lower[layer.input]!;
  const upperIn = bounds.upper[layer.input]!;
  const lowerOut = bounds.lower[layer.output]!;
  const upperOut = bounds.upper[layer.output]!;
  for (let i = 0; i < lowerIn.length; i++) {
    const l = lowerIn[i]! > 0 ? lowerIn[i]! : layer.slope === 0 ? 0 : nextDown(layer.slope * lowerIn[i]!);
    const u = upperIn[i]! > 0 ? upperIn[i]! : layer.slope === 0 ? 0 : nextUp(layer.slope * upperIn[i]!);
    if (l > lowerOut[i]!) lowerOut[i] = l;
    if (u < upperOut[i]!) upperOut[i] = u;
  }
}

function propagateMax(layer: MaxLayer, bounds: Bounds): void {
  const lowerIn = bounds.lower[layer.input]!;
  const upperIn = bounds.upper[layer.input]!;
  const lowerOut = bounds.lower[layer.output]!;
  const upperOut = bounds.upper[layer.output]!;
  for (let i = 0; i < lowerOut.length; i++) {
    let l = -Infinity;
    let u = -Infinity;
    for (let k = layer.rowStart[i]!; k < layer.rowStart[i + 1]!; k++) {
      l = Math.max(l, lowerIn[layer.col[k]!]!);
      u = Math.max(u, upperIn[layer.col[k]!]!);
    }
    if (l > lowerOut[i]!) lowerOut[i] = l;
    if (u < upperOut[i]!) upperOut[i] = u;
  }
}
