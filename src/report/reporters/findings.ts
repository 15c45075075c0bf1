/**
 * One list of findings for every CI system: the requirements of a gate's decision, or, without one, the properties of the
 * certificates.
 */
import type { DecidedModel, MeasuredRecall, Requirement } from '../../gate/decision.js';
import { sha256 } from '../../util/digest.js';
import type { ReportDocument, ReportedCertificate, ReportedProperty } from '../documents/report.js';
import type { ReportInput } from '../exhibit.js';
import { percent } from '../format.js';
import { propertyName } from '../property-name.js';
import { labelled } from '../stated.js';

/** Worst first. */
const STATUSES = [
  'rejected',
  'violated',
  'too-low',
  'missing',
  'unchecked',
  'unknown',
  'on-trust',
  'vacuous',
  'stated',
  'met',
  'holds',
] as const;

/**
 * `met`: a recall that the gate measured in this very run, and that is high enough. `stated`: a decision that was read from
 * a file says so.
 */
export type FindingStatus = (typeof STATUSES)[number];

/** `error`: something is wrong, or nothing was shown at all. `warning`: open. `ok`: proved, or not asked for. */
export type Gravity = 'error' | 'warning' | 'ok';

export interface Finding {
  /** For people: `non-misclassification/8 (only against 1)`. */
  readonly name: string;
  /** Kind of the property, or `recall`. */
  readonly rule: string;
  readonly status: FindingStatus;
  readonly gravity: Gravity;
  /** A policy asks for it and does not pass as things are. */
  readonly blocks: boolean;
  readonly why: string;
  readonly claim: string;
  readonly model: string;
  readonly modelSha256: string;
  /** Where to point: the certificate, or the policy. */
  readonly file: string;
  readonly line: number;
  /** The same for the same claim about the same model, in every run. */
  readonly fingerprint: string;
  readonly seconds: number;
  readonly margin: number | null;
}

/** A status as people read it. */
export const STATUS_WORDS: Readonly<Record<FindingStatus, string>> = {
  rejected: 'rejected',
  violated: 'violated',
  'too-low': 'too low',
  missing: 'missing',
  unchecked: 'not checked',
  unknown: 'unknown',
  'on-trust': 'on trust',
  vacuous: 'vacuous',
  stated: 'stated, not measured again',
  met: 'met',
  holds: 'holds',
};

const GRAVITY: Readonly<Record<FindingStatus, Gravity>> = {
  rejected: 'error',
  violated: 'error',
  'too-low': 'error',
  missing: 'error',
  unchecked: 'error',
  unknown: 'warning',
  'on-trust': 'warning',
  vacuous: 'warning',
  // Nothing to repair, and nothing that a report of a file has shown.
  stated: 'ok',
  met: 'ok',
  holds: 'ok',
};

/** In the order of the policy or of the certificates. */
export function findings({ document, decision, decidedNow }: ReportInput): Finding[] {
  if (decision === null) return document.certificates.flatMap(findingsOfCertificate);
  const passed = decision.outcome === 'passed';
  return decision.models.flatMap((model) => findingsOfModel(model, passed, document, decidedNow));
}

/** Those that are not proved, worst first. */
export function openFindings(input: ReportInput): Finding[] {
  return worstFirst(findings(input).filter(({ gravity }) => gravity !== 'ok'));
}

export function worstFirst<T extends { readonly status: FindingStatus }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status));
}

/** `9 properties: 7 hold, 1 violated, 1 unknown; recall: 2 met`: a recall is no property. */
export function countsText(
  list: readonly { readonly status: FindingStatus; readonly rule?: string }[],
): string {
  const recall = list.filter(({ rule }) => rule === 'recall');
  const properties = list.filter(({ rule }) => rule !== 'recall');
  const holds = properties.filter(({ status }) => status === 'holds').length;
  const parts = [`${holds} ${holds === 1 ? 'holds' : 'hold'}`, ...counted(properties, 'holds')];
  const head = `${properties.length} ${properties.length === 1 ? 'property' : 'properties'}: ${parts.join(', ')}`;
  return recall.length === 0 ? head : `${head}; recall: ${counted(recall, null).join(', ')}`;
}

/** Worst first; without those of one status. */
function counted(list: readonly { readonly status: FindingStatus }[], but: FindingStatus | null): string[] {
  return STATUSES.filter((status) => status !== but).flatMap((status) => {
    const count = list.filter((finding) => finding.status === status).length;
    return count === 0 ? [] : [`${count} ${STATUS_WORDS[status]}`];
  });
}

/** Least proved margin of a property; null if no proof has one, or one obligation lacks it. */
export function leastMargin({ obligations }: ReportedProperty): number | null {
  const margins = obligations.map(({ margin }) => margin);
  if (margins.length === 0 || margins.includes(null)) return null;
  return (margins as number[]).reduce((a, b) => Math.min(a, b));
}

function findingsOfCertificate(certificate: ReportedCertificate): Finding[] {
  return certificate.properties.map((property) => ({
    name: propertyName(property),
    rule: property.kind,
    status: property.status,
    gravity: GRAVITY[property.status],
    blocks: false,
    why: property.why,
    claim: property.claim,
    model: certificate.model.name,
    modelSha256: certificate.model.sha256,
    file: certificate.file,
    line: property.line,
    fingerprint: property.fingerprint,
    seconds: property.seconds,
    margin: leastMargin(property),
  }));
}

function findingsOfModel(
  model: DecidedModel,
  passed: boolean,
  document: ReportDocument,
  decidedNow: boolean,
): Finding[] {
  const shared = { model: model.name, modelSha256: model.sha256 };
  return [
    ...model.requirements.map((requirement): Finding => {
      const status = confirmedStatus(requirement, model, document);
      return {
        ...shared,
        name: propertyName(requirement),
        rule: requirement.kind,
        status,
        ...weight(status, requirement.advisory, passed),
        why: requirementWhy(requirement, status),
        claim: requirement.claim,
        file: requirement.source.file,
        line: requirement.source.line ?? 1,
        fingerprint: sha256(
          JSON.stringify([model.sha256, model.arithmetic, model.domain, requirement.claim]),
        ),
        seconds: requirement.seconds,
        margin: requirement.margin,
      };
    }),
    ...model.recall.map((recall): Finding => {
      const status = recallStatus(recall, decidedNow);
      const name = recall.class === null ? 'recall' : `recall/${recall.class}`;
      return {
        ...shared,
        name,
        rule: 'recall',
        status,
        ...weight(status, recall.advisory, passed),
        why: recallWhy(recall),
        claim: `At least ${percent(recall.minimum)} of held-out samples follow the NAP of their class.`,
        file: recall.source.file,
        line: recall.source.line ?? 1,
        fingerprint: sha256(JSON.stringify([model.sha256, name, recall.minimum])),
        seconds: 0,
        margin: null,
      };
    }),
  ];
}

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
    .filter(
      ({ model: { sha256: digest }, arithmetic, domain, naps, napsChecked }) =>
        digest === model.sha256 &&
        arithmetic === model.arithmetic &&
        domain === model.domain &&
        (naps === null || (napsChecked && naps === model.naps?.sha256)),
    )
    .flatMap(({ properties }) =>
      properties.filter(
        ({ claim, claimDigest }) => claim === requirement.claim && claimDigest === requirement.digest,
      ),
    )
    .map(({ status }) => status);
  return statuses.includes('holds') ? 'holds' : (statuses[0] ?? 'unchecked');
}

/**
 * What this run measured is met or not. Of a decision in a file, which anybody can have written, only bad news is believed:
 * no samples are at hand to measure good ones again.
 */
export function recallStatus({ status }: MeasuredRecall, decidedNow: boolean): FindingStatus {
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

/** What is only advised never fails; wrong evidence always does. */
function weight(
  status: FindingStatus,
  advisory: boolean,
  passed: boolean,
): Pick<Finding, 'gravity' | 'blocks'> {
  const usual = GRAVITY[status];
  const gravity = advisory && usual === 'error' && status !== 'rejected' ? 'warning' : usual;
  return { gravity, blocks: !passed && !advisory && usual !== 'ok' };
}

function requirementWhy({ detail, counterexample }: Requirement, status: FindingStatus): string {
  if (status === 'unchecked')
    return 'the gate counts it as met, but no certificate that was checked here shows it';
  if (detail !== '') return detail;
  if (counterexample !== null) return `counterexample (${labelled(counterexample.source)})`;
  return STATUS_WORDS[status];
}

function recallWhy({ measured, minimum, detail, status, dataset }: MeasuredRecall): string {
  const of =
    measured === null ? '' : `${percent(measured.value)}: ${measured.count} of ${measured.of} samples`;
  const share =
    measured === null
      ? 'not measured'
      : dataset === null
        ? of
        : `${of} of ${dataset.name} (${dataset.selection})`;
  const numbers = `${share}, at least ${percent(minimum)} required`;
  // The counts are in the numbers already.
  return [numbers, status === 'too-low' ? '' : detail].filter((part) => part !== '').join('; ');
}
