import type { BoundStep } from '../../certificate/proof.js';
import { isEmpty } from '../interval-bounds.js';
import { networkIndex } from '../network-index.js';
import { invalid, type Outcome, VALID } from '../report.js';
import { type State, settle } from '../state.js';
import type { RuleContext } from './context.js';
import { elementOf } from './element.js';

/** The state leaves the element no value, so this branch of the region is empty. */
export function checkBound({ network }: RuleContext, state: State, step: BoundStep, place: string): Outcome {
  const element = elementOf(network, step, place);
  if ('rejected' in element) return element.rejected;
  settle(network, state, networkIndex(network).producer[element.tensor]! + 1);
  if (isEmpty(state, element.tensor, step.index)) return VALID;
  const low = state.lower[element.tensor]![step.index]!;
  const high = state.upper[element.tensor]![step.index]!;
  const found = `${step.tensor}[${step.index}] in [${low}, ${high}]`;
  return invalid(place, 'bound', 'an element whose interval is empty', found);
}
