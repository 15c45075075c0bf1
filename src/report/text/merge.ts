import type { MergeDocument } from '../documents/merge.js';
import { counted } from '../format.js';
import { heading, sections, table } from '../table.js';

export function mergeText(document: MergeDocument): string {
  const { certificates, properties, counts, certificate } = document;
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
    `Certificate: ${certificate.file}`,
  ]);
}
