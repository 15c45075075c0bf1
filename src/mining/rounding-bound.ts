/**
 * Rigorous bounds on the rounding error of the float64 evaluation of a network, per sample and tensor.
 *
 * Standard model of IEEE 754 arithmetic with u = 2^-53: a sum of n products in any order, with or without
 * fused multiply-add, differs from the exact value by at most gamma_n * sum |w_i x_i|, where gamma_n =
 * n u / (1 - n u) (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), plus underflow.
 * So a linear layer whose computed inputs have size at most X and error at most e has the error
 *   L e + gamma (L X + B),   L = max_i sum_j |w_ij| / d_i,   B = max_i |b_i| / d_i;
 * ReLU and max do not enlarge errors. One number per tensor costs next to nothing per sample. It
 * overestimates by a few orders of magnitude, which float64 can afford: a too large bound only sends more
 * samples to exact arithmetic.
 */
import { forEachTerm } from '../network/linear-map.js';
import type { LinearMap, Network, TensorId } from '../network/network.js';

/** Unit roundoff of binary64. */
export const UNIT = 2 ** -53;
/** Covers the rounding in computing the bounds themselves: far fewer than 2^31 operations at u each. */
export const SLACK = 1 + 2 ** -20;
/** More than all underflow errors of one output element: fewer than 2^31 of at most 2^-1075 each. */
export const UNDERFLOW = 2 ** -1040;

type Step =
  | {
      readonly kind: 'linear';
      readonly inputs: readonly TensorId[];
      readonly output: TensorId;
      /** Largest sum of |weight| / divisor of a row. */
      readonly gain: number;
      /** Largest |bias| / divisor. */
      readonly offset: number;
      readonly gamma: number;
      readonly underflow: number;
    }
  | { readonly kind: 'relu'; readonly input: TensorId; readonly output: TensorId; readonly slope: number }
  | { readonly kind: 'max'; readonly input: TensorId; readonly output: TensorId };

export interface RoundingModel {
  readonly steps: readonly Step[];
  readonly tensors: number;
  readonly input: TensorId;
}

/** Collects the constants of the bound; done once per network. */
export function roundingModel(network: Network): RoundingModel {
  const steps = network.layers.map((layer): Step => {
    if (layer.kind !== 'linear') {
      return layer.kind === 'relu'
        ? { kind: 'relu', input: layer.input, output: layer.output, slope: layer.slope }
        : { kind: 'max', input: layer.input, output: layer.output };
    }
    const { map, bias, divisor } = layer;
    let gain = 0;
    let offset = 0;
    let leastDivisor = 1;
    for (let row = 0; row < map.rows; row++) {
      let sum = 0;
      forEachTerm(map, row, (_, weight) => {
        sum += Math.abs(weight);
      });
      const by = divisor === null ? 1 : divisor[row]!;
      gain = Math.max(gain, sum / by);
      offset = Math.max(offset, Math.abs(bias[row]!) / by);
      leastDivisor = Math.min(leastDivisor, by);
    }
    return {
      kind: 'linear',
      inputs: layer.inputs,
      output: layer.output,
      // Quotients of huge divisors may have underflowed.
      gain: gain * SLACK + Number.MIN_VALUE,
      offset: offset * SLACK + Number.MIN_VALUE,
      gamma: gammaOf(mostTerms(map)),
      underflow: (UNDERFLOW / leastDivisor) * SLACK,
    };
  });
  return { steps, tensors: network.tensors.length, input: network.input };
}

/** Largest number of terms of a row. */
export function mostTerms(map: LinearMap): number {
  let most = 0;
  for (let row = 0; row < map.rows; row++) {
    let terms = 0;
    forEachTerm(map, row, () => {
      terms++;
    });
    most = Math.max(most, terms);
  }
  return most;
}

/** gamma_n for an element of a linear layer with so many terms: their products, the sum with the bias, one division. */
export function gammaOf(terms: number): number {
  // Terms with weight zero round nothing.
  const operations = 2 * terms + 2;
  return ((operations * UNIT) / (1 - operations * UNIT)) * SLACK;
}

/**
 * Error bounds of one sample by tensor: |computed - exact| <= bound for every element.
 * @param inputSize largest |x_i| of the sample, whose numbers are exact
 * @param observed largest computed |element| of tensors where it is known, else NaN (by tensor)
 * @returns the bounds; Infinity or NaN where nothing can be said (overflow)
 */
export function errorBounds(model: RoundingModel, inputSize: number, observed: Float64Array): Float64Array {
  const error = new Float64Array(model.tensors);
  const size = new Float64Array(model.tensors);
  size[model.input] = inputSize;
  for (const step of model.steps) {
    let e: number;
    let reach: number;
    if (step.kind === 'linear') {
      let inputError = 0;
      let inputReach = 0;
      for (const id of step.inputs) {
        inputError = Math.max(inputError, error[id]!);
        inputReach = Math.max(inputReach, size[id]!);
      }
      const magnitude = step.gain * inputReach + step.offset;
      e = (step.gain * inputError + step.gamma * magnitude) * SLACK + step.underflow;
      reach = magnitude * (1 + step.gamma) * SLACK + step.underflow;
    } else {
      // With a slope one more product is rounded.
      const rounding = step.kind === 'relu' && step.slope > 0 ? UNIT * size[step.input]! : 0;
      e = (error[step.input]! * SLACK + rounding) * SLACK + (rounding > 0 ? UNDERFLOW : 0);
      reach = size[step.input]!;
    }
    const seen = observed[step.output]!;
    error[step.output] = e;
    size[step.output] = Number.isNaN(seen) ? reach : Math.min(reach, seen);
  }
  return error;
}
