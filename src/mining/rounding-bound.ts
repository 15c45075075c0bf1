/**
 * Rigorous bounds on the rounding error of the float64 evaluation of a network, per sample and tensor.
 *
 * Standard model of IEEE 754 arithmetic with u = 2^-53: a sum of n products in any order, with or without
 * fused multiply-add, differs from the exact value by at most gamma_n * sum |w_i x_i|, where gamma_n =
 * n u / (1 - n u) (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), plus underflow.
 * So a linear layer whose computed inputs have size at most X and error at most e has the error
 *   L e + gamma (L X + B),   L = max_i sum_j |w_ij| / d_i,   B = max_i |b_i| / d_i;
 * ReLU and max do not enlarge errors. If at most k inputs are not exactly 0, the k largest |w_ij| of a row
 * are enough for L; behind a ReLU these are the active neurons, few of many. One number per tensor costs
 * next to nothing per sample. It overestimates by some orders of magnitude, which float64 can afford: a too
 * large bound only sends more samples to closer examination.
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
      /** At k: the largest sum of k |weights| of one row, over its divisor; the last entry holds for more. */
      readonly gains: Float64Array;
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
    let offset = 0;
    let leastDivisor = 1;
    for (let row = 0; row < map.rows; row++) {
      const by = divisor === null ? 1 : divisor[row]!;
      offset = Math.max(offset, Math.abs(bias[row]!) / by);
      leastDivisor = Math.min(leastDivisor, by);
    }
    return {
      kind: 'linear',
      inputs: layer.inputs,
      output: layer.output,
      gains: largestRowSums(map, divisor),
      // Quotients of huge divisors may have underflowed.
      offset: offset * SLACK + Number.MIN_VALUE,
      gamma: gammaOf(mostTerms(map)),
      underflow: (UNDERFLOW / leastDivisor) * SLACK,
    };
  });
  return { steps, tensors: network.tensors.length };
}

function largestRowSums(map: LinearMap, divisor: Float64Array | null): Float64Array {
  const most = new Float64Array(mostTerms(map) + 1);
  for (let row = 0; row < map.rows; row++) {
    const byColumn = new Map<number, number>();
    forEachTerm(map, row, (column, weight) => {
      byColumn.set(column, (byColumn.get(column) ?? 0) + Math.abs(weight));
    });
    const descending = Float64Array.from(byColumn.values()).sort().reverse();
    const by = divisor === null ? 1 : divisor[row]!;
    let sum = 0;
    for (let k = 1; k < most.length; k++) {
      sum += descending[k - 1] ?? 0;
      most[k] = Math.max(most[k]!, sum / by);
    }
  }
  // Quotients of huge divisors may have underflowed.
  return most.map((sum, k) => (k === 0 ? 0 : sum * SLACK + Number.MIN_VALUE));
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

/** What is known of the computed values of one sample, by tensor; NaN where nothing is. */
export interface ObservedSizes {
  /** Largest |element|. */
  readonly largest: Float64Array;
  /** Number of elements that are not 0. For outputs of ReLU: of active neurons. */
  readonly nonZero: Float64Array;
}

/**
 * Error bounds of one sample by tensor: |computed - exact| <= bound for every element.
 *
 * Counting only active neurons presumes that the signs of the pre-activations are right. So the bounds hold
 * up to and including the first tensor of pre-activations with an element whose size is within its bound;
 * what comes behind it must not be used.
 * @param observed with both entries for the input, whose numbers are exact
 * @returns the bounds; Infinity or NaN where nothing can be said (overflow)
 */
export function errorBounds(model: RoundingModel, observed: ObservedSizes): Float64Array {
  const error = new Float64Array(model.tensors);
  const size = Float64Array.from(observed.largest);
  for (const step of model.steps) {
    let e: number;
    let reach: number;
    if (step.kind === 'linear') {
      let inputError = 0;
      let inputReach = 0;
      let nonZero = 0;
      for (const id of step.inputs) {
        inputError = Math.max(inputError, error[id]!);
        inputReach = Math.max(inputReach, size[id]!);
        nonZero += observed.nonZero[id]!;
      }
      const last = step.gains.length - 1;
      const gain = step.gains[Number.isNaN(nonZero) ? last : Math.min(nonZero, last)]!;
      const magnitude = gain * inputReach + step.offset;
      e = (gain * inputError + step.gamma * magnitude) * SLACK + step.underflow;
      reach = magnitude * (1 + step.gamma) * SLACK + step.underflow;
    } else {
      // With a slope one more product is rounded.
      const rounding = step.kind === 'relu' && step.slope > 0 ? UNIT * size[step.input]! : 0;
      e = (error[step.input]! * SLACK + rounding) * SLACK + (rounding > 0 ? UNDERFLOW : 0);
      reach = size[step.input]!;
    }
    const seen = observed.largest[step.output]!;
    error[step.output] = e;
    size[step.output] = Number.isNaN(seen) ? reach : Math.min(reach, seen);
  }
  return error;
}
