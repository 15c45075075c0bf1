/** Where to split a cube, by what plain CROWN (push-back.ts with its defaults) loses there. */
import type { Bounds } from '../../bounds/interval.js';
import { defaultPasses, pushBack } from '../../bounds/push-back.js';
import { type Network, reluLayers, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { outputForm } from './leaf.js';

export interface CubeSplit {
  readonly tensor: TensorId;
  readonly index: number;
  readonly at: number;
}

/** A layer with at most this many open neurons is split first: what is behind it depends on few numbers. */
const BOTTLENECK = 12;

/** The open neuron that costs the bound most, within the narrowest open layer if that is a bottleneck. */
export function chooseNeuron(network: Network, bounds: Bounds, obligation: Obligation): CubeSplit | null {
  const { costs } = pushBack(
    network,
    bounds,
    outputForm(network, obligation, 1),
    network.input,
    defaultPasses,
  );
  const layers = reluLayers(network).map(({ input, output }) => {
    const open: { readonly index: number; readonly cost: number }[] = [];
    bounds.lower[input]!.forEach((l, index) => {
      if (l < 0 && bounds.upper[input]![index]! > 0)
        open.push({ index, cost: costs.get(output)?.[index] ?? 0 });
    });
    return { tensor: input, open };
  });
  const last = layers[layers.length - 1];
  const narrow = layers.find(
    (layer) => layer !== last && layer.open.length > 0 && layer.open.length <= BOTTLENECK,
  );
  let best: (CubeSplit & { readonly cost: number }) | null = null;
  for (const { tensor, open } of narrow === undefined ? layers : [narrow]) {
    for (const { index, cost } of open)
      if (best === null || cost > best.cost) best = { tensor, index, at: 0, cost };
  }
  return best;
}

/**
 * What an input counts at least, as a share of the largest coefficient: relaxations hide inputs behind neurons that they
 * drop. Without it property 1 of ACAS Xu does not end; with 0.1 to 1 it takes about 400 boxes.
 */
const SHARE = 0.3;

/** The middle of the input whose coefficient times width is largest; null if no input has an inside. */
export function chooseInput(network: Network, bounds: Bounds, obligation: Obligation): CubeSplit | null {
  const { input } = network;
  const form = outputForm(network, obligation, 1);
  const coefficients = pushBack(network, bounds, form, input, defaultPasses).coefficients[input];
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  const largest = Math.max(1e-6, ...(coefficients ?? []).map(Math.abs));
  let best: (CubeSplit & { readonly smear: number }) | null = null;
  for (let index = 0; index < lower.length; index++) {
    const width = upper[index]! - lower[index]!;
    const at = lower[index]! + width / 2;
    if (!Number.isFinite(width) || at <= lower[index]! || at >= upper[index]!) continue;
    const smear = width * (SHARE * largest + Math.abs(coefficients?.[index] ?? 0));
    if (best === null || smear > best.smear) best = { tensor: input, index, at, smear };
  }
  return best;
}
