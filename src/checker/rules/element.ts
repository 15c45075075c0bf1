import type { Network, TensorId } from '../../network/network.js';
import { tensorNamed } from '../network-index.js';
import { invalid, type Outcome } from '../report.js';

/** The element that a step names, or the rejection of a name or index that the network does not have. */
export function elementOf(
  network: Network,
  step: { readonly rule: string; readonly tensor: string; readonly index: number },
  place: string,
): { readonly tensor: TensorId } | { readonly rejected: Outcome } {
  const tensor = tensorNamed(network, step.tensor);
  const { index } = step;
  if (tensor === null || !Number.isInteger(index) || index < 0 || index >= network.tensors[tensor]!.size) {
    const found = `no element ${JSON.stringify(step.tensor)}[${index}]`;
    return { rejected: invalid(place, step.rule, 'an element of the network', found) };
  }
  return { tensor };
}
