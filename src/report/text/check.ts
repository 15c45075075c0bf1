import type { CheckDocument } from '../documents/check.js';
import { counted } from '../format.js';
import { propertyName } from '../property-name.js';
import { facts, sections, table } from '../table.js';
import { verdictText } from '../verdict-style.js';

/** Holes listed one by one; `--json` has them all. */
const SHOWN = 10;

/** The first line is the verdict, one word. */
export function checkText(document: CheckDocument): string {
  const { verdict, properties, rejection, holes, signature } = document;
  const rows = properties.map((property) => [
    verdictText(property.verdict),
    propertyName(property),
    verdictText(property.claimed),
    property.holes.length === 0 ? '' : counted(property.holes.length, 'hole'),
  ]);
  return sections([
    verdictText(verdict),
    rejection?.place === 'model.sha256'
      ? `Another model was given: ${document.model.file} is not the model that this certificate is about.`
      : null,
    rejection === null
      ? null
      : facts([
          ['rejected at', rejection.place],
          ['rule', rejection.rule],
          ['expected', rejection.expected],
          ['found', rejection.found],
        ]),
    signature?.verified === true ? `Signed by key ${signature.keyid}.` : null,
    rows.length === 0
      ? null
      : table([{ title: 'check' }, { title: 'property' }, { title: 'claimed' }, { title: '' }], rows),
    rows.length === 0 ? null : claimText(document),
    document.interrupted === true ? interruptedText(document) : null,
    holes.length === 0 ? null : holeText(holes),
  ]);
}

/** How a claim names a point (spec/property.ts): by a label, and by the SHA-256 of its numbers. */
const POINT = /\((?:point|digest) [0-9a-f]{12}/;

/** The claims in full: a name alone can be anything. */
function claimText({ properties, domain, arithmetic }: CheckDocument): string {
  const claims = properties.map(
    ({ id, claim, claimed, verdict }) =>
      // What is violated is refuted, and must not read like a statement.
      `  ${id}: ${verdict === 'invalid' ? 'not shown: ' : ''}${claimed}. ${claimed === 'violated' ? `Not true: ${claim}` : claim}`,
  );
  const about =
    arithmetic === 'real' ? 'exact arithmetic on the stored weights' : 'float32, additions in any order';
  return [
    'Claims:',
    ...claims,
    `Domain: ${domain}. Arithmetic: ${about}.`,
    ...(claims.some((claim) => POINT.test(claim))
      ? [
          'Names of points are labels of whoever wrote the certificate; the digits behind them are of the numbers checked.',
        ]
      : []),
  ].join('\n');
}

function interruptedText({ properties }: CheckDocument): string {
  const open = properties.filter(({ claimed }) => claimed === 'unknown').length;
  const what = `The run that wrote it was interrupted: it decides ${properties.length - open} of ${counted(properties.length, 'property', 'properties')}.`;
  return open === 0 ? what : `${what} \`napcert verify -o\` on it goes on.`;
}

function holeText(holes: readonly string[]): string {
  const shown = holes.slice(0, SHOWN).map((hole) => `  ${hole}`);
  const rest = holes.length > SHOWN ? [`  ... and ${holes.length - SHOWN} more`] : [];
  return ['Taken on trust, in the words of the certificate:', ...shown, ...rest].join('\n');
}
