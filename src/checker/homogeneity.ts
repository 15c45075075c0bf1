/**
 * Is the network positively homogeneous up to a constant? Decided exactly on the lowered layers, by the checker alone.
 *
 * For each tensor t a constant vector c with t(s x) - c = s (t(x) - c) for all x and all s > 0, layer by layer:
 * the input has c = 0; a linear layer maps c as it maps any value; max(z, slope z) keeps the property if c = 0; a
 * maximum keeps it if all its candidates have the same c. If all logits have the same c, their order at s x is their
 * order at x. The converse is not claimed: a network may be invariant in other ways.
 */
import type { MaxLayer, Network, TensorId } from '../network/network.js';
import { assertNever } from '../util/errors.js';
import {
  compareAt,
  concatVectors,
  type ExactVector,
  elementAt,
  exactVector,
  signAt,
} from './exact/dyadic-vector.js';
import { applyLinear } from './exact/linear-exact.js';
import type { Rational } from './exact/rational.js';

export type Homogeneity =
  /** The order of the logits is the same at x and s x, for all x and s > 0. */
  | { readonly kind: 'homogeneous' }
  /** The first layer at which the argument ends, and a constant that ends it. */
  | {
      readonly kind: 'broken';
      /** ONNX node whose layer needs the constant to vanish or to be common. */
      readonly node: string;
      readonly tensor: string;
      readonly index: number;
      readonly constant: Rational;
    };

export function homogeneity(network: Network): Homogeneity {
  const constants = new Array<ExactVector>(network.tensors.length);
  constants[network.input] = zeros(network, network.input);
  const broken = (node: string, id: TensorId, index: number): Homogeneity => ({
    kind: 'broken',
    node,
    tensor: network.tensors[id]!.name,
    index,
    constant: elementAt(constants[id]!, index),
  });
  for (const layer of network.layers) {
    switch (layer.kind) {
      case 'linear':
        constants[layer.output] = applyLinear(layer, concatVectors(layer.inputs.map((id) => constants[id]!)));
        break;
      case 'relu': {
        const c = constants[layer.input]!;
        const index = c.num.findIndex((_, i) => signAt(c, i) !== 0);
        if (index >= 0) return broken(layer.node, layer.input, index);
        constants[layer.output] = c;
        break;
      }
      case 'max': {
        const c = constants[layer.input]!;
        const index = unequalCandidate(layer, c);
        if (index !== null) return broken(layer.node, layer.input, index);
        const first = Array.from(
          { length: layer.rowStart.length - 1 },
          (_, i) => layer.col[layer.rowStart[i]!]!,
        );
        constants[layer.output] = exactVector(
          first.map((j) => c.num[j]!),
          c.exponent,
          c.divisor,
        );
        break;
      }
      default:
        return assertNever(layer, 'layer');
    }
  }
  const logits = constants[network.output]!;
  const odd = logits.num.findIndex((_, i) => compareAt(logits, i, 0) !== 0);
  if (odd < 0) return { kind: 'homogeneous' };
  const last = network.layers.find(({ output }) => output === network.output);
  // Of two unequal constants at least one is not 0: that one is worth showing.
  return broken(last?.node ?? 'input', network.output, signAt(logits, odd) !== 0 ? odd : 0);
}

function zeros(network: Network, id: TensorId): ExactVector {
  return exactVector(new Array<bigint>(network.tensors[id]!.size).fill(0n));
}

/** A candidate whose constant differs from that of its row's first candidate. */
function unequalCandidate({ rowStart, col }: MaxLayer, c: ExactVector): number | null {
  for (let i = 0; i + 1 < rowStart.length; i++) {
    const first = col[rowStart[i]!]!;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
      if (compareAt(c, col[k]!, first) !== 0) return signAt(c, col[k]!) !== 0 ? col[k]! : first;
    }
  }
  return null;
}
