/** One sentence about a property or a certificate: why its status is what it is. */
import type { ReportedObligation, ReportedProperty, Status } from '../../report/documents/report.js';
import { counted, short } from '../../report/format.js';
import { labelled } from '../../report/stated.js';
import { assertNever } from '../../util/errors.js';

export interface CheckSummary {
  readonly verdict: 'valid' | 'incomplete' | 'invalid' | 'unchecked';
  readonly why: string;
}

export type Explained = Pick<ReportedProperty, 'claimed' | 'obligations' | 'scaling'>;

export function propertyWhy(status: Status, property: Explained, check: CheckSummary): string {
  switch (status) {
    case 'rejected':
    case 'unchecked':
      return check.why;
    case 'holds':
      return proved(property.obligations);
    case 'violated':
      return refuted(property);
    case 'vacuous':
      return 'no input of the domain follows the NAP';
    case 'on-trust':
      return trusted(property);
    case 'unknown':
      return open(property.obligations);
    default:
      return assertNever(status, 'status');
  }
}

function proved(obligations: readonly ReportedObligation[]): string {
  if (obligations.length === 0) return 'proved from the graph';
  const margins = obligations.map(({ margin }) => margin);
  const text = `${counted(obligations.length, 'obligation')} proved`;
  if (margins.includes(null)) return text;
  return `${text}, least margin ${short((margins as number[]).reduce((a, b) => Math.min(a, b)))}`;
}

function refuted({ obligations, scaling }: Explained): string {
  if (scaling !== null) {
    const [before, after] = scaling.classes;
    return `a point (${labelled(scaling.source)}) is class ${before}, ${scaling.factor} times it is class ${after}`;
  }
  const refutations = obligations.filter(({ counterexample }) => counterexample !== null);
  const first = refutations[0];
  if (first === undefined) return 'refuted';
  const more = refutations.length > 1 ? `, and ${refutations.length - 1} more` : '';
  return `counterexample (${labelled(first.counterexample!.source)}) refutes ${first.id}${more}`;
}

function trusted({ claimed, obligations }: Explained): string {
  const steps = obligations.reduce((sum, { proof }) => sum + (proof?.trusted ?? 0), 0);
  const claim = claimed === 'vacuous' ? 'vacuous' : 'claimed to hold';
  return `${claim}, but ${counted(steps, 'step')} of the proof ${steps === 1 ? 'is' : 'are'} taken on trust`;
}

function open(obligations: readonly ReportedObligation[]): string {
  const left = obligations.filter((obligation) => obligation.open !== null);
  const first = left[0];
  if (first === undefined) {
    return obligations.length === 0
      ? 'the graph does not show it, and no input was found that refutes it'
      : 'no input that follows the NAP is known';
  }
  const { reason, detail, suggestion } = first.open!;
  const more = left.length > 1 ? ` (and ${left.length - 1} more)` : '';
  const words = [reason, detail, suggestion].filter((part) => part !== '').join('; ');
  return `${first.id} is open, as the certificate says: ${words}${more}`;
}
