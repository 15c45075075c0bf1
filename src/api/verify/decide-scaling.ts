/** Scalar invariance of a model: proved by the checker's own rule, or refuted by a confirmed pair. */
import type { PropertyResult } from '../../certificate/certificate.js';
import { homogeneity } from '../../checker/homogeneity.js';
import { findScalingWitness, type ScalingSearch } from '../../invariance/scaling-witness.js';
import { describeProperty, propertyId, type ScalarInvariance } from '../../spec/property.js';

/** holds: the checker's analysis of the layers says so. violated: a pair was found. Else unknown. */
export async function decideScaling(
  search: ScalingSearch,
  property: ScalarInvariance,
): Promise<PropertyResult> {
  const result = {
    id: propertyId(property),
    property: { ...property },
    claim: describeProperty(property),
    witnesses: [],
    obligations: [],
  };
  if (homogeneity(search.network).kind === 'homogeneous') return { ...result, verdict: 'holds' };
  const found = await findScalingWitness(search);
  if (found === null) return { ...result, verdict: 'unknown' };
  const { point, factor, source } = found;
  return {
    ...result,
    verdict: 'violated',
    scaling: {
      point: [...point],
      factor,
      classes: [...found.classes],
      runtimeClasses: [...found.runtimeClasses],
      source,
    },
  };
}
