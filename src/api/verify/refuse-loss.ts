/** An earlier certificate is gone on from; results of it that would be lost are never dropped silently. */
import type { Certificate, ObligationResult, PropertyResult } from '../../certificate/certificate.js';
import type { ClaimContext } from '../../obligation/compile.js';
import { type Property, propertyId } from '../../spec/property.js';
import { canonicalJson, type Json } from '../../util/canonical-json.js';
import { InputError } from '../../util/errors.js';
import { obligationsByDigest } from './resume.js';

/**
 * @throws InputError for a certificate about another model, and for one with results that the present claims do not
 * ask for (other properties, fewer competitors, other NAPs, domain or arithmetic)
 */
export function refuseLoss(
  { predicate }: Certificate,
  claim: ClaimContext,
  properties: readonly Property[],
  path: string,
): void {
  if (predicate.model.sha256 !== claim.modelSha256) {
    throw new InputError('the output is a certificate about another model', {
      file: path,
      place: '--output',
      expected: `a new name, a certificate about the model ${claim.modelSha256.slice(0, 12)}..., or --fresh to replace it`,
      found: `a certificate about ${predicate.model.name} (${predicate.model.sha256.slice(0, 12)}...)`,
    });
  }
  const wanted = obligationsByDigest(claim, properties);
  const wantedProperties = new Map(properties.map((property) => [propertyId(property), property]));
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  const isLost = (property: PropertyResult): boolean =>
    property.obligations.length === 0
      ? property.verdict !== 'unknown' && !same(property, wantedProperties.get(property.id))
      : property.obligations
          .flatMap((id) => results.get(id) ?? [])
          .some((result) => isAnswer(result) && !wanted.has(result.digest));
  const lost = predicate.properties.filter(isLost);
  if (lost.length === 0) return;
  throw new InputError('the output holds results that this run would not keep', {
    file: path,
    place: '--output',
    expected:
      'a new name, the same properties (or more) of the same NAPs and domain, or --fresh to replace it',
    found: `${lost.length} ${lost.length === 1 ? 'property' : 'properties'} that this run does not decide, for example ${lost[0]!.id}`,
  });
}

/** Names of cones are chosen, so equal ids are not enough there; what is said about preprocessing may change. */
function same({ property }: PropertyResult, wanted: Property | undefined): boolean {
  if (property.kind !== 'cone' || wanted === undefined) return wanted !== undefined;
  return canonicalJson(property as Json) === canonicalJson(wanted as unknown as Json);
}

/** Not reached before an interruption is no result. */
function isAnswer({ verdict, evidence }: ObligationResult): boolean {
  return verdict !== 'unknown' || (evidence.kind === 'none' && evidence.reason !== 'interrupted');
}
