/** The first row of a CSV file and the column of labels. */
import { InputError } from '../util/errors.js';
import type { CsvRow } from './csv-rows.js';

const LABEL_NAMES = ['label', 'class', 'target', 'species'];

/** A decimal number; NaN, infinity, hexadecimal and empty text are none. */
export function isNumeric(cell: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell);
}

/**
 * Whether the first row is a header: it has no number in it, or a cell that says `label`, `class`,
 * `target` or `species`.
 * @throws InputError for 0, 1, 2, ... (a header that a table library invents, or data?), when not told
 */
export function isHeader(row: CsvRow, told: boolean | undefined): boolean {
  if (told !== undefined) return told;
  const { cells } = row;
  if (cells.some((cell) => isLabelName(cell))) return true;
  if (cells.length >= 3 && cells.every((cell, i) => cell === String(i))) {
    throw new InputError('the first row counts 0, 1, 2, ...: column names or a sample?', {
      place: `line ${row.line}`,
      expected: 'names of columns, or data',
      found: `${cells.slice(0, 3).join(', ')}, ...`,
    });
  }
  return !cells.some(isNumeric);
}

/**
 * Index of the column of labels: the wanted name (with a header) or index (from 0, -1 is the last); by
 * default the one column named label, class, target or species, else the last.
 * @throws InputError when there is no such column, several, or a column without a name or of equal name
 */
export function labelColumnIndex(
  header: CsvRow | null,
  columns: number,
  wanted: string | undefined,
  line: number,
): number {
  if (header !== null) checkNames(header);
  const names = header?.cells ?? [];
  if (wanted === undefined) {
    const found = names.flatMap((name, i) => (isLabelName(name) ? [i] : []));
    if (found.length > 1) {
      throw new InputError('several columns could be the labels', {
        place: `line ${line}`,
        expected: 'a choice (--label-column)',
        found: found.map((i) => names[i]).join(', '),
      });
    }
    return found[0] ?? columns - 1;
  }
  const named = names.indexOf(wanted);
  if (named >= 0) return named;
  const index = /^-?\d{1,9}$/.test(wanted) ? Number(wanted) : Number.NaN;
  const column = index < 0 ? columns + index : index;
  if (column >= 0 && column < columns) return column;
  throw new InputError('there is no such label column', {
    place: '--label-column',
    expected:
      header === null
        ? `an index from ${-columns} to ${columns - 1}`
        : `one of ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}`,
    found: wanted,
  });
}

function isLabelName(cell: string): boolean {
  return LABEL_NAMES.includes(cell.toLowerCase());
}

function checkNames(header: CsvRow): void {
  const seen = new Set<string>();
  header.cells.forEach((name, i) => {
    if (name !== '' && !seen.has(name)) {
      seen.add(name);
      return;
    }
    throw new InputError(
      name === '' ? 'a column has no name (a column of row numbers?)' : 'two columns have one name',
      {
        place: `line ${header.line}, column ${i + 1}`,
        expected: 'a different name for every column',
        found: JSON.stringify(name),
      },
    );
  });
}
