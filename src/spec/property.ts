/**
 * What is claimed, resolved: every class, competitor and reference point is named. Plain JSON data, so that
 * a certificate carries it as it is and the checker compiles the same obligations from it.
 */

/** The set of inputs a claim speaks about. Bounds are scalars (all inputs) or one number per input. */
export type Domain =
  | {
      readonly kind: 'box';
      readonly lower: number | readonly number[];
      readonly upper: number | readonly number[];
    }
  | { readonly kind: 'unbounded' };

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

export type Property = NonMisclassification | NonAmbiguity | LocalRobustness;
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
  }
}

/** The claim in one plain sentence. */
export function describeProperty(property: Property): string {
  switch (property.kind) {
    case 'non-misclassification':
      return `No input of the domain that follows the NAP of class ${property.class} is classified as ${listClasses(property.competitors)}.`;
    case 'non-ambiguity':
      return `No input of the domain follows the NAPs of both class ${property.classes[0]} and class ${property.classes[1]}.`;
    case 'local-robustness':
      return `No input within ${property.epsilon} (L-infinity) of ${property.referenceName}${
        property.nap ? ` that follows the NAP of class ${property.class}` : ''
      } is classified as ${listClasses(property.competitors)}.`;
  }
}

function listClasses(classes: readonly number[]): string {
  if (classes.length <= 1) return `${classes[0]}`;
  return `${classes.slice(0, -1).join(', ')} or ${classes[classes.length - 1]}`;
}
