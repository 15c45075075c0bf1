/** Claims about the orthant for networks that do not scale: refused before any work, as the checker would refuse them. */
import { orthantFault } from '../../checker/orthant.js';
import type { Network } from '../../network/network.js';
import { InputError } from '../../util/errors.js';
import type { Claims } from './claims.js';

/** @throws InputError that names the constant which keeps the network from being positively homogeneous */
export function refuseOrthant(network: Network, { domain, properties }: Claims): void {
  for (const property of properties) {
    const fault = orthantFault(network, domain, property);
    if (fault === null) continue;
    throw new InputError('the domain orthant needs a positively homogeneous network', {
      place: 'domain',
      expected: `${fault.expected} (\`napcert invariance\` shows why, \`--domain unit\` does without)`,
      found: fault.found,
    });
  }
}
