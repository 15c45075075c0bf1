/**
 * What is known of a tensor as a linear expression of the latest values behind a ReLU or max layer (or the input).
 *
 * Let x be those computed values ("starts"), and f the exact linear function of them that the layers since define,
 * a sum of monomials (constants times one start, or constants alone). A binary32 evaluation computes f(x) with every
 * monomial multiplied by at most `rounds` factors (1 + d)^(+-1), plus underflow, so it is off by at most
 *   gamma(rounds) * mass + underflow,   mass = sum of |monomials|.
 * This is so for any order and parenthesisation of each layer's additions, with or without fused multiply-add, and
 * also if scalings by constants are merged into the weights of a neighbouring layer: a monomial then meets the same
 * roundings at other places. Zeros are exact and round nothing, whatever they are added to or multiplied with.
 *
 * BatchNormalization, s (x - mean) + beta with s = gamma / sqrt(var + epsilon), is two layers: x - mean, then the
 * product with s and beta. Let r = `derived.roundings` bound the roundings of s. The layers count, for a monomial of x:
 * 1 (mean), r + 1 (product), 1 (beta). Each usual way needs at most as many of each monomial:
 *   s (x - mean) + beta, ((x - mean) / sqrt(..)) gamma + beta:  mean and x 1 + (r + 1) + 1, beta 1;
 *   x s + (beta - mean s):  x (r + 1) + 1, mean (r + 1) + 1 + 1, beta 1 + 1;
 *   weights W s and bias (b - mean) s + beta or b s + (beta - mean s) in a linear layer before: as many as above for b
 *   and for each W x (the product W s instead of the scaling's, the sum with the bias instead of that with beta);
 *   scale and shift merged into a linear layer behind: as many, since the shift's sum moves there.
 * A sum with a constant that is 0 is exact, and not counted.
 */
import { forEachTerm } from '../../network/linear-map.js';
import type { LinearLayer } from '../../network/network.js';
import { slackOfSum, up } from './rounding.js';

export interface Chain {
  /** Range of f over the computed starts of the region. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** At least the sum of |monomials| over the computed starts; 0 only if all of them are 0. */
  readonly mass: Float64Array;
  /** At least |f(computed starts) - f(modelled starts)|; see tolerances.ts. */
  readonly carried: Float64Array;
  /** At least the roundings that any monomial passes. */
  readonly rounds: Float64Array;
  /** Most monomials, most constant factors of one, and largest product of some of its factors (at least 1). */
  readonly paths: number;
  readonly depth: number;
  readonly factor: number;
}

/** Starts: computed values in [lower, upper], each within `error` of the modelled one. */
export function startChain(lower: Float64Array, upper: Float64Array, error: Float64Array): Chain {
  const mass = lower.map((low, i) => Math.max(Math.abs(low), Math.abs(upper[i]!)));
  const factor = mass.reduce((most, size) => Math.max(most, size), 1);
  const rounds = new Float64Array(mass.length);
  return { lower, upper, mass, carried: error, rounds, paths: 1, depth: 0, factor };
}

/** (W x + b) / d of what the layer reads. */
export function linearChain(layer: LinearLayer, chains: readonly (Chain | undefined)[]): Chain {
  const input = joined(layer.inputs.map((id) => chains[id]!));
  const { map, bias, divisor, derived } = layer;
  const out = {
    lower: new Float64Array(map.rows),
    upper: new Float64Array(map.rows),
    mass: new Float64Array(map.rows),
    carried: new Float64Array(map.rows),
    rounds: new Float64Array(map.rows),
  };
  let mostTerms = 0;
  let largestWeight = derived?.factor ?? 1;
  let largestBias = 0;
  let largestInverse = 1;
  for (let row = 0; row < map.rows; row++) {
    const b = bias[row]!;
    let [low, high, magnitude, mass, carried] = [b, b, Math.abs(b), Math.abs(b), 0];
    let terms = b === 0 ? 0 : 1;
    let rounds = 0;
    let scales = false;
    forEachTerm(map, row, (col, weight) => {
      const size = Math.abs(weight);
      if (size === 0) return;
      largestWeight = Math.max(largestWeight, size);
      carried += size * input.carried[col]!;
      const inner = input.mass[col]!;
      if (inner === 0) return;
      const [a, z] = [weight * input.lower[col]!, weight * input.upper[col]!];
      low += Math.min(a, z);
      high += Math.max(a, z);
      magnitude += Math.max(Math.abs(a), Math.abs(z));
      mass += size * inner;
      // A sum of tensors that lists one of them m times is stored as the weight m.
      terms += map.kind === 'sparse' && Number.isInteger(weight) && size <= 64 ? size : 1;
      rounds = Math.max(rounds, input.rounds[col]!);
      scales ||= size !== 1;
    });
    const d = divisor?.[row] ?? 1;
    const slack = slackOfSum(magnitude / d);
    out.lower[row] = low / d - slack;
    out.upper[row] = high / d + slack;
    out.mass[row] = mass === 0 ? 0 : up(mass / d);
    out.carried[row] = carried === 0 ? 0 : up(carried / d);
    // Products, then a tree of additions of so many leaves; a division may be a product with a rounded reciprocal.
    // A derived weight of magnitude 1 need not be 1 in a runtime.
    const products = scales || derived !== undefined ? 1 + (derived?.roundings ?? 0) : 0;
    out.rounds[row] = rounds + products + Math.max(terms - 1, 0) + (d === 1 ? 0 : 2);
    mostTerms = Math.max(mostTerms, terms);
    largestBias = Math.max(largestBias, Math.abs(b));
    largestInverse = Math.max(largestInverse, 1 / d);
  }
  return {
    ...out,
    paths: mostTerms * input.paths + 1,
    depth: input.depth + 2,
    factor: up(Math.max(input.factor * largestWeight, largestBias) * largestInverse),
  };
}

/** Several inputs one after the other, as `LinearLayer.map` reads them. */
function joined(parts: readonly Chain[]): Chain {
  if (parts.length === 1) return parts[0]!;
  const join = (pick: (chain: Chain) => Float64Array): Float64Array =>
    Float64Array.from(parts.flatMap((chain) => [...pick(chain)]));
  const most = (pick: (chain: Chain) => number): number => Math.max(...parts.map(pick));
  return {
    lower: join((chain) => chain.lower),
    upper: join((chain) => chain.upper),
    mass: join((chain) => chain.mass),
    carried: join((chain) => chain.carried),
    rounds: join((chain) => chain.rounds),
    paths: most((chain) => chain.paths),
    depth: most((chain) => chain.depth),
    factor: most((chain) => chain.factor),
  };
}
