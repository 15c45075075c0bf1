/** Which inputs the flag of a guarded model may be raised for: the domain of the certificate, without overflow. */
import { forEachTerm } from '../../network/linear-map.js';
import type { Network } from '../../network/network.js';
import type { Domain } from '../../spec/property.js';

/** Far below the largest float32, so that no order of summation and no merged scaling reaches it. */
const LIMIT = 2 ** 100;

/** A closed box of inputs in the model's element type; scalars where all inputs have the same ends. */
export interface GuardedBox {
  readonly lower: number | readonly number[];
  readonly upper: number | readonly number[];
  /** Whether inputs of the domain were left out because the network could overflow on them. */
  readonly narrowed: boolean;
  /** Not the zero input (the orthant has none). */
  readonly nonZero: boolean;
}

/**
 * The part of the domain in which no evaluation of the network can overflow, as a box of numbers of the model's
 * element type: ends that are none are moved inward, which leaves out no number of that type.
 */
export function guardedBox(network: Network, domain: Domain): GuardedBox {
  const reach = overflowFreeReach(network);
  const single = network.elementType === 'float32';
  const up = (value: number): number => (single ? floatAtLeast(value) : value);
  const lowest =
    domain.kind === 'box' ? domain.lower : domain.kind === 'orthant' ? 0 : Number.NEGATIVE_INFINITY;
  const highest = domain.kind === 'box' ? domain.upper : Number.POSITIVE_INFINITY;
  return {
    lower: each(lowest, (value) => up(Math.max(value, -reach))),
    upper: each(highest, (value) => -up(-Math.min(value, reach))),
    narrowed: some(lowest, (value) => value < -reach) || some(highest, (value) => value > reach),
    nonZero: domain.kind === 'orthant',
  };
}

function each(value: number | readonly number[], map: (value: number) => number): number | readonly number[] {
  return typeof value === 'number' ? map(value) : value.map(map);
}

function some(value: number | readonly number[], test: (value: number) => boolean): boolean {
  return typeof value === 'number' ? test(value) : value.some(test);
}

/** The least float32 >= value. */
function floatAtLeast(value: number): number {
  const rounded = Math.fround(value);
  if (rounded >= value) return rounded;
  const bits = new Int32Array(1);
  const floats = new Float32Array(bits.buffer);
  floats[0] = rounded;
  bits[0]! += rounded >= 0 ? 1 : -1;
  return floats[0]!;
}

/**
 * A power of two R such that every sum that an evaluation forms stays below {@link LIMIT} where all inputs are at most
 * R in size. Row sums of |weights| bound the growth of each layer: reach = gain * R + offset.
 */
export function overflowFreeReach(network: Network): number {
  const gain = new Float64Array(network.tensors.length);
  const offset = new Float64Array(network.tensors.length);
  gain[network.input] = 1;
  let reach = LIMIT;
  for (const layer of network.layers) {
    if (layer.kind !== 'linear') {
      gain[layer.output] = gain[layer.input]!;
      offset[layer.output] = offset[layer.input]!;
      continue;
    }
    const before = Math.max(...layer.inputs.map((id) => gain[id]!));
    const constant = Math.max(...layer.inputs.map((id) => offset[id]!));
    for (let row = 0; row < layer.map.rows; row++) {
      let sum = 0;
      forEachTerm(layer.map, row, (_, weight) => {
        sum += Math.abs(weight);
      });
      const grown = sum * before;
      const shifted = sum * constant + Math.abs(layer.bias[row]!);
      if (grown > 0) reach = Math.min(reach, (LIMIT - shifted) / grown);
      const by = layer.divisor === null ? 1 : layer.divisor[row]!;
      gain[layer.output] = Math.max(gain[layer.output]!, grown / by);
      offset[layer.output] = Math.max(offset[layer.output]!, shifted / by);
    }
  }
  // A network that overflows on its constants alone has no such input.
  return reach > 0 ? 2 ** Math.floor(Math.log2(reach)) : 0;
}
