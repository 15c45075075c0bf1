import type { VerifiedProperty, VerifyDocument } from '../documents/verify.js';
import { counted, integer, seconds, short } from '../format.js';
import { reachLine } from '../proof-reach.js';
import { propertyName } from '../property-name.js';
import { heading, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';

export function verifyText(document: VerifyDocument): string {
  const { counts, certificate, envelope, interrupted, pictures, counterexamples } = document;
  const properties = document.properties.filter((property) => !isUnreached(property));
  const unreached = document.properties.length - properties.length;
  const columns = [
    { title: 'verdict' },
    { title: 'property' },
    { title: 'time', align: 'right' as const },
    { title: 'why' },
  ];
  return sections([
    properties.length === 0
      ? null
      : table(
          columns,
          properties.map((property) => [
            verdictText(property.verdict),
            propertyName(property),
            timeText(property),
            reason(property),
          ]),
        ),
    `${heading(counted(document.properties.length, 'property', 'properties'))}: ` +
      `${counts.holds} ${counts.holds === 1 ? 'holds' : 'hold'}, ${counts.violated} violated, ` +
      `${counts.unknown - unreached} unknown, ${counts.vacuous} vacuous` +
      `${unreached === 0 ? '' : `, ${unreached} not reached`}.`,
    earlierText(document.properties),
    document.epsilons === null ? null : epsilonText(document.epsilons),
    unreached === 0
      ? null
      : `${counted(unreached, 'property', 'properties')} not reached; run the same command again.`,
    `Domain: ${document.domain}.`,
    document.arithmetic === 'real'
      ? 'Claims are about exact arithmetic on the stored weights, not about its rounding in a runtime.'
      : 'Claims are about float32 arithmetic, with the additions in any order.',
    reachLine(document.reach),
    trust(properties),
    pictures === null && counterexamples === null && properties.some(isRefuted)
      ? FILES_OF_COUNTEREXAMPLES
      : null,
    pictures === null ? null : pictureText(pictures),
    counterexamples === null ? null : fileText(counterexamples),
    `${interrupted ? 'Interrupted; what was decided is in' : 'Certificate:'} ${certificate.file}`,
    envelope === null ? null : `Signed: ${envelope}`,
  ]);
}

const FILES_OF_COUNTEREXAMPLES =
  'The certificate holds an input that refutes each violated claim: run again with --counterexamples FOLDER for files, or --pictures FOLDER for images.';

function isRefuted({ obligations }: VerifiedProperty): boolean {
  return obligations.some(({ counterexample }) => counterexample !== null);
}

/** An interruption came before anything about it was decided. */
function isUnreached({ verdict, obligations }: VerifiedProperty): boolean {
  return (
    verdict === 'unknown' &&
    obligations.length > 0 &&
    obligations.every(({ open }) => open?.reason === 'interrupted')
  );
}

/** Of this run; what was taken over took none of it. */
function timeText({ obligations }: VerifiedProperty): string {
  const earlier = obligations.filter((obligation) => obligation.earlier).length;
  if (earlier > 0 && earlier === obligations.length) return 'earlier';
  const own = obligations.reduce((sum, one) => sum + (one.earlier ? 0 : one.seconds), 0);
  return earlier === 0 ? seconds(own) : `${seconds(own)}, ${earlier} earlier`;
}

function earlierText(properties: readonly VerifiedProperty[]): string | null {
  const all = properties.flatMap(({ obligations }) => obligations);
  const earlier = all.filter((obligation) => obligation.earlier).length;
  if (earlier === 0) return null;
  return `${integer(earlier)} of ${counted(all.length, 'obligation')} taken over from the earlier certificate, checked again.`;
}

function epsilonText(epsilons: NonNullable<VerifyDocument['epsilons']>): string {
  const right = { align: 'right' } as const;
  const number = (epsilon: number | null): string => (epsilon === null ? 'none' : `${epsilon}`);
  return table(
    [
      { title: 'reference' },
      { title: 'class', ...right },
      { title: 'proved at', ...right },
      { title: 'open at', ...right },
      { title: 'refuted at', ...right },
    ],
    epsilons.map(({ reference, class: label, proved, open, refuted }) => [
      reference,
      `${label}`,
      ...[proved, open, refuted].map(number),
    ]),
  );
}

function pictureText({ files, beside, refusal }: NonNullable<VerifyDocument['pictures']>): string {
  if (refusal !== null) return `No pictures: ${refusal}.`;
  if (files.length === 0) return 'No pictures: there is no counterexample.';
  const rows = files.map((file, k) => {
    const right = beside[k] ?? [];
    return [`  ${file}`, ...right.map((one) => `    beside ${besideText(one)}`)].join('\n');
  });
  if (beside.every(({ length }) => length === 0)) return ['Pictures:', ...rows].join('\n');
  const title = 'Pictures: the counterexample, and right of it the nearest samples that follow the NAPs:';
  return [title, ...rows].join('\n');
}

type Follower = NonNullable<VerifyDocument['pictures']>['beside'][number][number];

function besideText({ class: label, sample, distance }: Follower): string {
  return `${sample} of class ${label}, distance ${short(distance)}`;
}

function fileText(files: readonly string[]): string {
  if (files.length === 0) return 'No files: there is no counterexample.';
  return ['Counterexamples:', ...files.map((file) => `  ${file}`)].join('\n');
}

function reason({ verdict, obligations, scaling }: VerifiedProperty): string {
  switch (verdict) {
    case 'holds':
      if (obligations.length === 0) return 'proved from the graph';
      return `${counted(obligations.length, 'obligation')} proved${
        obligations.some(({ trusted }) => trusted.length > 0) ? ', trusting the solver' : ''
      }`;
    case 'violated': {
      if (scaling !== null) {
        const { source, factor, classes } = scaling;
        return `${source} is class ${classes[0]}, ${factor} times it is class ${classes[1]}`;
      }
      const refuted = obligations.filter((obligation) => obligation.counterexample !== null);
      const first = refuted[0];
      const more = refuted.length > 1 ? ` (and ${refuted.length - 1} more)` : '';
      return first === undefined ? '' : `${first.id}: ${first.counterexample!.source}${more}`;
    }
    case 'vacuous':
      return 'no input of the domain follows the NAP';
    case 'unknown': {
      if (obligations.length === 0)
        return 'the graph does not show it, and no input was found that refutes it';
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
