/**
 * Second, sharper attempt in floating point, for the samples that the one-number-per-tensor bounds leave
 * open: a running error bound for every element. It costs about two evaluations in JavaScript, far less
 * than exact arithmetic, and it recognises values that are exactly zero (neurons of a network without
 * biases over a black part of the image), which the coarse bounds never can.
 */
import { argmax, forward } from '../network/forward.js';
import { absoluteMap, applyMap } from '../network/linear-map.js';
import type { LinearLayer, LinearMap, Network } from '../network/network.js';
import { neuronBlocks, neuronCount } from '../network/network.js';
import type { ExactSample } from './exact-signs.js';
import { gammaOf, mostTerms, SLACK, UNDERFLOW, UNIT } from './rounding-bound.js';

/** Non-zero factors are raised to this, so that their products are not lost in underflow. */
const TINY = 2 ** -500;

interface PreparedLayer {
  /** |W|, non-zero entries at least TINY. */
  readonly magnitude: LinearMap;
  readonly gamma: number;
}

/**
 * An evaluator that returns the exact signs and prediction of an input, or null if rounding errors within
 * their bounds could change one of them.
 */
export function boundedSampleEvaluator(network: Network): (input: Float64Array) => ExactSample | null {
  const prepared = network.layers.map((layer) => (layer.kind === 'linear' ? prepare(layer) : null));
  return (input) => {
    const { tensors } = forward(network, input);
    const errors = network.tensors.map(({ size }) => new Float64Array(size));
    network.layers.forEach((layer, n) => {
      const error = errors[layer.output]!;
      if (layer.kind === 'linear') {
        linearErrors(layer, prepared[n]!, tensors, errors);
        return;
      }
      const values = tensors[layer.input]!;
      const before = errors[layer.input]!;
      for (let i = 0; i < error.length; i++) {
        if (layer.kind === 'max') {
          for (let at = layer.rowStart[i]!; at < layer.rowStart[i + 1]!; at++) {
            error[i] = Math.max(error[i]!, before[layer.col[at]!]!);
          }
        } else if (layer.slope > 0) {
          const size = Math.abs(values[i]!);
          error[i] = size + before[i]! > 0 ? (before[i]! + UNIT * size) * SLACK + UNDERFLOW : 0;
        } else if (!(values[i]! <= -before[i]!)) error[i] = before[i]!;
        // else the exact pre-activation is <= 0 too, and both outputs are exactly 0
      }
    });
    return decide(network, tensors, errors);
  };
}

function prepare(layer: LinearLayer): PreparedLayer {
  const magnitude = absoluteMap(layer.map);
  for (let i = 0; i < magnitude.weight.length; i++) magnitude.weight[i] = raised(magnitude.weight[i]!);
  return { magnitude, gamma: gammaOf(mostTerms(layer.map)) };
}

function raised(magnitude: number): number {
  return magnitude === 0 ? 0 : Math.max(magnitude, TINY);
}

/** |W| (e + gamma |x|) + gamma |b|, divided; 0 only where every product has a zero factor and b is 0. */
function linearErrors(
  layer: LinearLayer,
  { magnitude, gamma }: PreparedLayer,
  tensors: readonly Float64Array[],
  errors: readonly Float64Array[],
): void {
  const spread = new Float64Array(magnitude.cols);
  let at = 0;
  for (const id of layer.inputs) {
    const values = tensors[id]!;
    const before = errors[id]!;
    for (let i = 0; i < values.length; i++) {
      spread[at++] = raised(before[i]! + gamma * raised(Math.abs(values[i]!)));
    }
  }
  const out = errors[layer.output]!;
  applyMap(magnitude, spread, out);
  for (let i = 0; i < out.length; i++) {
    const total = out[i]! + gamma * raised(Math.abs(layer.bias[i]!));
    const divisor = layer.divisor === null ? 1 : layer.divisor[i]!;
    out[i] = total === 0 ? 0 : (total / divisor) * SLACK + UNDERFLOW * Math.max(1, 1 / divisor);
  }
}

function decide(
  network: Network,
  tensors: readonly Float64Array[],
  errors: readonly Float64Array[],
): ExactSample | null {
  const active = new Uint8Array(neuronCount(network));
  for (const { layer, offset, size } of neuronBlocks(network)) {
    const values = tensors[layer.input]!;
    const bounds = errors[layer.input]!;
    for (let i = 0; i < size; i++) {
      if (!(Math.abs(values[i]!) > bounds[i]! || bounds[i] === 0)) return null;
      active[offset + i] = values[i]! > 0 ? 1 : 0;
    }
  }
  const logits = tensors[network.output]!;
  const bounds = errors[network.output]!;
  const prediction = argmax(logits).index;
  for (let k = 0; k < logits.length; k++) {
    if (k === prediction) continue;
    const doubt = bounds[k]! + bounds[prediction]!;
    // Without any error the comparison is exact, and argmax takes the first of equal logits.
    if (!(logits[prediction]! - logits[k]! > 2 * doubt || doubt === 0)) return null;
  }
  return Number.isFinite(logits[prediction]!) ? { active, prediction } : null;
}
