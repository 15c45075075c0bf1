/** What may be said about a property of a certificate, given what the independent checker found. */
import type { PropertyResult } from '../../certificate/certificate.js';
import type { Outcome } from '../../checker/report.js';
import { assertNever } from '../../util/errors.js';
import type { Status } from '../documents/report.js';

/** The checker's word on the whole certificate, or why there is none. */
export type CertificateCheck =
  | { readonly kind: 'unchecked'; readonly why: string }
  | { readonly kind: 'checked'; readonly verdict: Outcome['kind'] };

/** A property's own outcome; null where the check never got to it. */
export type PropertyOutcome = Outcome['kind'] | null;

/**
 * Never `holds`, `violated` or `vacuous` unless the checker has re-proved it and nothing else in the certificate is
 * wrong. `incomplete` on a violated property is about its other obligations: the counterexample was replayed.
 */
export function statusOf(
  claimed: PropertyResult['verdict'],
  check: CertificateCheck,
  outcome: PropertyOutcome,
): Status {
  if (check.kind === 'unchecked') return 'unchecked';
  if (check.verdict === 'invalid' || outcome === 'invalid' || outcome === null) return 'rejected';
  switch (claimed) {
    case 'unknown':
    case 'violated':
      return claimed;
    case 'holds':
    case 'vacuous':
      return outcome === 'valid' ? claimed : 'on-trust';
    default:
      return assertNever(claimed, 'verdict');
  }
}
