/** What proofs cost: time, steps and bytes per property. */
import type { ReportedCertificate, ReportedProperty } from '../documents/report.js';
import { markup } from '../escape.js';
import { integer, seconds, short } from '../format.js';
import { propertyName } from '../property-name.js';
import { leastMargin } from '../reporters/findings.js';
import { badge, dataTable, facts, folded } from './elements.js';

/** Rows of the table; the JSON report has all. */
const SHOWN = 500;

export function proofText(certificate: ReportedCertificate): string {
  const { properties, bytes, check } = certificate;
  const obligations = properties.flatMap((property) => property.obligations);
  const steps = obligations.reduce((sum, { proof }) => sum + (proof?.steps ?? 0), 0);
  const files = [...new Set(obligations.flatMap(({ proof }) => (proof?.file == null ? [] : [proof.file])))];
  const deciding = properties.reduce((sum, property) => sum + property.seconds, 0);
  const shown = properties.slice(0, SHOWN);
  const left = properties.length - shown.length;
  const rows = shown.map((property) => [
    markup(propertyName(property)),
    badge(property.status),
    `${property.obligations.length}`,
    stepsOf(property),
    marginText(property),
    seconds(property.seconds),
    markup(enginesOf(property)),
  ]);
  const columns = [
    { title: 'property' },
    { title: 'verdict' },
    { title: 'obligations', number: true as const },
    { title: 'proof steps', number: true as const },
    { title: 'least lead', number: true as const },
    { title: 'time', number: true as const },
    { title: 'decided by' },
  ];
  return (
    facts([
      ['deciding took', seconds(deciding)],
      ['checking took', check.verdict === 'unchecked' ? 'not checked' : seconds(check.seconds)],
      ['certificate', `${size(bytes)}`],
      ['proof steps', `${integer(steps)}${files.length > 0 ? ', and more in proof files' : ''}`],
      ['proof files', files.length === 0 ? null : markup(files.join(', '))],
    ]) +
    folded(
      `All ${integer(properties.length)} properties`,
      `${dataTable('Properties, with what their proofs took', columns, rows)}${left > 0 ? `<p>${integer(left)} more in the certificate.</p>` : ''}`,
    )
  );
}

function stepsOf({ obligations }: ReportedProperty): string {
  if (obligations.some(({ proof }) => proof?.file != null)) return 'in a file';
  const steps = obligations.reduce((sum, { proof }) => sum + (proof?.steps ?? 0), 0);
  return steps === 0 ? '-' : integer(steps);
}

function marginText(property: ReportedProperty): string {
  const margin = property.status === 'holds' ? leastMargin(property) : null;
  return margin === null ? '-' : short(margin);
}

function enginesOf({ obligations }: ReportedProperty): string {
  return [...new Set(obligations.map(({ engine }) => engine))].join(', ');
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
