/** Requirements of a specification and of the policy, each property once. */
import { type Property, propertyId } from '../spec/property.js';
import { InputError } from '../util/errors.js';
import { type Demand, sameData } from './evidence.js';

/**
 * Demands with the same property are one, required if any of them is. Two that differ only in their competitors become
 * one about all of these, which implies both.
 * @throws InputError for two different properties with the same id
 */
export function mergeDemands(demands: readonly Demand[]): Demand[] {
  const merged = new Map<string, Demand>();
  for (const demand of demands) {
    const id = propertyId(demand.property);
    const known = merged.get(id);
    merged.set(id, known === undefined ? demand : joined(id, known, demand));
  }
  return [...merged.values()];
}

function joined(id: string, first: Demand, second: Demand): Demand {
  const property = jointProperty(first.property, second.property);
  if (property === null) {
    const { file, line } = second.source;
    throw new InputError(`two different properties have the name ${id}`, {
      file,
      ...(line === null ? {} : { place: `line ${line}` }),
      expected: 'reference points with names of their own',
      found: `another one in ${first.source.file}${first.source.line === null ? '' : `, line ${first.source.line}`}`,
    });
  }
  const leading = first.advisory && !second.advisory ? second : first;
  const doubt = first.doubt ?? second.doubt;
  return {
    property,
    source: leading.source,
    advisory: first.advisory && second.advisory,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function jointProperty(a: Property, b: Property): Property | null {
  if (sameData(a, b)) return a;
  if (!('competitors' in a) || !('competitors' in b)) return null;
  const competitors = [...new Set([...a.competitors, ...b.competitors])].sort((x, y) => x - y);
  const joint = { ...a, competitors };
  return sameData(joint, { ...b, competitors }) ? joint : null;
}
