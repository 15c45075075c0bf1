/**
 * What is claimed, resolved: every class, competitor and reference point is named. Plain JSON data, so that
 * a certificate carries it as it is and the checker compiles the same obligations from it.
 */
import { sha256 } from '../util/digest.js';

/** The set of inputs a claim speaks about. Bounds are scalars (all inputs) or one number per input. */
export type Domain =
  | {
      readonly kind: 'box';
      readonly lower: number | readonly number[];
      readonly upper: number | readonly number[];
    }
  | { readonly kind: 'unbounded' }
  /** All x >= 0 but 0 itself: every image at every brightness. For positively homogeneous networks only. */
  | { readonly kind: 'orthant' };

/** No input of the domain that follows the class's NAP gets a competitor's logit >= the class's own. */
export interface NonMisclassification {
  readonly kind: 'non-misclassification';
  readonly class: number;
  readonly competitors: readonly number[];
}

/** No input of the domain follows the NAPs of both classes. */
export interface NonAmbiguity {
  readonly kind: 'non-ambiguity';
  /** Ascending. */
  readonly classes: readonly [number, number];
}

/**
 * No input of the domain within L-infinity distance epsilon of the reference (and, with `nap`, following the
 * class's NAP) gets a competitor's logit >= the class's own.
 */
export interface LocalRobustness {
  readonly kind: 'local-robustness';
  readonly class: number;
  readonly competitors: readonly number[];
  /** Name of the reference for people, for example `mnist#17`. */
  readonly referenceName: string;
  readonly reference: readonly number[];
  readonly epsilon: number;
  readonly nap: boolean;
}

/** What the user says is done to an image before it enters the model. */
export type Preprocessing = 'not-stated' | 'none' | 'scale' | 'shift';

/**
 * For all inputs x of the model (the domain does not matter) and all s > 0: the largest logits of s x belong to the
 * same classes as those of x.
 */
export interface ScalarInvariance {
  readonly kind: 'scalar-invariance';
  readonly preprocessing: Preprocessing;
}

/**
 * Every combination s_1 x_1 + ... + s_m x_m of the points gets the class: for conic combinations all s_i >= 0, not all
 * 0; for convex ones s_1 + ... + s_m = 1 as well.
 */
export interface Cone {
  readonly kind: 'cone';
  /** For people, unique among the cones of one certificate. */
  readonly name: string;
  readonly class: number;
  readonly combinations: 'conic' | 'convex';
  readonly points: readonly (readonly number[])[];
}

/** No input satisfies a VNN-LIB query (about one network; it describes the unsafe inputs). It states its own domain. */
export interface QueryProperty {
  readonly kind: 'query';
  /** File name, for people. */
  readonly name: string;
  /** The query itself, character for character; a checker parses it again. */
  readonly text: string;
}

export type Property =
  | NonMisclassification
  | NonAmbiguity
  | LocalRobustness
  | ScalarInvariance
  | Cone
  | QueryProperty;
/** Properties about a class's region; the others are decided as a whole, or state their regions themselves. */
export type RegionProperty = Exclude<Property, ScalarInvariance | Cone | QueryProperty>;
export type PropertyKind = Property['kind'];

/** Stable readable name, unique among the properties of one certificate. */
export function propertyId(property: Property): string {
  switch (property.kind) {
    case 'non-misclassification':
      return `non-misclassification/${property.class}`;
    case 'non-ambiguity':
      return `non-ambiguity/${property.classes.join('-')}`;
    case 'local-robustness':
      return `local-robustness/${property.referenceName}/e${property.epsilon}${property.nap ? '/nap' : ''}`;
    case 'scalar-invariance':
      return 'scalar-invariance';
    case 'cone':
      return `cone/${property.name}`;
    case 'query':
      return `query/${property.name}`;
  }
}

/** Classes whose NAPs the property's region uses. */
export function napClasses(property: Property): readonly number[] {
  switch (property.kind) {
    case 'non-misclassification':
      return [property.class];
    case 'non-ambiguity':
      return property.classes;
    case 'local-robustness':
      return property.nap ? [property.class] : [];
    case 'scalar-invariance':
    case 'cone':
    case 'query':
      return [];
  }
}

/**
 * The competitors of a claim that leaves out some of the other classes, ascending; null for a claim about all of
 * them and for one without competitors. `classes` is the number of classes of the model.
 */
export function onlyAgainst(property: Property, classes: number): readonly number[] | null {
  if (property.kind !== 'non-misclassification' && property.kind !== 'local-robustness') return null;
  const others = new Set(property.competitors.filter((label) => label !== property.class));
  return others.size >= classes - 1 ? null : [...others].sort((a, b) => a - b);
}

/**
 * The claim in one plain sentence. Names of points are the author's; the digest beside one says which numbers it
 * stands for.
 */
export function describeProperty(property: Property): string {
  switch (property.kind) {
    case 'non-misclassification':
      return `No input of the domain that follows the NAP of class ${property.class} is classified as ${listClasses(property.competitors)}.`;
    case 'non-ambiguity':
      return `No input of the domain follows the NAPs of both class ${property.classes[0]} and class ${property.classes[1]}.`;
    case 'local-robustness':
      return `No input within ${property.epsilon} (L-infinity) of ${property.referenceName} (point ${digestOf(property.reference)})${
        property.nap ? ` that follows the NAP of class ${property.class}` : ''
      } is classified as ${listClasses(property.competitors)}.`;
    case 'scalar-invariance':
      return `For every input x of the model and every number s > 0, the largest logits of s x belong to the same classes as those of x. ${PREPROCESSING[property.preprocessing]}`;
    case 'cone':
      return `Every ${property.combinations} combination of the ${property.points.length} points ${property.name} (digest ${digestOf(property.points)}; ${
        property.combinations === 'conic' ? 'factors >= 0, not all 0' : 'factors >= 0 that add up to 1'
      }) is classified as ${property.class}.`;
    case 'query':
      return `No input satisfies the VNN-LIB query ${property.name} (SHA-256 of its text ${sha256(property.text)}).`;
  }
}

/** First 12 hexadecimal digits of the SHA-256 of the numbers as JSON without blanks. */
function digestOf(points: readonly number[] | readonly (readonly number[])[]): string {
  return sha256(JSON.stringify(points)).slice(0, 12);
}

/** The domain in words, for reports. */
export function describeDomain(domain: Domain): string {
  if (domain.kind === 'unbounded') return 'all inputs';
  if (domain.kind === 'orthant')
    return 'every input other than 0 whose numbers are all >= 0, at any brightness (a margin m is a lead of at least m times the sum of the numbers)';
  const { lower, upper } = domain;
  if (typeof lower === 'number' && typeof upper === 'number')
    return `every input number in [${lower}, ${upper}]`;
  const least = typeof lower === 'number' ? lower : lower.reduce((a, b) => Math.min(a, b));
  const most = typeof upper === 'number' ? upper : upper.reduce((a, b) => Math.max(a, b));
  return `a box with bounds of its own for each input number, all in [${least}, ${most}]`;
}

const PREPROCESSING: Readonly<Record<Preprocessing, string>> = {
  'not-stated': 'What is done to an image before it enters the model was not stated.',
  none: 'Stated by the user: images enter the model as they are.',
  scale:
    'Stated by the user: images are only multiplied by a positive constant before they enter the model, so this is also about their brightness.',
  shift:
    'Stated by the user: a number is added to images before they enter the model, so this is not about their brightness.',
};

function listClasses(classes: readonly number[]): string {
  if (classes.length <= 1) return `${classes[0]}`;
  return `${classes.slice(0, -1).join(', ')} or ${classes[classes.length - 1]}`;
}
