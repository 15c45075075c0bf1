/**
 * An old proof on a larger region: the same splits and multipliers, with the bounds of the new region. Floating point, and
 * only for proofs of splits, linear steps and empty intervals.
 */
import { type Bounds, copyBounds, propagate } from '../bounds/interval.js';
import { type LinearForm, pushBack } from '../bounds/push-back.js';
import type { LinStep, ProofStep } from '../certificate/proof.js';
import { outputForm } from '../engines/bab/leaf.js';
import { producedAt } from '../network/cuts.js';
import type { Network, TensorId } from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';

/** Largest bound that a weighted leaf gives; Infinity if a leaf does not close. */
export function worstLeaf(
  network: Network,
  root: Bounds,
  obligation: Obligation,
  steps: readonly ProofStep[],
): number {
  const names = new Map(network.tensors.map(({ name }, id) => [name, id]));
  const open: { readonly bounds: Bounds; readonly empty: boolean }[] = [{ bounds: root, empty: false }];
  let worst = -Infinity;
  for (const step of steps) {
    const state = open.pop()!;
    switch (step.rule) {
      case 'split': {
        const tensor = names.get(step.tensor)!;
        for (const side of ['high', 'low'] as const) {
          const child = state.empty ? state.bounds : copyBounds(state.bounds);
          open.push({ bounds: child, empty: state.empty || !restrict(network, child, tensor, step, side) });
        }
        break;
      }
      case 'lin': {
        if (state.empty) break;
        const weight = step.weights[0] ?? 0;
        const bound = leafBound(network, state.bounds, outputForm(network, obligation, weight), step, names);
        if (!(bound < 0)) return Infinity;
        if (weight > 0) worst = Math.max(worst, bound / weight);
        break;
      }
      case 'bound':
        if (!state.empty) return Infinity;
        break;
      default:
        return Infinity;
    }
  }
  return worst;
}

/** False if nothing is left on this side. */
function restrict(
  network: Network,
  bounds: Bounds,
  tensor: TensorId,
  { index, at }: { readonly index: number; readonly at: number },
  side: 'low' | 'high',
): boolean {
  const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
  if (side === 'low') upper[index] = Math.min(at, upper[index]!);
  else lower[index] = Math.max(at, lower[index]!);
  if (lower[index]! > upper[index]!) return false;
  return propagate(network, bounds, producedAt(network, tensor) + 1) === null;
}

function leafBound(
  network: Network,
  bounds: Bounds,
  form: LinearForm,
  step: LinStep,
  names: ReadonlyMap<string, TensorId>,
): number {
  const listed = new Map<TensorId, Float64Array>();
  for (const { layer, index, value } of step.pass) {
    const tensor = names.get(layer)!;
    const passes = new Float64Array(network.tensors[tensor]!.size).fill(NaN);
    index.forEach((i, n) => {
      passes[i] = value[n]!;
    });
    listed.set(tensor, passes);
  }
  const stop = step.stop === undefined ? network.input : names.get(step.stop)!;
  return pushBack(network, bounds, form, stop, (layer) => listed.get(layer.output)).bound;
}
