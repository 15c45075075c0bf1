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
import { confirmedStatus, recallStatus, uncoveredProperties } from './confirmed.js';
import { type FindingStatus, STATUS_WORDS, STATUSES } from './finding-status.js';

export { confirmedStatus, recallStatus } from './confirmed.js';
export { type FindingStatus, STATUS_WORDS } from './finding-status.js';

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
  return [
    ...decision.models.flatMap((model) => findingsOfModel(model, document, decidedNow)),
    ...uncoveredProperties(decision.models, document).map(({ certificate, property }): Finding => {
      const finding = findingOfProperty(certificate, property);
      // A policy that was read in this run does not ask for it; what a file says of its policy excuses nothing.
      const isExcused = decidedNow && property.status !== 'rejected';
      return { ...finding, ...weight(property.status, isExcused, false) };
    }),
  ];
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
  return certificate.properties.map((property) => findingOfProperty(certificate, property));
}

function findingOfProperty(certificate: ReportedCertificate, property: ReportedProperty): Finding {
  return {
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
  };
}

/** Else a model of which a policy asks nothing would be no finding at all, which reads as a success. */
function nothingRequired(model: DecidedModel): Finding[] {
  if ([...model.requirements, ...model.recall].some(({ advisory }) => !advisory)) return [];
  const why = 'nothing is required of it';
  return [
    {
      model: model.name,
      modelSha256: model.sha256,
      name: 'gate',
      rule: 'gate',
      status: 'missing',
      ...weight('missing', false, false),
      why,
      claim: 'The policy requires something of every model.',
      file: model.file,
      line: 1,
      fingerprint: sha256(JSON.stringify([model.sha256, model.name, why])),
      seconds: 0,
      margin: null,
    },
  ];
}

function findingsOfModel(model: DecidedModel, document: ReportDocument, decidedNow: boolean): Finding[] {
  const shared = { model: model.name, modelSha256: model.sha256 };
  return [
    ...nothingRequired(model),
    ...model.requirements.map((requirement): Finding => {
      const status = confirmedStatus(requirement, model, document);
      return {
        ...shared,
        name: propertyName(requirement),
        rule: requirement.kind,
        status,
        ...weight(status, requirement.advisory, isAllowedTrust(requirement, status)),
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
        ...weight(status, recall.advisory, false),
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

/** What is only advised never fails; wrong evidence always does. What is open blocks unless the policy accepts it. */
function weight(
  status: FindingStatus,
  advisory: boolean,
  accepted: boolean,
): Pick<Finding, 'gravity' | 'blocks'> {
  const usual = GRAVITY[status];
  const gravity = advisory && usual === 'error' && status !== 'rejected' ? 'warning' : usual;
  return { gravity, blocks: !accepted && !advisory && usual !== 'ok' };
}

/** The decision says whom it trusted, and the certificate trusts somebody: a policy may allow that. */
function isAllowedTrust({ status: decided, holes }: Requirement, status: FindingStatus): boolean {
  return decided === 'met' && status === 'on-trust' && holes.length > 0;
}

function requirementWhy(
  { status: decided, detail, counterexample }: Requirement,
  status: FindingStatus,
): string {
  if (status === 'unchecked')
    return 'the gate counts it as met, but no certificate that was checked here shows it';
  if (decided === 'met' && (status === 'rejected' || status === 'violated' || status === 'unknown'))
    return `the gate counts it as met, but its certificate, checked here, does not: ${STATUS_WORDS[status]}`;
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
