/**
 * Bounds over the cross-section { x >= 0, sum x = 1 } of the orthant. Requires: a network with that section. Method: a linear
 * form is greatest at a corner; within an input box, by filling x from the largest coefficients down. Sound: ranges of
 * rows are rounded outwards; `sectionMaximum` is floating point and repeated by the checker.
 */
import { forEachTerm } from '../network/linear-map.js';
import type { LinearLayer, Network } from '../network/network.js';
import { nextDown, nextUp } from '../util/float.js';
import type { Bounds } from './interval.js';

/** Intersects the bounds of a layer that reads the input alone with what the cross-section leaves it. */
export function keepToSection(network: Network, layer: LinearLayer, bounds: Bounds): void {
  if (network.section === undefined || layer.inputs.length !== 1 || layer.inputs[0] !== network.input) return;
  const { low, high } = rangesOf(layer);
  const [lower, upper] = [bounds.lower[layer.output]!, bounds.upper[layer.output]!];
  for (let row = 0; row < low.length; row++) {
    lower[row] = Math.max(lower[row]!, low[row]!);
    upper[row] = Math.min(upper[row]!, high[row]!);
  }
}

interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const known = new WeakMap<LinearLayer, Ranges>();

function rangesOf(layer: LinearLayer): Ranges {
  const before = known.get(layer);
  if (before !== undefined) return before;
  const { map, bias, divisor, tolerance } = layer;
  const low = new Float64Array(map.rows).fill(-Infinity);
  const high = new Float64Array(map.rows).fill(Infinity);
  for (let row = 0; row < map.rows; row++) {
    const weights = new Map<number, number>();
    let repeated = false;
    forEachTerm(map, row, (col, weight) => {
      if (weights.has(col)) repeated = true;
      weights.set(col, weight);
    });
    if (repeated) continue;
    let [least, most] = weights.size < map.cols ? [0, 0] : [Infinity, -Infinity];
    for (const weight of weights.values()) {
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    const by = divisor?.[row] ?? 1;
    const off = tolerance?.[row] ?? 0;
    low[row] = nextDown(nextDown(nextDown(least + bias[row]!) / by) - off);
    high[row] = nextUp(nextUp(nextUp(most + bias[row]!) / by) + off);
  }
  const ranges = { low, high };
  known.set(layer, ranges);
  return ranges;
}

/** Maximum of a . x over the points of the cross-section with lower <= x <= upper. */
export function sectionMaximum(a: Float64Array, lower: Float64Array, upper: Float64Array): number {
  let left = 1;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    left -= lower[i]!;
    sum += a[i]! * lower[i]!;
  }
  const order = Array.from(a.keys()).sort((i, j) => a[j]! - a[i]!);
  for (const i of order) {
    if (left <= 0) break;
    const part = Math.min(left, upper[i]! - lower[i]!);
    sum += a[i]! * part;
    left -= part;
  }
  return sum;
}
