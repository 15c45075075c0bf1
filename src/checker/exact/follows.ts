/** Does a point follow a NAP? Decided on exact pre-activations. */

import { ACTIVE, FREE, INACTIVE, type Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import { InputError } from '../../util/errors.js';
import { type ExactVector, elementAt, signAt } from './dyadic-vector.js';
import type { ExactTensors } from './evaluate.js';
import { absolute, compare, type Rational } from './rational.js';

/** One neuron with its exact pre-activation. */
export interface NeuronValue {
  /** Network-wide neuron number. */
  readonly neuron: number;
  /** Pre-activation tensor and flat index in it. */
  readonly tensor: string;
  readonly index: number;
  readonly value: Rational;
}

export interface LiteralViolation extends NeuronValue {
  readonly required: 'active' | 'inactive';
}

export interface FollowsResult {
  /** Mining semantics: active z > 0, inactive z <= 0. */
  readonly strict: boolean;
  /** Proof semantics: active z >= 0, inactive z <= 0. */
  readonly closed: boolean;
  /** In neuron order; null if there is none. */
  readonly firstStrictViolation: LiteralViolation | null;
  readonly firstClosedViolation: LiteralViolation | null;
  /** The constrained neuron nearest to its boundary (first of equals); null for the empty NAP. */
  readonly smallest: NeuronValue | null;
}

/** Checks the phases against all pre-activations. Phases of another length or alphabet are an InputError. */
export function follows(network: Network, tensors: ExactTensors, phases: Phases): FollowsResult {
  requirePhases(network, phases);
  let firstStrictViolation: LiteralViolation | null = null;
  let firstClosedViolation: LiteralViolation | null = null;
  for (const { tensor, offset, size, layer } of neuronBlocks(network)) {
    const z = tensors.values[layer.input]!;
    for (let index = 0; index < size && firstClosedViolation === null; index++) {
      const phase = phases[offset + index]!;
      if (phase === FREE) continue;
      const sign = signAt(z, index);
      const closedBroken = phase === ACTIVE ? sign < 0 : sign > 0;
      if (!closedBroken && !(phase === ACTIVE && sign === 0)) continue;
      const violation: LiteralViolation = {
        neuron: offset + index,
        tensor: tensor.name,
        index,
        value: elementAt(z, index),
        required: phase === ACTIVE ? 'active' : 'inactive',
      };
      firstStrictViolation ??= violation;
      if (closedBroken) firstClosedViolation = violation;
    }
  }
  return {
    strict: firstStrictViolation === null,
    closed: firstClosedViolation === null,
    firstStrictViolation,
    firstClosedViolation,
    smallest: smallestPreActivation(network, tensors, phases),
  };
}

/** The neuron with the least |z| (first of equals); with phases, among the constrained ones only. */
export function smallestPreActivation(
  network: Network,
  tensors: ExactTensors,
  phases: Phases | null = null,
): NeuronValue | null {
  let best: NeuronValue | null = null;
  for (const { tensor, offset, size, layer } of neuronBlocks(network)) {
    const z = tensors.values[layer.input]!;
    const index = leastIndex(z, size, (i) => phases === null || phases[offset + i] !== FREE);
    if (index === null) continue;
    const value = elementAt(z, index);
    if (best !== null && compare(absolute(value), absolute(best.value)) >= 0) continue;
    best = { neuron: offset + index, tensor: tensor.name, index, value };
  }
  return best;
}

function leastIndex(z: ExactVector, size: number, counts: (i: number) => boolean): number | null {
  let index: number | null = null;
  let least = 0n;
  for (let i = 0; i < size; i++) {
    if (!counts(i)) continue;
    const value = z.num[i]!;
    const magnitude = value < 0n ? -value : value;
    if (index !== null && magnitude >= least) continue;
    index = i;
    least = magnitude;
  }
  return index;
}

function requirePhases(network: Network, phases: Phases): void {
  const count = neuronBlocks(network).reduce((sum, { size }) => sum + size, 0);
  if (phases.length !== count) {
    const fault = { place: 'NAP', expected: `${count} phases`, found: `${phases.length} phases` };
    throw new InputError('the NAP does not fit the network', fault);
  }
  const wrong = phases.findIndex((phase) => phase !== ACTIVE && phase !== INACTIVE && phase !== FREE);
  if (wrong >= 0) {
    const fault = { place: `NAP, neuron ${wrong}`, expected: '1, -1 or 0', found: String(phases[wrong]) };
    throw new InputError('not a phase', fault);
  }
}
