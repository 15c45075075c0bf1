/** A leaf from dual ascent on the output constraint: cheaper than an LP of the whole network. */
import type { Ascent } from '../../bounds/ascent/ascent.js';
import type { Bounds } from '../../bounds/interval.js';
import { pushBack } from '../../bounds/push-back.js';
import type { LinStep } from '../../certificate/proof.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { passList, weightedForm } from './leaf.js';

const ITERATIONS = 20;

/** Null if the bound found is not negative, or there is no output constraint to bound. */
export async function ascentLeaf(
  network: Network,
  ascent: Ascent,
  bounds: Bounds,
  obligation: Obligation,
): Promise<LinStep | null> {
  for (let k = 0; k < obligation.outputs.length; k++) {
    const step = await constraintLeaf(network, ascent, bounds, obligation, k);
    if (step !== null) return step;
  }
  return null;
}

/** One output constraint that cannot be met closes the leaf. */
async function constraintLeaf(
  network: Network,
  ascent: Ascent,
  bounds: Bounds,
  obligation: Obligation,
  k: number,
): Promise<LinStep | null> {
  const weights = obligation.outputs.map((_, other) => (other === k ? 1 : 0));
  const form = weightedForm(network, obligation, weights);
  const rows = Float32Array.from(form.coefficients);
  const forms = { count: 1, rows, range: Float32Array.of(rangeOf(network, bounds, form.coefficients)) };
  const result = await ascent.run(bounds, network.output, network.input, forms, {
    iterations: ITERATIONS,
    goal: -form.constant,
  });
  if (result === null) return null;
  const numbers = result.passes(0);
  const listed = new Map<TensorId, Float64Array>();
  const { bound } = pushBack(network, bounds, form, network.input, (layer, a, already) => {
    const p = numbers(layer, a, already);
    if (p !== undefined) listed.set(layer.output, p);
    return p;
  });
  if (!(bound < 0)) return null;
  return { rule: 'lin', weights, pass: passList(network, listed) };
}

/** Width of the form's interval: the unit of its multipliers' steps. */
function rangeOf(network: Network, bounds: Bounds, coefficients: Float64Array): number {
  const [lower, upper] = [bounds.lower[network.output]!, bounds.upper[network.output]!];
  let width = 0;
  coefficients.forEach((c, i) => {
    if (c !== 0) width += Math.abs(c) * (upper[i]! - lower[i]!);
  });
  return Number.isFinite(width) && width > 0 ? width : 1;
}
