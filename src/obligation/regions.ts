/** Regions whose emptiness makes a property vacuous, and which its witnesses must lie in. */
import type { Property } from '../spec/property.js';
import { napClasses, propertyId } from '../spec/property.js';
import { type ClaimContext, compileRegion } from './compile.js';
import type { Obligation } from './obligation.js';

/** A region without output constraints; `class` names the witness, null where no NAP is involved. */
export interface WitnessRegion {
  readonly class: number | null;
  readonly region: Obligation;
}

/**
 * The regions that must not be empty for `holds` to say anything: the property's own region, except for
 * non-ambiguity, whose own region is to be empty and where each class's region counts. A query claims no more than
 * that no input satisfies it, so it has none.
 */
export function witnessRegions(context: ClaimContext, property: Property): WitnessRegion[] {
  if (property.kind === 'scalar-invariance' || property.kind === 'cone' || property.kind === 'query')
    return [];
  const id = propertyId(property);
  if (property.kind === 'non-ambiguity') {
    return property.classes.map((label) => ({
      class: label,
      region: compileRegion(context, property, [label], `${id}/empty/${label}`),
    }));
  }
  const classes = napClasses(property);
  return [{ class: classes[0] ?? null, region: compileRegion(context, property, classes, `${id}/empty`) }];
}
