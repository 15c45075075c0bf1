/** The matrices of cones as a file: the network's affine map on each, over the rationals, checked at every point. */
import { coneRegion, type LogitForm, mapsPoint, regionMatrix } from '../checker/cone-region.js';
import { rational } from '../checker/exact/rational.js';
import type { Cone } from '../spec/property.js';
import { propertyId } from '../spec/property.js';
import type { OpenedModel } from './open-model.js';
import { VERSION } from './version.js';

/** JSON text; format: specs/certificate-v1.md, section 3.3. Throws if the map misses a point's exact logits, a bug. */
export function matrixText({ network, loaded }: OpenedModel, cones: readonly Cone[]): string {
  const matrices = cones.map((cone) => {
    const forms = regionMatrix(network, coneRegion(network, cone.points));
    for (const point of cone.points) {
      if (!mapsPoint(network, forms, Float64Array.from(point))) {
        throw new Error(`the matrix of ${cone.name} does not give the logits of a point`);
      }
    }
    return { id: propertyId(cone), class: cone.class, logits: forms.map(logitOf) };
  });
  return `${JSON.stringify({ format: 'napcert-matrix/1', napcert: VERSION, model: loaded.sha256, matrices })}\n`;
}

/** Integers as decimal text: logit = (sum row_i x_i) / denominator + constant. */
function logitOf({ row, constant }: LogitForm) {
  const { num, exponent, divisor } = row;
  const up = exponent > 0 ? 1n << BigInt(exponent) : 1n;
  const down = exponent < 0 ? 1n << BigInt(-exponent) : 1n;
  const { num: numerator, den } = rational(constant.num, constant.den);
  return {
    row: num.map((value) => String(value * up)),
    denominator: String(divisor * down),
    constant: [String(numerator), String(den)],
  };
}
