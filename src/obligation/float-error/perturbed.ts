/** The network that an obligation speaks about: as it is over the reals, with tolerances for float32 arithmetic. */
import type { Network } from '../../network/network.js';
import type { Obligation } from '../obligation.js';
import type { Tolerances } from './tolerances.js';

const known = new WeakMap<Tolerances, { readonly from: Network; readonly to: Network }>();

/** Same tensors and layers; linear layers have the obligation's tolerances. The network itself if there are none. */
export function evaluatedNetwork(network: Network, { tolerances }: Pick<Obligation, 'tolerances'>): Network {
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
