/** Evaluation of the part of a network behind a cut tensor. */

import { producedAt } from './cuts.js';
import { evaluateLayer } from './forward.js';
import type { Network, TensorId } from './network.js';

/** Values of the cut tensor and everything behind it; null before it. */
export function evaluateFrom(
  network: Network,
  start: TensorId,
  value: Float64Array,
): readonly (Float64Array | null)[] {
  const tensors = network.tensors.map(({ size }) => new Float64Array(size));
  tensors[start]!.set(value);
  const first = producedAt(network, start) + 1;
  for (const layer of network.layers.slice(first)) evaluateLayer(layer, tensors);
  const known = new Set([start, ...network.layers.slice(first).map(({ output }) => output)]);
  return tensors.map((values, id) => (known.has(id) ? values : null));
}
