/**
 * The orthant domain: all x >= 0 but 0, for networks whose pre-activations and logit differences are positively
 * homogeneous. What holds on the cross-section { x >= 0, sum x = 1 } then holds at every x of the orthant, since x / sum x
 * is on it. That a network is homogeneous is asked by the checker (checker/orthant.ts), which can tell.
 */
import type { Network } from '../network/network.js';
import { type Property, propertyId } from '../spec/property.js';
import { InputError } from '../util/errors.js';
import type { Arithmetic, OutputConstraint, Section } from './obligation.js';

const known = new WeakMap<Network, Network>();

/** The same network with the cross-section; the same object each time, and itself if it has it already. */
export function onSection(network: Network, section: Section): Network {
  if (network.section === section) return network;
  const before = known.get(network);
  if (before !== undefined) return before;
  const kept: Network = Object.freeze({ ...network, section });
  known.set(network, kept);
  return kept;
}

/** @throws InputError for a claim that may hold at x and not at s x, or an arithmetic that does not scale */
export function requireConeClaim(property: Property, arithmetic: Arithmetic = 'real'): void {
  const refuse = (expected: string, found: string): never => {
    throw new InputError(`property ${propertyId(property)} does not fit the domain orthant`, {
      expected,
      found,
    });
  };
  if (arithmetic === 'float32') refuse('real arithmetic', 'float32 arithmetic, which does not scale exactly');
  if (property.kind === 'local-robustness') refuse('a property of whole rays', 'a ball around one point');
}

/**
 * Sums of logit differences only: they keep their sign from x to s x, also where all logits have a constant in common.
 * @throws InputError for other output constraints
 */
export function requireScaleFree(place: string, outputs: readonly OutputConstraint[]): void {
  for (const { terms, bound } of outputs) {
    const pairs = terms.filter(({ coefficient }) => coefficient === 1).length;
    const balanced =
      terms.every(({ coefficient }) => Math.abs(coefficient) === 1) && 2 * pairs === terms.length;
    if (bound === 0 && balanced) continue;
    throw new InputError('an output constraint that depends on the brightness', {
      place,
      expected: 'comparisons of logits with each other, for the domain orthant',
      found: `${terms.map(({ output, coefficient }) => `${coefficient} y${output}`).join(' + ')} >= ${bound}`,
    });
  }
}
