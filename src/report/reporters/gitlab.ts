/** GitLab code quality: a JSON list of what is not proved. An empty list means that everything is. */
import { loggableJson } from '../../util/plain-text.js';
import type { ReportInput } from '../exhibit.js';
import { type Finding, type FindingStatus, openFindings, STATUS_WORDS } from './findings.js';
import { slashed } from './location.js';

const SEVERITY: Readonly<Record<FindingStatus, 'info' | 'minor' | 'major' | 'critical' | 'blocker'>> = {
  rejected: 'blocker',
  violated: 'critical',
  'too-low': 'critical',
  missing: 'major',
  unchecked: 'major',
  unknown: 'minor',
  'on-trust': 'minor',
  vacuous: 'minor',
  stated: 'info',
  met: 'info',
  holds: 'info',
};

export function gitlabReport(input: ReportInput): string {
  const issues = openFindings(input).map((finding) => ({
    description: `${STATUS_WORDS[finding.status]}: ${finding.name} of ${finding.model}: ${finding.why}`,
    check_name: `nap/${finding.rule}`,
    fingerprint: finding.fingerprint,
    severity: severityOf(finding),
    location: { path: slashed(finding.file), lines: { begin: finding.line } },
  }));
  return `${loggableJson(JSON.stringify(issues, null, 2))}\n`;
}

function severityOf({ status, gravity, blocks }: Finding): string {
  if (gravity === 'warning' && !blocks && status !== 'rejected') return 'minor';
  return blocks && SEVERITY[status] === 'minor' ? 'major' : SEVERITY[status];
}
