import type { ContradictionStep } from '../../certificate/proof.js';
import { neuronBlocks } from '../../network/network.js';
import { invalid, type Outcome, VALID } from '../report.js';
import type { RuleContext } from './context.js';

/**
 * Two NAPs of the obligation require opposite phases of one neuron. With the literals as mined (z > 0 and
 * z <= 0) no input follows both, whatever the weights are.
 */
export function checkContradiction(context: RuleContext, step: ContradictionStep, place: string): Outcome {
  const block = neuronBlocks(context.network).find(({ tensor }) => tensor.name === step.tensor);
  const expected = 'a neuron that one NAP requires active and another inactive';
  if (block === undefined || step.index >= block.size) {
    return invalid(place, 'contradiction', expected, `no neuron ${step.tensor}[${step.index}]`);
  }
  if (context.obligation.query !== undefined)
    return invalid(place, 'contradiction', 'a property about NAPs', 'a query, whose literals may be closed');
  const phases = context.obligation.naps.map((nap) => nap[block.offset + step.index]!);
  if (phases.includes(1) && phases.includes(-1)) return VALID;
  return invalid(
    place,
    'contradiction',
    expected,
    `${step.tensor}[${step.index}] has phases ${phases.join(', ') || 'none'}`,
  );
}
