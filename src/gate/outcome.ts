/**
 * What the states of requirements make of a release: the gate's last step, and how reports tell that a decision in a file
 * says what follows from its own states.
 */
import {
  type DecidedModel,
  type Decision,
  type GateCertificate,
  type GateOutcome,
  OUTCOME_CODES,
  type RequirementStatus,
} from './decision.js';

/** Wrong evidence first: nothing else of such a release can be believed. */
const GRAVEST = ['rejected', 'failed', 'inconclusive'] as const;

interface Finding {
  readonly outcome: Exclude<GateOutcome, 'passed'>;
  readonly reason: string;
}

/** @param open what something that is required and not shown makes of the release, as the policy says */
export function outcomeOf(
  open: 'inconclusive' | 'failed',
  models: readonly DecidedModel[],
): Pick<Decision, 'outcome' | 'exitCode' | 'reasons'> {
  const findings = models.flatMap((model) => findingsOf(open, model));
  if (models.length === 0) findings.push({ outcome: 'inconclusive', reason: 'the policy names no model' });
  const outcome = GRAVEST.find((one) => findings.some((finding) => finding.outcome === one)) ?? 'passed';
  return {
    outcome,
    exitCode: OUTCOME_CODES[outcome],
    reasons: GRAVEST.flatMap((one) => findings.filter((finding) => finding.outcome === one)).map(
      ({ reason }) => reason,
    ),
  };
}

/** Requirements and recalls by status, advisory ones included. */
export function countsOf(models: readonly DecidedModel[]): Decision['counts'] {
  const counts = {
    met: 0,
    violated: 0,
    unknown: 0,
    vacuous: 0,
    hole: 0,
    missing: 0,
    rejected: 0,
    'too-low': 0,
    'not-held-out': 0,
  };
  for (const { requirements, recall } of models) {
    for (const { status } of [...requirements, ...recall]) counts[status]++;
  }
  return counts;
}

/** For people, in one line. */
export function describeRejection(rejection: GateCertificate['rejection']): string {
  if (rejection === null) return 'the checker does not accept it';
  const { place, rule, expected, found } = rejection;
  return `${place} (${rule}): expected ${expected}, found ${found}`;
}

/**
 * What speaks against a release. Advisory requirements are never among it, wrong evidence about them included: else taking
 * that evidence away would help.
 */
function findingsOf(open: Finding['outcome'], model: DecidedModel): Finding[] {
  const findings: Finding[] = [];
  const { certificate } = model;
  const required = model.requirements.filter(({ advisory }) => !advisory);
  if (certificate !== null && isRejected(certificate) && required.length > 0) {
    const reason = `${model.name}: ${certificate.file}: ${describeRejection(certificate.rejection)}`;
    findings.push({ outcome: 'rejected', reason });
  }
  for (const { id, status, detail } of required) {
    const reason = `${model.name}: ${id}: ${WORDS[status]}${detail === '' ? '' : `; ${detail}`}`;
    if (status === 'met') continue;
    if (status !== 'rejected') findings.push({ outcome: status === 'violated' ? 'failed' : open, reason });
    else if (!isRejected(certificate)) findings.push({ outcome: 'rejected', reason });
  }
  const recalls = model.recall.filter(({ advisory }) => !advisory);
  for (const { status, class: label, detail, minimum } of recalls) {
    if (status === 'met') continue;
    const which = label === null ? 'recall' : `recall of class ${label}`;
    const outcome = status === 'missing' ? open : 'failed';
    findings.push({ outcome, reason: `${model.name}: ${which}: ${detail}; at least ${minimum} is asked` });
  }
  if (required.length + recalls.length === 0) {
    findings.push({ outcome: 'inconclusive', reason: `${model.name}: nothing is required of it` });
  }
  return findings;
}

/** As a whole, so that one reason stands for all of its properties. */
export function isRejected(certificate: DecidedModel['certificate']): boolean {
  return certificate !== null && (certificate.check === 'invalid' || certificate.signature === 'rejected');
}

const WORDS: Readonly<Record<RequirementStatus, string>> = {
  met: 'met',
  violated: 'violated',
  unknown: 'not decided',
  vacuous: 'vacuous',
  hole: 'taken on trust',
  missing: 'not shown',
  rejected: 'rejected',
};
