import type { Network } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';

/** What a rule may look at: rebuilt by the checker from the ONNX bytes, the literals and the claim. */
export interface RuleContext {
  readonly network: Network;
  readonly obligation: Obligation;
}

/** Tensor number of a name; null if the network has none, or several, of that name. */
export function tensorNamed(network: Network, name: string): number | null {
  const found = network.tensors.flatMap((tensor, id) => (tensor.name === name ? [id] : []));
  return found.length === 1 ? found[0]! : null;
}
