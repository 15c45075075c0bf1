/** What certificates that were checked for a report make of a gate's decision, and what they show besides. */
import type { DecidedModel, MeasuredRecall, Requirement } from '../../gate/decision.js';
import type { ReportDocument, ReportedCertificate, ReportedProperty } from '../documents/report.js';
import { type FindingStatus, STATUSES } from './finding-status.js';

const REQUIREMENT_STATUS: Readonly<Record<Requirement['status'], FindingStatus>> = {
  met: 'holds',
  violated: 'violated',
  unknown: 'unknown',
  vacuous: 'vacuous',
  hole: 'on-trust',
  missing: 'missing',
  rejected: 'rejected',
};

/**
 * A decision is no evidence: what it counts as met is shown to hold only if a certificate of the document, checked for
 * this report, says the same about the same model and, literal by literal, the NAPs of the decision.
 */
export function confirmedStatus(
  requirement: Requirement,
  model: DecidedModel,
  { certificates }: ReportDocument,
): FindingStatus {
  const decided = REQUIREMENT_STATUS[requirement.status];
  if (decided !== 'holds') return decided;
  const statuses = certificates
    .flatMap((certificate) =>
      certificate.properties.filter(
        (property) =>
          // Without its NAP file a certificate may call other literals by this digest.
          (certificate.naps === null || certificate.napsChecked) &&
          isSameClaim(certificate, property, requirement, model),
      ),
    )
    .map(({ status }) => status);
  return statuses.includes('holds') ? 'holds' : (statuses[0] ?? 'unchecked');
}

/**
 * What this run measured is met or not. Of a decision in a file, which anybody can have written, only bad news is believed:
 * no samples are at hand to measure good ones again.
 */
export function recallStatus(
  { status }: MeasuredRecall,
  decidedNow: boolean,
): Extract<FindingStatus, 'met' | 'stated' | 'too-low' | 'missing'> {
  switch (status) {
    case 'met':
      return decidedNow ? 'met' : 'stated';
    case 'too-low':
      return 'too-low';
    case 'missing':
    case 'not-held-out':
      return 'missing';
  }
}

/** A certificate's property and the requirement make the same claim about the same model, inputs and, by digest, NAPs. */
function isSameClaim(
  { model: { sha256: digest }, arithmetic, domain, naps }: ReportedCertificate,
  { claim, claimDigest }: ReportedProperty,
  requirement: Requirement,
  model: DecidedModel,
): boolean {
  return (
    digest === model.sha256 &&
    arithmetic === model.arithmetic &&
    domain === model.domain &&
    (naps === null || naps === model.naps?.sha256) &&
    claim === requirement.claim &&
    claimDigest === requirement.digest
  );
}

/**
 * Bad news of certificates that no requirement tells: rejected, refuted or unchecked, where no requirement about the same
 * is shown at least as bad.
 */
export function uncoveredProperties(
  models: readonly DecidedModel[],
  document: ReportDocument,
): { readonly certificate: ReportedCertificate; readonly property: ReportedProperty }[] {
  const shown = models.flatMap((model) =>
    model.requirements.map((requirement) => ({
      model,
      requirement,
      rank: STATUSES.indexOf(confirmedStatus(requirement, model, document)),
    })),
  );
  return document.certificates.flatMap((certificate) =>
    certificate.properties
      .filter((property) => {
        const { status } = property;
        if (status !== 'rejected' && status !== 'violated' && status !== 'unchecked') return false;
        return !shown.some(
          ({ model, requirement, rank }) =>
            rank <= STATUSES.indexOf(status) && isSameClaim(certificate, property, requirement, model),
        );
      })
      .map((property) => ({ certificate, property })),
  );
}
