/** The two halves of a split domain: bounds restricted, and propagated behind the split. */
import { type Bounds, copyBounds, type EmptyInterval, propagate } from '../../bounds/interval.js';
import { producedAt } from '../../network/cuts.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Branch } from './branching.js';
import type { ProofTree } from './tree.js';

/** Bounds of one half; `empty` names an element whose interval vanished, which proves the half empty. */
export function childBounds(
  network: Network,
  bounds: Bounds,
  branch: Branch,
  side: 'low' | 'high',
): { readonly bounds: Bounds; readonly empty: { readonly tensor: TensorId; readonly index: number } | null } {
  const child = copyBounds(bounds);
  restrict(child, branch, side);
  if (child.lower[branch.tensor]![branch.index]! > child.upper[branch.tensor]![branch.index]!) {
    return { bounds: child, empty: { tensor: branch.tensor, index: branch.index } };
  }
  return { bounds: child, empty: propagate(network, child, producedAt(network, branch.tensor) + 1) };
}

/** In place, without propagation. */
export function restrict(bounds: Bounds, { tensor, index, at }: Branch, side: 'low' | 'high'): void {
  if (side === 'low') bounds.upper[tensor]![index] = Math.min(at, bounds.upper[tensor]![index]!);
  else bounds.lower[tensor]![index] = Math.max(at, bounds.lower[tensor]![index]!);
}

/** An empty interval closes its branch. */
export function emptyLeaf(network: Network, { tensor, index }: EmptyInterval): ProofTree {
  return { kind: 'leaf', step: { rule: 'bound', tensor: network.tensors[tensor]!.name, index } };
}
