/** Networks whose input is kept to a cross-section of the orthant. */
import type { Network } from '../network/network.js';
import type { Section } from './obligation.js';

const known = new WeakMap<Network, Network>();

/** The same network with the cross-section; the same object each time, and itself if it has it already. */
export function onSection(network: Network, section: Section): Network {
  if (network.section === section) return network;
  const before = known.get(network);
  if (before !== undefined) return before;
  const kept: Network = Object.freeze({ ...network, section });
  known.set(network, kept);
  return kept;
}
