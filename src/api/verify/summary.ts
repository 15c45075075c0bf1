/** What a certificate says, as the document of `napcert verify` has it. */
import type { Certificate, ObligationResult, PropertyResult } from '../../certificate/certificate.js';
import type { VerifiedObligation, VerifiedProperty, VerifyDocument } from '../../report/documents/verify.js';
import { onlyAgainst } from '../../spec/property.js';
import { assertNever } from '../../util/errors.js';

/**
 * @param classes number of classes of the model
 * @param known results that were taken over, by digest
 */
export function summary(
  { predicate }: Certificate,
  classes: number,
  known: ReadonlyMap<string, ObligationResult> = new Map(),
): Pick<VerifyDocument, 'interrupted' | 'counts' | 'properties'> {
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  const counts = { holds: 0, violated: 0, unknown: 0, vacuous: 0 };
  for (const { verdict } of predicate.properties) counts[verdict]++;
  return {
    interrupted: predicate.interrupted,
    counts,
    properties: predicate.properties.map((result) => {
      const { id, claim, verdict, witnesses, obligations } = result;
      const left = onlyAgainst(result.property, classes);
      return {
        id,
        claim,
        onlyAgainst: left === null ? null : [...left],
        verdict,
        witnesses: witnesses.map(({ source }) => source),
        obligations: obligations.map((name) => {
          const own = results.get(name)!;
          return obligationRow(own, predicate.holes, known.has(own.digest));
        }),
        scaling: result.scaling === undefined ? null : scalingRow(result.scaling),
      };
    }),
  };
}

function obligationRow(
  result: ObligationResult,
  holes: readonly string[],
  earlier: boolean,
): VerifiedObligation {
  const { id, verdict, engine, seconds, evidence } = result;
  const row = { id, verdict, engine, seconds, earlier, trusted: [], counterexample: null, open: null };
  switch (evidence.kind) {
    case 'proof': {
      const own = holes.filter((hole) => hole.startsWith(`${id}: `));
      return { ...row, trusted: own.map((hole) => hole.slice(id.length + 2)) };
    }
    case 'counterexample':
      return {
        ...row,
        counterexample: { source: evidence.replay.source, logits: [...evidence.replay.exactLogits] },
      };
    case 'none':
      return {
        ...row,
        open: { reason: evidence.reason, detail: evidence.detail, suggestion: evidence.suggestion },
      };
    default:
      return assertNever(evidence, 'evidence');
  }
}

function scalingRow({
  source,
  factor,
  classes,
  runtimeClasses,
}: NonNullable<PropertyResult['scaling']>): NonNullable<VerifiedProperty['scaling']> {
  return { source, factor, classes: [...classes], runtimeClasses: [...runtimeClasses] };
}
