/** Exact evaluation of a whole network: every tensor at one input point, over the rationals. */
import type { MaxLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import { assertNever, InputError } from '../../util/errors.js';
import { trailingZeros } from './double-bits.js';
import {
  compareAt,
  concatVectors,
  type ExactVector,
  exactVector,
  fromDoubles,
  rescale,
} from './dyadic-vector.js';
import { applyLinear } from './linear-exact.js';
import { fromDouble } from './rational.js';

/** All tensors at one point; `values[id]` belongs to `network.tensors[id]`. */
export interface ExactTensors {
  readonly kind: 'exact-tensors';
  readonly values: readonly ExactVector[];
}

/**
 * Evaluates the network at `input` (length: size of the input tensor) without rounding. Doubles are read as
 * the rationals they are. A wrong length, NaN or an infinity is an InputError.
 */
export function evaluateExact(network: Network, input: ExactVector | Float64Array): ExactTensors {
  const size = network.tensors[network.input]!.size;
  const length = input instanceof Float64Array ? input.length : input.num.length;
  if (length !== size) {
    const fault = { place: 'input point', expected: `${size} numbers`, found: `${length} numbers` };
    throw new InputError('the point does not fit the network', fault);
  }
  const values = new Array<ExactVector | undefined>(network.tensors.length).fill(undefined);
  values[network.input] = input instanceof Float64Array ? fromDoubles(input, 'input point') : input;
  for (const layer of network.layers) {
    switch (layer.kind) {
      case 'linear':
        values[layer.output] = applyLinear(layer, concatVectors(layer.inputs.map((id) => known(values, id))));
        break;
      case 'relu':
        values[layer.output] = applyRelu(layer, known(values, layer.input));
        break;
      case 'max':
        values[layer.output] = applyMax(layer, known(values, layer.input));
        break;
      default:
        return assertNever(layer, 'layer');
    }
  }
  return { kind: 'exact-tensors', values: network.tensors.map((_, id) => known(values, id)) };
}

function known(values: readonly (ExactVector | undefined)[], id: TensorId): ExactVector {
  const value = values[id];
  if (value === undefined) throw new Error(`tensor ${id} is read before any layer writes it`);
  return value;
}

function applyRelu({ slope }: ReluLayer, z: ExactVector): ExactVector {
  const { exponent, divisor } = z;
  if (slope === 0) {
    return exactVector(
      z.num.map((value) => (value > 0n ? value : 0n)),
      exponent,
      divisor,
    );
  }
  // slope = num / 2^shift, so the common units are 2^shift times finer and the negative values need no more.
  const { num, den } = fromDouble(slope);
  const shift = trailingZeros(den);
  const fine = rescale(z, exponent - shift, divisor);
  return exactVector(
    fine.num.map((value, i) => (value > 0n ? value : z.num[i]! * num)),
    fine.exponent,
    divisor,
  );
}

function applyMax({ rowStart, col }: MaxLayer, x: ExactVector): ExactVector {
  const num = new Array<bigint>(rowStart.length - 1);
  for (let i = 0; i < num.length; i++) {
    let best = x.num[col[rowStart[i]!]!]!;
    for (let k = rowStart[i]! + 1; k < rowStart[i + 1]!; k++) {
      const value = x.num[col[k]!]!;
      if (value > best) best = value;
    }
    num[i] = best;
  }
  return exactVector(num, x.exponent, x.divisor);
}

/** The network's output tensor. */
export function exactLogits(network: Network, tensors: ExactTensors): ExactVector {
  return tensors.values[network.output]!;
}

/** All classes whose logit is the largest, ascending; more than one is a tie, which decides nothing. */
export function exactClass(logits: ExactVector): { readonly winners: readonly number[] } {
  let winners: number[] = [];
  for (let i = 0; i < logits.num.length; i++) {
    const order = winners.length === 0 ? 1 : compareAt(logits, i, winners[0]!);
    if (order > 0) winners = [i];
    else if (order === 0) winners.push(i);
  }
  return { winners };
}
