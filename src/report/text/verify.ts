import type { VerifiedProperty, VerifyDocument } from '../documents/verify.js';
import { counted, seconds } from '../format.js';
import { heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';

export function verifyText(document: VerifyDocument): string {
  const { properties, counts, certificate, interrupted } = document;
  const columns = [
    { title: 'verdict' },
    { title: 'property' },
    { title: 'time', align: 'right' as const },
    { title: 'why' },
  ];
  return sections([
    table(
      columns,
      properties.map((property) => [
        verdictText(property.verdict),
        property.id,
        seconds(property.obligations.reduce((sum, { seconds: own }) => sum + own, 0)),
        reason(property),
      ]),
    ),
    `${heading(counted(properties.length, 'property', 'properties'))}: ${counts.holds} hold, ` +
      `${counts.violated} violated, ${counts.unknown} unknown, ${counts.vacuous} vacuous.`,
    document.arithmetic === 'real'
      ? 'Claims are about exact arithmetic on the stored weights, not about its rounding in a runtime.'
      : 'Claims are about float32 arithmetic, with the additions in any order.',
    trust(properties),
    `${interrupted ? 'Interrupted; what was decided is in' : 'Certificate:'} ${certificate.file}`,
  ]);
}

function reason({ verdict, obligations }: VerifiedProperty): string {
  switch (verdict) {
    case 'holds':
      return `${counted(obligations.length, 'obligation')} proved${
        obligations.some(({ trusted }) => trusted.length > 0) ? ', trusting the solver' : ''
      }`;
    case 'violated': {
      const refuted = obligations.filter((obligation) => obligation.counterexample !== null);
      const first = refuted[0];
      const more = refuted.length > 1 ? ` (and ${refuted.length - 1} more)` : '';
      return first === undefined ? '' : `${first.id}: ${first.counterexample!.source}${more}`;
    }
    case 'vacuous':
      return 'no input of the domain follows the NAP';
    case 'unknown': {
      const open = obligations.filter((obligation) => obligation.open !== null);
      const first = open[0];
      if (first === undefined) return 'no input that follows the NAP is known';
      const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
      const { reason: why, detail, suggestion } = first.open!;
      return `${first.id}: ${[why, detail, suggestion].filter((part) => part !== '').join('; ')}${more}`;
    }
  }
}

function trust(properties: readonly VerifiedProperty[]): string | null {
  const holes = properties.flatMap(({ obligations }) => obligations.flatMap(({ trusted }) => trusted));
  if (holes.length === 0) return null;
  return `${counted(holes.length, 'step')} taken on trust, so the certificate will check as incomplete.`;
}
