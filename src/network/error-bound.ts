/**
 * Bounds on the rounding error of evaluating a network in floating point, in any order of summation.
 * Source: Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1: a sum of k products has
 * an error of at most gamma_k * sum |w||x| with gamma_k = k u / (1 - k u), whatever the order.
 */
import { evaluateLayer, gather } from './forward.js';
import { absoluteMap, applyMap } from './linear-map.js';
import type { Layer, LinearLayer, LinearMap, Network } from './network.js';

/** Unit roundoff and smallest normal number of an element type. */
const FORMATS = {
  float32: { unit: 2 ** -24, smallest: 2 ** -126 },
  float64: { unit: 2 ** -53, smallest: 2 ** -1022 },
} as const;

/** Roundings beside the products of one row: bias, divisor, folded factors, a batch-norm scale. */
const EXTRA_ROUNDINGS = 10;

/** A float64 evaluation with, per tensor element, how far any evaluation in the given format may be from it. */
export interface BoundedEvaluation {
  readonly tensors: readonly Float64Array[];
  readonly errors: readonly Float64Array[];
}

/** Largest finite number of an element type. */
const LARGEST = { float32: (2 - 2 ** -23) * 2 ** 127, float64: Number.MAX_VALUE } as const;

/**
 * Whether some evaluation in the network's element type may overflow. The error of a row is at least EXTRA_ROUNDINGS
 * roundings of the sum of its magnitudes, which bounds every partial sum; the margin is room for
 * rounding and for sums that are divided later.
 */
export function mayOverflow(network: Network, { tensors, errors }: BoundedEvaluation): boolean {
  const limit = LARGEST[network.elementType] / 2 ** 20;
  const { unit } = FORMATS[network.elementType];
  return tensors.some((values, id) =>
    values.some((value, i) => {
      const sums = errors[id]![i]! / (EXTRA_ROUNDINGS * unit);
      return !(Math.abs(value) < limit && sums < limit);
    }),
  );
}

/** Evaluator of one network with error bounds; prepares |W| once. */
export function boundedEvaluator(network: Network): (input: Float64Array) => BoundedEvaluation {
  const magnitudes = new Map<LinearLayer, LinearMap>();
  for (const layer of network.layers)
    if (layer.kind === 'linear') magnitudes.set(layer, absoluteMap(layer.map));
  const { unit, smallest } = FORMATS[network.elementType];
  return (input) => {
    const tensors = network.tensors.map((tensor) => new Float64Array(tensor.size));
    const errors = network.tensors.map((tensor) => new Float64Array(tensor.size));
    tensors[network.input]!.set(input);
    for (const layer of network.layers) {
      evaluateLayer(layer, tensors);
      if (layer.kind === 'linear')
        linearErrors(layer, magnitudes.get(layer)!, tensors, errors, unit, smallest);
      else otherErrors(layer, tensors, errors, unit);
    }
    return { tensors, errors };
  };
}

function linearErrors(
  layer: LinearLayer,
  magnitude: LinearMap,
  tensors: readonly Float64Array[],
  errors: readonly Float64Array[],
  unit: number,
  smallest: number,
): void {
  const x = gather(layer, tensors);
  const e = gather(layer, errors);
  const reach = x.map((value, i) => Math.abs(value) + e[i]!);
  const carried = new Float64Array(layer.map.rows);
  const sums = new Float64Array(layer.map.rows);
  applyMap(magnitude, e, carried);
  applyMap(magnitude, reach, sums);
  const out = errors[layer.output]!;
  for (let i = 0; i < out.length; i++) {
    const k = rowLength(layer.map, i) + EXTRA_ROUNDINGS;
    const gamma = k * unit < 0.5 ? (k * unit) / (1 - k * unit) : Number.POSITIVE_INFINITY;
    // Products below the smallest normal number lose up to that much each, even if flushed to zero.
    const error = carried[i]! + gamma * (sums[i]! + Math.abs(layer.bias[i]!)) + k * smallest;
    out[i] = layer.divisor === null ? error : error / layer.divisor[i]! + smallest;
  }
}

function otherErrors(
  layer: Exclude<Layer, LinearLayer>,
  tensors: readonly Float64Array[],
  errors: readonly Float64Array[],
  unit: number,
): void {
  const before = errors[layer.input]!;
  const out = errors[layer.output]!;
  for (let i = 0; i < out.length; i++) {
    if (layer.kind === 'relu') {
      const z = tensors[layer.input]![i]!;
      out[i] = before[i]! + (layer.slope === 0 ? 0 : unit * (Math.abs(z) + before[i]!));
    } else {
      let worst = 0;
      for (let k = layer.rowStart[i]!; k < layer.rowStart[i + 1]!; k++)
        worst = Math.max(worst, before[layer.col[k]!]!);
      out[i] = worst;
    }
  }
}

/** Upper bound on the number of products in a row. */
function rowLength(map: LinearMap, row: number): number {
  if (map.kind === 'dense') return map.cols;
  if (map.kind === 'sparse') return map.rowStart[row + 1]! - map.rowStart[row]!;
  return (map.inChannels / map.groups) * map.kernelHeight * map.kernelWidth;
}
