/** The network that an obligation speaks about: with tolerances for float32 arithmetic, with its cross-section. */
import type { Network } from '../../network/network.js';
import type { Obligation } from '../obligation.js';
import { onSection } from '../section.js';
import type { Tolerances } from './tolerances.js';

const known = new WeakMap<Tolerances, { readonly from: Network; readonly to: Network }>();

/**
 * Same tensors and layers; linear layers have the obligation's tolerances, the input its cross-section. The network
 * itself if there is neither.
 */
export function evaluatedNetwork(
  network: Network,
  { tolerances, section }: Pick<Obligation, 'tolerances' | 'section'>,
): Network {
  if (section !== undefined) return onSection(network, section);
  if (tolerances === undefined) return network;
  const before = known.get(tolerances);
  if (before?.from === network || before?.to === network) return before.to;
  const to: Network = Object.freeze({
    ...network,
    layers: network.layers.map((layer) => {
      const tolerance = tolerances[layer.output] ?? null;
      return layer.kind === 'linear' && tolerance !== null ? Object.freeze({ ...layer, tolerance }) : layer;
    }),
  });
  known.set(tolerances, { from: network, to });
  return to;
}
