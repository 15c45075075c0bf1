/**
 * What is known at one point of a proof: an interval for every element, valid on the region and within the
 * splits made so far. Branches share the tensors they have not changed; propagation is lazy, layer by layer.
 */
import { FREE } from '../nap/nap.js';
import { type Network, neuronBlocks, type TensorId } from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';
import { type Intervals, propagateLayer, tighten } from './interval-bounds.js';
import { networkIndex } from './network-index.js';
import { keepToSection } from './section.js';

export interface State extends Intervals {
  readonly lower: Float64Array[];
  readonly upper: Float64Array[];
  /** 1 for tensors whose arrays belong to this state alone; others are copied before they change. */
  readonly owned: Uint8Array;
  /** 1 for layers whose inputs have changed since they were last propagated. */
  readonly dirty: Uint8Array;
}

/** Box at the input, literals (closed) at pre-activations, nothing known elsewhere yet. */
export function startState(network: Network, obligation: Obligation): State {
  const lower = network.tensors.map(({ size }) => new Float64Array(size).fill(-Infinity));
  const upper = network.tensors.map(({ size }) => new Float64Array(size).fill(Infinity));
  lower[network.input]!.set(obligation.box.lower);
  upper[network.input]!.set(obligation.box.upper);
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE) continue;
        if (phase > 0) lower[layer.input]![i] = Math.max(0, lower[layer.input]![i]!);
        else upper[layer.input]![i] = Math.min(0, upper[layer.input]![i]!);
      }
    }
  }
  return {
    lower,
    upper,
    owned: new Uint8Array(network.tensors.length).fill(1),
    dirty: new Uint8Array(network.layers.length).fill(1),
  };
}

/** A state that starts as a copy; the original must not change while the copy lives. */
export function branchOf({ lower, upper, owned, dirty }: State): State {
  return {
    lower: [...lower],
    upper: [...upper],
    owned: new Uint8Array(owned.length),
    dirty: dirty.slice(),
  };
}

/** Intersects one interval with [low, high]. */
export function intersect(
  network: Network,
  state: State,
  tensor: TensorId,
  index: number,
  low: number,
  high: number,
): void {
  if (!(low > state.lower[tensor]![index]!) && !(high < state.upper[tensor]![index]!)) return;
  own(state, tensor);
  if (tighten(state, tensor, index, low, high)) markConsumers(network, state, tensor);
}

/** Propagates through all dirty layers with a number below `end`. */
export function settle(network: Network, state: State, end: number): void {
  for (let n = 0; n < end; n++) {
    if (state.dirty[n] === 0) continue;
    state.dirty[n] = 0;
    const layer = network.layers[n]!;
    own(state, layer.output);
    const propagated = propagateLayer(layer, state);
    const kept = keepToSection(network, layer, state);
    if (propagated || kept) markConsumers(network, state, layer.output);
  }
}

function own(state: State, tensor: TensorId): void {
  if (state.owned[tensor] === 1) return;
  state.owned[tensor] = 1;
  state.lower[tensor] = state.lower[tensor]!.slice();
  state.upper[tensor] = state.upper[tensor]!.slice();
}

function markConsumers(network: Network, state: State, tensor: TensorId): void {
  for (const n of networkIndex(network).consumers[tensor]!) state.dirty[n] = 1;
}
