import type { BoundStep } from '../../certificate/proof.js';
import { isEmpty, propagateIntervals, regionIntervals } from '../interval-bounds.js';
import { invalid, type Outcome, VALID } from '../report.js';
import { type RuleContext, tensorNamed } from './context.js';

/** Interval bound propagation from box and literals leaves the element no value, so the region is empty. */
export function checkBound({ network, obligation }: RuleContext, step: BoundStep, place: string): Outcome {
  const expected = 'an element whose interval is empty';
  const tensor = tensorNamed(network, step.tensor);
  if (tensor === null || step.index >= network.tensors[tensor]!.size) {
    return invalid(place, 'bound', expected, `no element ${step.tensor}[${step.index}]`);
  }
  const intervals = regionIntervals(network, obligation);
  propagateIntervals(network, intervals);
  if (isEmpty(intervals, tensor, step.index)) return VALID;
  const low = intervals.lower[tensor]![step.index]!;
  const high = intervals.upper[tensor]![step.index]!;
  return invalid(place, 'bound', expected, `${step.tensor}[${step.index}] in [${low}, ${high}]`);
}
