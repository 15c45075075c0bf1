/** Claims about the orthant need a network whose literals and logit differences scale: asked before they are believed. */
import type { Network } from '../network/network.js';
import type { Domain, Property } from '../spec/property.js';
import { decimalText } from './exact/rational-text.js';
import { homogeneity } from './homogeneity.js';

/** Why a proof on the cross-section says nothing about the orthant. */
export interface OrthantFault {
  readonly expected: string;
  readonly found: string;
}

const known = new WeakMap<Network, OrthantFault | null>();

/** Null if the claim is not about the orthant, or the network is positively homogeneous (homogeneity.ts). */
export function orthantFault(network: Network, domain: Domain, { kind }: Property): OrthantFault | null {
  if (domain.kind !== 'orthant' || kind === 'scalar-invariance' || kind === 'cone') return null;
  const before = known.get(network);
  if (before !== undefined) return before;
  const answer = homogeneity(network);
  const fault =
    answer.kind === 'homogeneous'
      ? null
      : {
          expected: 'a network without constants, for claims about the orthant',
          found: `${decimalText(answer.constant)} in ${answer.tensor}[${answer.index}] (${answer.node})`,
        };
  known.set(network, fault);
  return fault;
}
