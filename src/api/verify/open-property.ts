/** A property that a run has not reached yet, as the certificate of a run that ends there has it. */
import type { PropertyResult } from '../../certificate/certificate.js';
import type { Executor } from '../../engines/executor.js';
import { compileProperty } from '../../obligation/compile.js';
import { describeProperty, type Property, propertyId } from '../../spec/property.js';
import { notReached } from '../executor/local.js';
import {
  type DecidedProperty,
  decideObligations,
  decideProperty,
  type PropertyRun,
} from './decide-property.js';

/**
 * What an earlier run has shown is kept; everything else is `unknown (interrupted)`, as after an abort. Nothing is decided,
 * and points are replayed only where nothing but a witness is missing.
 * @param run of the run that goes on
 */
export async function openProperty(run: PropertyRun, property: Property): Promise<DecidedProperty> {
  const isKnown = compileProperty(run.claim, property).every(({ digest }) => run.known.has(digest));
  const open: PropertyRun = {
    ...run,
    executor: UNREACHED,
    signal: AbortSignal.abort(),
    data: async () => null,
    candidates: isKnown ? run.candidates : new Map(),
    onBegin: () => {},
    onNote: () => {},
  };
  switch (property.kind) {
    case 'scalar-invariance':
    case 'cone':
      return { property: bare(property, 'unknown', []), obligations: [] };
    case 'query': {
      const obligations = await decideObligations(open, compileProperty(run.claim, property));
      const verdict = obligations.some((result) => result.verdict === 'sat')
        ? 'violated'
        : obligations.every((result) => result.verdict === 'unsat')
          ? 'holds'
          : 'unknown';
      return {
        property: bare(
          property,
          verdict,
          obligations.map(({ id }) => id),
        ),
        obligations,
      };
    }
    case 'non-misclassification':
    case 'non-ambiguity':
    case 'local-robustness':
      return decideProperty(open, property);
  }
}

function bare(
  property: Property,
  verdict: PropertyResult['verdict'],
  obligations: PropertyResult['obligations'],
): PropertyResult {
  return {
    id: propertyId(property),
    property: structuredClone(property) as PropertyResult['property'],
    claim: describeProperty(property),
    verdict,
    witnesses: [],
    obligations,
  };
}

const UNREACHED: Executor = {
  lanes: 1,
  decide: (obligations) => obligations.map(async () => notReached()),
  close: async () => {},
};
