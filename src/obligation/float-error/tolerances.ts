/**
 * A model over the reals of every binary32 evaluation at once: the network whose linear layers may each be off by a
 * tolerance, y = (W x + b) / d + t with |t_i| <= tolerance_i. Specified in certificate-v1.md, section 7.
 *
 * Claim. For any input of the box and any evaluation (see chain.ts for which) whose computed pre-activations follow
 * the NAPs as mined, there are such t that the model's pre-activations and logits are the computed ones. So what holds
 * for all t holds for the numbers that are computed: the literals and the order of the logits are those of the runtime.
 *
 * Proof, layer by layer. Let every tensor that a ReLU or max layer reads, if a linear layer computes it, have its computed value in the model. The
 * model's activations are then f(computed operands) exactly, within `error` of the computed activations (computed.ts).
 * The next such tensor is a linear function of activations, and of tensors between them. Its computed value differs
 * from that function of the computed activations by at most the rounding bound of chain.ts, and that function differs
 * from the same function of the model's activations by at most `carried`: t makes up for both. A max layer that reads
 * activations themselves, with no linear layer between that could have a t, reads the model's: its error grows by the
 * largest of theirs, since a maximum changes by no more than its operands do. Where a ReLU, whose literals are about what it
 * reads, or the logits would have to be such activations, the network is refused. Tensors between them
 * get no tolerance, unless a ReLU or max layer reads them as well: then their t reaches the layers behind, and is added
 * to what those must make up for.
 *
 * The magnitudes that the rounding bound needs are those of computed values: interval arithmetic over the box, clipped
 * by the literals, with every layer's rounding added. Part of the trusted base. Deterministic: plain double arithmetic
 * in a fixed order. Reference: Higham, Accuracy and Stability of Numerical Algorithms, chapter 3.
 */
import type { Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks, type TensorId } from '../../network/network.js';
import { assertNever, UnsupportedError } from '../../util/errors.js';
import type { Box } from '../obligation.js';
import { type Chain, linearChain, startChain } from './chain.js';
import { type Computed, computedMax, computedRelu, type Range } from './computed.js';
import { requireBinary32 } from './require-binary32.js';
import { gamma, requireNoOverflow, slackOfSum, underflow, up } from './rounding.js';

/** By tensor id; null for a tensor that gets none: the input, outputs of other layers, tensors in between. */
export type Tolerances = readonly (Float64Array | null)[];

/**
 * The model's tolerances for one region.
 * @throws UnsupportedError for networks and regions without a bound (require-binary32.ts; unbounded inputs; overflow)
 */
export function roundingTolerances(network: Network, box: Box, naps: readonly Phases[]): Tolerances {
  requireBinary32(network);
  const observed = observedTensors(network);
  const tolerances: (Float64Array | null)[] = network.tensors.map(() => null);
  const chains: (Chain | undefined)[] = network.tensors.map(() => undefined);
  const ranges: (Range | undefined)[] = network.tensors.map(() => undefined);
  /** How far computed starts may be from the model's. */
  const errors: (Float64Array | undefined)[] = network.tensors.map(() => undefined);
  const start = (tensor: TensorId, value: Computed): void => {
    const chain = startChain(value.lower, value.upper, value.error);
    requireNoOverflow(chain.factor, network.tensors[tensor]!.name);
    chains[tensor] = chain;
    ranges[tensor] = value;
    errors[tensor] = value.error;
  };
  start(network.input, { ...box, error: new Float64Array(box.lower.length) });
  for (const layer of network.layers) {
    switch (layer.kind) {
      case 'linear': {
        const chain = linearChain(layer, chains);
        const { name } = network.tensors[layer.output]!;
        const rounding = roundingOf(chain);
        requireNoOverflow(chain.factor, name);
        chain.mass.forEach((size, i) => {
          requireNoOverflow(size + rounding[i]! + chain.carried[i]!, name);
        });
        ranges[layer.output] = widened(chain, rounding);
        chains[layer.output] = chain;
        if (!observed.has(layer.output)) break;
        const tolerance = rounding.map((own, i) => sum(own, chain.carried[i]!));
        tolerances[layer.output] = tolerance;
        chains[layer.output] = {
          ...chain,
          carried: chain.carried.map((before, i) => sum(before, tolerance[i]!)),
        };
        break;
      }
      case 'relu':
        requireExact(network, layer.input, layer.node, errors);
        start(layer.output, computedRelu(layer, following(network, layer.input, ranges[layer.input]!, naps)));
        break;
      case 'max':
        start(layer.output, computedMax(layer, ranges[layer.input]!, errors[layer.input] ?? null));
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  requireExact(network, network.output, 'logits', errors);
  return tolerances;
}

/** @throws UnsupportedError if the tensor is a ReLU's or max layer's output that a runtime may compute differently */
function requireExact(
  network: Network,
  tensor: TensorId,
  place: string,
  errors: readonly (Float64Array | undefined)[],
): void {
  if (errors[tensor]?.some((error) => error > 0) !== true) return;
  throw new UnsupportedError('float32 arithmetic is not supported for this model; verify it over the reals', {
    place,
    expected: 'a linear layer in front of every ReLU, and at the end',
    found: `${JSON.stringify(network.tensors[tensor]!.name)}, which a ReLU or a maximum computes`,
  });
}

/** Tensors whose computed values the model must have: what ReLU and max layers read, and the logits. */
function observedTensors(network: Network): ReadonlySet<TensorId> {
  const observed = new Set([network.output]);
  for (const layer of network.layers) if (layer.kind !== 'linear') observed.add(layer.input);
  return observed;
}

/** The rounding bound of chain.ts; nothing but zeros is exact. */
function roundingOf({ mass, rounds, paths, depth, factor }: Chain): Float64Array {
  const lost = underflow(paths, depth, factor);
  return mass.map((size, i) => (size === 0 ? 0 : up(gamma(rounds[i]!) * size + lost)));
}

/** A sum of bounds, rounded up; 0 + 0 stays 0. */
function sum(a: number, b: number): number {
  return a + b === 0 ? 0 : up(a + b);
}

/**
 * lower - r, upper + r. The additions round by at most 2^-53 of what chain.ts has widened the ends by already with
 * 2^-20 of their magnitude.
 */
function widened({ lower, upper }: Chain, rounding: Float64Array): Range {
  const by = rounding.map((r) => (r === 0 ? 0 : r + slackOfSum(r)));
  return { lower: lower.map((low, i) => low - by[i]!), upper: upper.map((high, i) => high + by[i]!) };
}

/** Computed pre-activations, narrowed by the literals as mined: active means z > 0, inactive z <= 0. */
function following(network: Network, tensor: TensorId, z: Range, naps: readonly Phases[]): Range {
  const lower = z.lower.slice();
  const upper = z.upper.slice();
  for (const { layer, offset, size } of neuronBlocks(network)) {
    if (layer.input !== tensor) continue;
    for (const phases of naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase > 0) lower[i] = Math.max(lower[i]!, 0);
        else if (phase < 0) upper[i] = Math.min(upper[i]!, 0);
      }
    }
  }
  return { lower, upper };
}
