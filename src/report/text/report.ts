import type { ReportDocument, ReportedCertificate } from '../documents/report.js';
import { seconds } from '../format.js';
import { propertyName } from '../property-name.js';
import { countsText, STATUS_WORDS } from '../reporters/findings.js';
import { inQuotes } from '../stated.js';
import { facts, heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';

/** For a terminal: one part per certificate. `written` names the files of reports. */
export function reportText(document: ReportDocument, written: readonly string[] = []): string {
  return sections([
    ...document.certificates.map(certificateText),
    `${heading('In all')}: ${countsText(document.certificates.flatMap(({ properties }) => properties))}.`,
    "Verdicts and margins are the checker's; times, and labels of points in quotes, are those that the certificate states.",
    written.length === 0 ? null : ['Written:', ...written.map((file) => `  ${file}`)].join('\n'),
  ]);
}

function certificateText({ file, model, check, properties }: ReportedCertificate): string {
  return sections([
    facts([
      ['certificate', file],
      ['model', model.file ?? `not found; the certificate calls it ${inQuotes(model.name)}`],
      ['check', `${verdictText(check.verdict)}: ${check.why}`],
    ]),
    table(
      [{ title: 'verdict' }, { title: 'property' }, { title: 'time', align: 'right' }, { title: 'why' }],
      properties.map((property) => [
        verdictText(STATUS_WORDS[property.status]),
        propertyName(property),
        seconds(property.seconds),
        property.status === 'rejected' || property.status === 'unchecked' ? '' : property.why,
      ]),
    ),
  ]);
}
