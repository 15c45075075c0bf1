import type { ExportDocument } from '../documents/export.js';
import { integer } from '../format.js';
import { sections, table } from '../table.js';

export function exportText(document: ExportDocument): string {
  const right = { align: 'right' } as const;
  return sections([
    table(
      [
        { title: 'obligation' },
        { title: 'columns', ...right },
        { title: 'binaries', ...right },
        { title: 'rows', ...right },
        { title: 'non-zeros', ...right },
        { title: 'file' },
      ],
      document.files.map((file) => [
        file.obligation,
        integer(file.columns),
        integer(file.binaries),
        integer(file.rows),
        integer(file.nonZeros),
        file.file,
      ]),
    ),
    `${document.meaning}.`,
  ]);
}
