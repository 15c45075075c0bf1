/** Per class and neuron: in how many samples is the neuron active? */
import type { Grouping, SampleChoice } from '../nap/nap-schema.js';
import type { PatternTable } from './patterns.js';
import type { ScannedSample } from './scan-activations.js';

/** Which samples count, and for which class. */
export interface GroupingChoice {
  /** `label`: a sample belongs to its dataset label; `prediction`: to the class the network gives it. */
  readonly grouping: Grouping;
  /** `correct`: only samples whose prediction is their label. */
  readonly samples: SampleChoice;
}

export interface ActivationCounts {
  /** Samples by class. */
  readonly support: Int32Array;
  /** By class: how many of its samples have the neuron active; length = neurons. */
  readonly active: readonly Int32Array[];
}

/** Class a sample belongs to, or null if it is left out. */
export function classOf(
  label: number,
  prediction: number,
  { grouping, samples }: GroupingChoice,
): number | null {
  if (samples === 'correct' && prediction !== label) return null;
  return grouping === 'label' ? label : prediction;
}

/** A running count; its memory does not depend on the number of samples. */
export function activationCounter(
  classes: number,
  neurons: number,
  choice: GroupingChoice,
): { readonly counts: ActivationCounts; add(sample: Omit<ScannedSample, 'index'>): void } {
  const support = new Int32Array(classes);
  const active = Array.from({ length: classes }, () => new Int32Array(neurons));
  return {
    counts: { support, active },
    add({ label, prediction, bits }) {
      const group = classOf(label, prediction, choice);
      if (group === null) return;
      support[group]!++;
      addBits(active[group]!, bits);
    },
  };
}

function addBits(counts: Int32Array, bits: Uint32Array): void {
  for (let word = 0; word < bits.length; word++) {
    const base = word << 5;
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) {
      counts[base + 31 - Math.clz32(rest & -rest)]!++;
    }
  }
}

/** Counts from kept patterns. */
export function countPatterns(table: PatternTable, choice: GroupingChoice): ActivationCounts {
  const counter = activationCounter(table.classes, table.neurons, choice);
  for (let sample = 0; sample < table.count; sample++) {
    counter.add({
      label: table.labels[sample]!,
      prediction: table.predictions[sample]!,
      bits: table.bits.subarray(sample * table.words, (sample + 1) * table.words),
    });
  }
  return counter.counts;
}
