import type { ExportDocument } from '../documents/export.js';
import { integer } from '../format.js';
import { sections, table } from '../table.js';

export function exportText({ files, exposedModel, meaning }: ExportDocument): string {
  const right = { align: 'right' } as const;
  const program = files.some(({ binaries }) => binaries !== null);
  const number = (value: number | null): string => (value === null ? '' : integer(value));
  return sections([
    table(
      [
        { title: 'obligation' },
        { title: 'variables', ...right },
        ...(program ? [{ title: 'binaries', ...right }] : []),
        { title: 'constraints', ...right },
        ...(program ? [{ title: 'non-zeros', ...right }] : []),
        { title: 'file' },
      ],
      files.map(({ obligation, variables, binaries, constraints, nonZeros, file }) => [
        obligation,
        number(variables),
        ...(program ? [number(binaries)] : []),
        number(constraints),
        ...(program ? [number(nonZeros)] : []),
        file,
      ]),
    ),
    ...(exposedModel === null ? [] : [`The queries are about ${exposedModel.file}.`]),
    `${meaning}.`,
  ]);
}
