/** Look-ups in a network that every proof step needs: names, producing and consuming layers. */
import type { Layer, Network, TensorId } from '../network/network.js';

export interface NetworkIndex {
  /** Tensor by name; null where several tensors have the name. */
  readonly tensors: ReadonlyMap<string, TensorId | null>;
  /** Number of the layer that computes a tensor; -1 for the input. */
  readonly producer: Int32Array;
  /** Numbers of the layers that read a tensor. */
  readonly consumers: readonly (readonly number[])[];
}

const cache = new WeakMap<Network, NetworkIndex>();

export function networkIndex(network: Network): NetworkIndex {
  const known = cache.get(network);
  if (known !== undefined) return known;
  const tensors = new Map<string, TensorId | null>();
  for (const [id, { name }] of network.tensors.entries()) tensors.set(name, tensors.has(name) ? null : id);
  const producer = new Int32Array(network.tensors.length).fill(-1);
  const consumers = network.tensors.map((): number[] => []);
  for (const [n, layer] of network.layers.entries()) {
    producer[layer.output] = n;
    for (const id of new Set(inputsOf(layer))) consumers[id]!.push(n);
  }
  const index: NetworkIndex = { tensors, producer, consumers };
  cache.set(network, index);
  return index;
}

export function inputsOf(layer: Layer): readonly TensorId[] {
  return layer.kind === 'linear' ? layer.inputs : [layer.input];
}

/** Tensor number of a name; null if the network has none, or several, of that name. */
export function tensorNamed(network: Network, name: string): TensorId | null {
  return networkIndex(network).tensors.get(name) ?? null;
}
