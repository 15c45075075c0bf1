import type { MergeDocument } from '../documents/merge.js';
import { counted } from '../format.js';
import { heading, sections, table } from '../table.js';

export function mergeText(document: MergeDocument): string {
  const { certificates, properties, counts, certificate, interrupted } = document;
  const open = properties.filter(({ verdict }) => verdict === 'unknown').map(({ id }) => id);
  return sections([
    table(
      [{ title: 'merged' }, { title: 'obligations', align: 'right' }],
      certificates.map(({ file, decided }) => [file, `${decided}`]),
    ),
    `${heading(counted(properties.length, 'property', 'properties'))}: ` +
      `${counts.holds} ${counts.holds === 1 ? 'holds' : 'hold'}, ${counts.violated} violated, ` +
      `${counts.unknown} unknown, ${counts.vacuous} vacuous.`,
    open.length === 0
      ? null
      : `Open: ${open.join(', ')}. \`napcert verify -o\` on the merged certificate goes on.`,
    interrupted ? interruptedText(open.length) : null,
    `Certificate: ${certificate.file}`,
  ]);
}

function interruptedText(open: number): string {
  return open === 0
    ? 'Every run that is merged was interrupted, and so is the merged certificate: it decides what they list.'
    : 'A run that is merged was interrupted, and no other one decides all that it left open.';
}
