/** Cones of points: the checker's own rule decides. */
import type { PropertyResult } from '../../certificate/certificate.js';
import { coneHolds } from '../../checker/check-cone.js';
import type { Network } from '../../network/network.js';
import { type Cone, describeProperty, propertyId } from '../../spec/property.js';

export function decideCone(network: Network, property: Cone): PropertyResult {
  return {
    id: propertyId(property),
    property: { ...property, points: property.points.map((point) => [...point]) },
    claim: describeProperty(property),
    verdict: coneHolds(network, property, 'property').kind === 'valid' ? 'holds' : 'unknown',
    witnesses: [],
    obligations: [],
  };
}
