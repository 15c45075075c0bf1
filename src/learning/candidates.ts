/**
 * Literals that a learned NAP of one class may consist of, and what each of them costs on the mining data.
 *
 * A sample counts if the network puts it in its own class: a misclassified one can follow no true NAP. A candidate is the
 * majority phase of a neuron; it costs the samples that have the other phase.
 */
import type { PatternTable } from '../mining/patterns.js';
import { ACTIVE, INACTIVE, type Phases } from '../nap/nap.js';

export interface Candidate {
  /** Network-wide neuron number. */
  readonly neuron: number;
  readonly phase: typeof ACTIVE | typeof INACTIVE;
  /** Positions in `ClassSamples.members` of the samples that violate it, ascending. */
  readonly violators: Int32Array;
}

export interface ClassSamples {
  readonly label: number;
  /** Sample indices of the class that the network classifies correctly. */
  readonly members: Int32Array;
  /** Samples of the class, right or wrong. */
  readonly labelled: number;
  readonly candidates: readonly Candidate[];
}

/** The samples of a class with the candidates among neurons from number `firstNeuron` on. */
export function classSamples(
  table: PatternTable,
  label: number,
  firstNeuron: number,
  maxShare: number,
): ClassSamples {
  const members: number[] = [];
  let labelled = 0;
  for (let i = 0; i < table.count; i++) {
    if (table.labels[i] !== label) continue;
    labelled++;
    if (table.predictions[i] === label) members.push(i);
  }
  const candidates: Candidate[] = [];
  for (let neuron = firstNeuron; neuron < table.neurons; neuron++) {
    const active = members.reduce((count, sample) => count + bitAt(table, sample, neuron), 0);
    const phase = 2 * active > members.length ? ACTIVE : INACTIVE;
    const cost = phase === ACTIVE ? members.length - active : active;
    if (members.length === 0 || cost > maxShare * members.length) continue;
    const wrong = phase === ACTIVE ? 0 : 1;
    const violators: number[] = [];
    members.forEach((sample, position) => {
      if (bitAt(table, sample, neuron) === wrong) violators.push(position);
    });
    candidates.push({ neuron, phase, violators: Int32Array.from(violators) });
  }
  return { label, members: Int32Array.from(members), labelled, candidates };
}

/** 1 if the neuron is active in the sample. */
export function bitAt(table: PatternTable, sample: number, neuron: number): number {
  return (table.bits[sample * table.words + (neuron >>> 5)]! >>> (neuron & 31)) & 1;
}

/** Chosen candidates as phases; `selection` has 1 for each chosen candidate. */
export function phasesOf(candidates: readonly Candidate[], selection: Uint8Array, neurons: number): Phases {
  const phases = new Int8Array(neurons);
  candidates.forEach(({ neuron, phase }, q) => {
    if (selection[q] === 1) phases[neuron] = phase;
  });
  return phases;
}

/** How many members follow a selection, kept up to date while literals come and go. */
export class Recall {
  /** Chosen literals that each member violates. */
  readonly #violated: Int32Array;
  followers: number;

  constructor(
    readonly samples: ClassSamples,
    selection: Uint8Array,
  ) {
    this.#violated = new Int32Array(samples.members.length);
    this.followers = samples.members.length;
    selection.forEach((chosen, q) => {
      if (chosen === 1) this.add(q);
    });
  }

  add(q: number): void {
    for (const i of this.samples.candidates[q]!.violators) if (this.#violated[i]!++ === 0) this.followers--;
  }

  remove(q: number): void {
    for (const i of this.samples.candidates[q]!.violators) if (--this.#violated[i]! === 0) this.followers++;
  }

  /** Members for which this chosen literal is the only violated one: what leaving it out would gain. */
  gain(q: number): number {
    return this.samples.candidates[q]!.violators.reduce(
      (sum, i) => sum + (this.#violated[i] === 1 ? 1 : 0),
      0,
    );
  }
}
