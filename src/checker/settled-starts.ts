/** States that proofs start from, propagated once per region: the competitors of a class ask about the same one. */
import type { Phases } from '../nap/nap.js';
import { type Network, neuronBlocks } from '../network/network.js';
import type { Box, Obligation } from '../obligation/obligation.js';
import { branchOf, type State, settle, startState } from './state.js';

/** The start state of the obligation's region, propagated through all layers; the caller's own copy. */
export type SettledStarts = (network: Network, obligation: Obligation) => State;

/** Regions kept: a class's own, and those that the cores of its proofs leave. */
const KEPT = 6;

interface Known {
  readonly network: Network;
  readonly box: Box;
  readonly naps: readonly Phases[];
  readonly state: State;
}

/** A region is found by its numbers, of which copies are kept: nothing that is done to the originals makes it wrong. */
export function settledStarts(): SettledStarts {
  let known: Known[] = [];
  return (network, obligation) => {
    const { box, naps } = obligation;
    const found = known.find(
      (one) => one.network === network && sameBox(one.box, box) && sameNaps(one.naps, naps),
    );
    const now = found ?? settled(network, obligation, known);
    known = [now, ...known.filter((one) => one !== now)].slice(0, KEPT);
    return branchOf(now.state);
  };
}

/** Starts from what the most alike of the known regions has in common with this one. */
function settled(network: Network, obligation: Obligation, others: readonly Known[]): Known {
  const { box, naps } = obligation;
  const state = startState(network, obligation);
  let best: { readonly state: State; readonly layers: number } | null = null;
  for (const other of others) {
    if (other.network !== network || !sameBox(other.box, box)) continue;
    const layers = commonLayers(network, other.naps, naps);
    if (best === null || layers > best.layers) best = { state: other.state, layers };
  }
  for (const [n, { output }] of network.layers.slice(0, best?.layers ?? 0).entries()) {
    state.lower[output] = best!.state.lower[output]!;
    state.upper[output] = best!.state.upper[output]!;
    state.owned[output] = 0;
    state.dirty[n] = 0;
  }
  settle(network, state, network.layers.length);
  return {
    network,
    box: { lower: box.lower.slice(), upper: box.upper.slice() },
    naps: naps.map((phases) => phases.slice()),
    state,
  };
}

/**
 * Layers from the first on whose outputs have the same intervals in both regions of one box: propagation goes forwards, so
 * a literal changes nothing before the layer that computes its pre-activation.
 */
function commonLayers(network: Network, a: readonly Phases[], b: readonly Phases[]): number {
  if (a.length !== b.length) return 0;
  let common = network.layers.length;
  for (const { layer, offset, size } of neuronBlocks(network)) {
    const part = (phases: Phases): Phases => phases.subarray(offset, offset + size);
    if (a.every((phases, k) => equal(part(phases), part(b[k]!)))) continue;
    const producer = network.layers.findIndex(({ output }) => output === layer.input);
    common = Math.min(common, Math.max(0, producer));
  }
  return common;
}

function sameBox(a: Box, b: Box): boolean {
  return equal(a.lower, b.lower) && equal(a.upper, b.upper);
}

function sameNaps(a: readonly Phases[], b: readonly Phases[]): boolean {
  return a.length === b.length && a.every((phases, k) => equal(phases, b[k]!));
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
