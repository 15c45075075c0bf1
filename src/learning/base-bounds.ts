/**
 * Bounds of the network over the whole box, without any literal: what lies before a cut, for every set of literals.
 *
 * Requires: a box and a cut tensor. Returns: intervals up to the cut, and lemmas that prove what of them interval
 * arithmetic does not give. Method: backward linear bounds with default slopes (CROWN; Zhang et al. 2018), layer by layer
 * from the second on: interval bounds of the third layer of mnist-net_256x4 are two to three times as wide. A lemma with
 * default slopes takes a line of a certificate. Sound: floating point here, with room for the checker's outward rounding;
 * the checker repeats each.
 */
import { type Bounds, intervalBounds, propagate } from '../bounds/interval.js';
import { defaultPasses, pushBack } from '../bounds/push-back.js';
import type { LemmaStep } from '../certificate/proof.js';
import { producedAt } from '../network/cuts.js';
import { type Network, reluLayers, type TensorId } from '../network/network.js';
import type { Box } from '../obligation/obligation.js';

export interface BaseBounds {
  readonly bounds: Bounds;
  readonly lemmas: readonly LemmaStep[];
}

/** A lemma must gain this share of the interval to be worth a line. */
const WORTH = 0.02;
/** Multiplications that the lemmas of a layer may take, where each of its neurons goes back to the input. */
const WORK = 2e9;
/** Room for the checker's rounding, relative to the bound. */
const ROOM = 1e-9;

/** Lemmas about the layers up to the one that ends at `start`, of which only upper bounds matter behind the cut. */
export function baseBounds(network: Network, box: Box, start: TensorId): BaseBounds {
  const { bounds } = intervalBounds(network, box, []);
  const lemmas: LemmaStep[] = [];
  if (start === network.input || network.section !== undefined) return { bounds, lemmas };
  const layers = reluLayers(network);
  const last = layers.findIndex((layer) => layer.output === start);
  let way = 0;
  for (const [n, { input, output }] of layers.slice(0, last + 1).entries()) {
    const size = network.tensors[input]!.size;
    way += size * network.tensors[n === 0 ? network.input : layers[n - 1]!.output]!.size;
    if (n === 0 || size * way > WORK) continue;
    const found: { readonly index: number; readonly side: LemmaStep['side']; readonly bound: number }[] = [];
    for (let index = 0; index < size; index++) {
      for (const side of output === start ? (['upper'] as const) : (['upper', 'lower'] as const)) {
        const bound = elementBound(network, bounds, input, index, side);
        const [l, u] = [bounds.lower[input]![index]!, bounds.upper[input]![index]!];
        const gain = side === 'upper' ? u - bound : -bound - l;
        if (gain > WORTH * (u - l)) found.push({ index, side, bound });
      }
    }
    for (const { index, side, bound } of found) {
      if (side === 'upper') bounds.upper[input]![index] = bound;
      else bounds.lower[input]![index] = -bound;
      lemmas.push({ rule: 'lemma', tensor: network.tensors[input]!.name, index, side, pass: [] });
    }
    propagate(network, bounds, producedAt(network, input) + 1);
  }
  return { bounds, lemmas };
}

/** Upper bound of an element, or of its negative. */
function elementBound(
  network: Network,
  bounds: Bounds,
  tensor: TensorId,
  index: number,
  side: LemmaStep['side'],
): number {
  const coefficients = new Float64Array(network.tensors[tensor]!.size);
  coefficients[index] = side === 'upper' ? 1 : -1;
  const form = { tensor, coefficients, constant: 0 };
  const { bound } = pushBack(network, bounds, form, network.input, defaultPasses);
  return bound + ROOM * Math.max(1, Math.abs(bound));
}
