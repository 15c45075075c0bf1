/**
 * Statistical mining of NAPs (Algorithm 1 of Geng et al., "Towards Reliable Neural Specifications", ICML
 * 2023): a neuron is a literal of a class if at least the fraction delta of the class's samples agree on it.
 */
import { type CutOffs, cutOffs, type Delta } from '../nap/delta.js';
import { ACTIVE, FREE, INACTIVE, type Nap, type Phases } from '../nap/nap.js';
import { InputError } from '../util/errors.js';
import type { ActivationCounts, GroupingChoice } from './count-activations.js';
import type { ScanOptions } from './scan-activations.js';

export interface MiningOptions extends GroupingChoice, ScanOptions {
  /** Report classes without samples in the result instead of refusing. */
  readonly allowEmptyClasses?: boolean;
}

/** The NAPs of one delta. */
export interface MinedNaps {
  readonly delta: Delta;
  /** One per class with samples, ascending. A class without a stable neuron has the empty NAP. */
  readonly naps: readonly Nap[];
  /** Samples by class. */
  readonly support: Int32Array;
  /** Classes that have no NAP because they have no samples, ascending. */
  readonly classesWithoutSamples: readonly number[];
}

/** NAPs of all classes that have samples, by exact integer cut-offs. */
export function napsFromCounts(counts: ActivationCounts, delta: Delta): MinedNaps {
  const naps: Nap[] = [];
  const classesWithoutSamples: number[] = [];
  counts.support.forEach((samples, label) => {
    if (samples === 0) classesWithoutSamples.push(label);
    else {
      const phases = phasesFromCounts(counts.active[label]!, cutOffs(delta, samples));
      naps.push(Object.freeze({ kind: 'nap', class: label, phases }));
    }
  });
  return { delta, naps, support: counts.support, classesWithoutSamples };
}

function phasesFromCounts(active: Int32Array, { activeFrom, inactiveUpTo }: CutOffs): Phases {
  return Int8Array.from(active, (count) =>
    count >= activeFrom ? ACTIVE : count <= inactiveUpTo ? INACTIVE : FREE,
  );
}

/** @throws InputError naming the classes without samples */
export function refuseEmptyClasses(counts: ActivationCounts, choice: GroupingChoice, file: string): void {
  const empty = [...counts.support.keys()].filter((label) => counts.support[label] === 0);
  if (empty.length === 0) return;
  const which = choice.samples === 'correct' ? 'correctly classified samples' : 'samples';
  throw new InputError(`no ${which} of some classes, so they have no NAP`, {
    file,
    place: `grouping by ${choice.grouping}`,
    expected: 'samples of every class of the model (or --allow-empty-classes for classes without NAP)',
    found: `none of class ${empty.join(', ')}`,
  });
}
