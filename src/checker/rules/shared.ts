import type { SharedStep } from '../../certificate/proof.js';
import { invalid, type Outcome } from '../report.js';
import { branchOf, type State } from '../state.js';
import type { RuleContext } from './context.js';

/** The lemmas of a shared list, checked once for the region that both name, hold here. First step only. */
export function useShared(
  context: RuleContext,
  step: SharedStep,
  first: boolean,
  place: string,
): { readonly state: State } | { readonly rejected: Outcome } {
  if (!first) return { rejected: invalid(place, 'shared', 'the first step of a proof', 'a later step') };
  const shared = context.shared(step.id);
  if ('expected' in shared) {
    return { rejected: invalid(shared.place, shared.rule, shared.expected, shared.found) };
  }
  return { state: branchOf(shared) };
}
