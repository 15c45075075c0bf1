/**
 * An obligation asks: is this region empty? `unsat` (it is) is what a property needs.
 *
 * Region = box, literals (closed half-spaces z >= 0 / z <= 0), and all output constraints, over the reals.
 * The negation of a property happens in this folder and nowhere else.
 */
import type { Phases } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { QueryProperty } from '../spec/property.js';
import type { Tolerances } from './float-error/tolerances.js';

/** What evaluates the network: the reals, or any binary32 evaluation (certificate-v1.md, section 7). */
export type Arithmetic = 'real' | 'float32';

/** Input box; entries may be -Infinity / Infinity (unbounded domain). Lengths = input size. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** A cross-section of the cone of all x >= 0: `simplex` is { x >= 0, sum x = 1 }. */
export type Section = NonNullable<Network['section']>;

/** sum of coefficient * logit >= bound. A tie is a violation, so the negation of "strictly wins" is closed. */
export interface OutputConstraint {
  readonly terms: readonly { readonly output: number; readonly coefficient: number }[];
  readonly bound: number;
}

/** The competitor's logit exceeds the label's by at least `bound`. */
export function lead(competitor: number, label: number, bound: number): OutputConstraint {
  const terms = [
    { output: competitor, coefficient: 1 },
    { output: label, coefficient: -1 },
  ];
  return { terms, bound };
}

/** Two NAPs that require a neuron's opposite phases leave only its boundary z = 0. */
export interface Obligation {
  readonly kind: 'obligation';
  /** Stable and readable: `non-misclassification/3/5`, `non-ambiguity/0-1`, `local-robustness/17/e0.05/5`. */
  readonly id: string;
  readonly box: Box;
  /** Literal sets that must all be followed: one NAP, two for non-ambiguity, none for plain robustness. */
  readonly naps: readonly Phases[];
  readonly outputs: readonly OutputConstraint[];
  /**
   * Only for float32 arithmetic: how far linear layers may be off. The question is then about the network with these
   * tolerances (`evaluatedNetwork`), whose pre-activations and logits include the computed ones.
   */
  readonly tolerances?: Tolerances;
  /**
   * Only for the orthant domain, whose box is [0, 1]: the region is the cross-section sum x = 1 of it, where proofs are
   * about. By homogeneity what holds there holds at every x >= 0 but 0, where points are looked for (contains.ts).
   */
  readonly section?: Section;
  /**
   * Only for alternatives of a VNN-LIB query: a counterexample must satisfy the query as it is written, exactly; the
   * region, which is closed and rounded outwards, is for proofs.
   */
  readonly query?: QueryProperty;
  /** SHA-256 over model digest and the canonical form of the region. */
  readonly digest: string;
}

/** Why a question stayed open. Never a verdict. */
export type UnknownReason =
  | 'timeout'
  | 'node-limit'
  | 'memory'
  | 'numerical'
  | 'boundary'
  | 'unsupported'
  | 'solver-crash'
  | 'interrupted';
