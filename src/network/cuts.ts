/** Places where a network can be cut in two. */
import type { Network, TensorId } from './network.js';

/**
 * Tensors that every path from input to output passes through, in order from input to output, both ends
 * included. A proof about the part behind such a tensor is a proof about the whole network.
 */
export function cutTensors(network: Network): readonly TensorId[] {
  const lastUse = new Map<TensorId, number>();
  network.layers.forEach((layer, n) => {
    for (const id of layer.kind === 'linear' ? layer.inputs : [layer.input]) lastUse.set(id, n);
  });
  const cuts: TensorId[] = [network.input];
  network.layers.forEach((layer, n) => {
    // Nothing computed before this layer may be needed after it.
    let needed = false;
    for (const [id, use] of lastUse)
      if (use > n && id !== layer.output && producedAt(network, id) < n) needed = true;
    if (!needed) cuts.push(layer.output);
  });
  return cuts;
}

/** Number of the layer that computes a tensor, -1 for the input. */
export function producedAt(network: Network, tensor: TensorId): number {
  return network.layers.findIndex((layer) => layer.output === tensor);
}
