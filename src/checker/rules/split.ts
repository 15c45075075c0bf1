import type { SplitStep } from '../../certificate/proof.js';
import type { TensorId } from '../../network/network.js';
import { invalid, type Outcome } from '../report.js';
import { branchOf, intersect, type State } from '../state.js';
import type { RuleContext } from './context.js';
import { elementOf } from './element.js';

/** The second branch of a split, kept until the first is closed. */
export interface PendingBranch {
  readonly state: State;
  readonly tensor: TensorId;
  readonly index: number;
  readonly at: number;
}

/**
 * Every real t[i] is <= at or >= at, so two closed branches close the state. Returns the first branch and what the
 * second needs; the second goes on with the arrays of `state` itself, which nothing else may change until then.
 */
export function openSplit(
  { network }: RuleContext,
  state: State,
  step: SplitStep,
  place: string,
): { readonly first: State; readonly second: PendingBranch } | { readonly rejected: Outcome } {
  const element = elementOf(network, step, place);
  if ('rejected' in element) return element;
  if (!Number.isFinite(step.at)) {
    return { rejected: invalid(place, 'split', 'a finite number', `${step.at}`) };
  }
  const first = branchOf(state);
  const { tensor } = element;
  intersect(network, first, tensor, step.index, -Infinity, step.at);
  return { first, second: { state, tensor, index: step.index, at: step.at } };
}

/** The second branch: t[i] >= at. */
export function openSecond({ network }: RuleContext, { state, tensor, index, at }: PendingBranch): State {
  intersect(network, state, tensor, index, at, Infinity);
  return state;
}
