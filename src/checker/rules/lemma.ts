import type { LemmaStep } from '../../certificate/proof.js';
import type { Network } from '../../network/network.js';
import { toDoubleUp } from '../exact/rounding.js';
import { exactUpperBound } from '../push/exact-bound.js';
import { fastUpperBound } from '../push/fast-bound.js';
import { isMisfit, type PushTask, readPushed } from '../push/task.js';
import { invalid, type Outcome, VALID } from '../report.js';
import { intersect, type State, settle } from '../state.js';
import { elementOf } from './element.js';

/**
 * Tightens one interval of the state, in place: an upper bound B of t[i] on the state gives t[i] <= B, one of
 * -t[i] gives t[i] >= -B. Only intervals that the state has already are used. The bound is the fast path's if
 * that is finite, else the exact one rounded upwards; a step without any bound is rejected.
 */
export function applyLemma(network: Network, state: State, step: LemmaStep, place: string): Outcome {
  const element = elementOf(network, step, place);
  if ('rejected' in element) return element.rejected;
  const { tensor } = element;
  const { index, side } = step;
  if (side !== 'upper' && side !== 'lower') {
    return invalid(place, 'lemma', 'side upper or lower', String(side));
  }
  const pushed = readPushed(network, tensor, step);
  if (isMisfit(pushed)) return invalid(place, 'lemma', pushed.expected, pushed.found);
  settle(network, state, pushed.end);
  const coefficient = side === 'upper' ? 1 : -1;
  const task: PushTask = { tensor, terms: [{ index, weight: 1, coefficient }], offsets: [], ...pushed };
  let bound = fastUpperBound(network, state, task);
  if (!Number.isFinite(bound)) {
    const exact = exactUpperBound(network, state, task);
    if (exact === null) {
      return invalid(place, 'lemma', `a bound of ${step.tensor}[${index}]`, 'no finite bound');
    }
    bound = toDoubleUp(exact);
  }
  if (side === 'upper') intersect(network, state, tensor, index, -Infinity, bound);
  else intersect(network, state, tensor, index, -bound, Infinity);
  return VALID;
}
