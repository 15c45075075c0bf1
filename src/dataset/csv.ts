/**
 * Tables of numbers with one column of labels. The separator is a tab in .tsv, else a comma, or a
 * semicolon if the first line has semicolons and no comma. Numbers are read as doubles and kept as such.
 */
import { InputError } from '../util/errors.js';
import { isHeader, isNumeric, labelColumnIndex } from './csv-header.js';
import { type CsvRow, csvRows } from './csv-rows.js';
import { createDataset, type Dataset, type Scale } from './dataset.js';
import { type CheckedLabels, checkLabels } from './labels.js';
import { MAX_CSV_BYTES } from './limits.js';
import { scaleNumbers } from './numeric-samples.js';
import { type FileContent, fileEntry } from './read-file.js';

export interface CsvOptions {
  /** Name or index (from 0; -1 is the last) of the column of labels. */
  readonly labelColumn?: string;
  /** Whether the first row names the columns; by default it is recognised (see `isHeader`). */
  readonly header?: boolean;
  readonly scale?: Scale;
  readonly allowGaps?: boolean;
}

/**
 * A CSV file as a dataset of feature shape [columns - 1]. Labels are integers from 0, or words, which are
 * numbered in the order of their UTF-16 code units and kept as `classNames`.
 * @throws InputError with line and column
 */
export function openCsv(content: FileContent, options: CsvOptions = {}): Dataset {
  const file = content.path;
  try {
    return readTable(content, options);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(file) : error;
  }
}

function readTable(content: FileContent, options: CsvOptions): Dataset {
  const file = content.path;
  const text = decode(content.bytes);
  const rows = csvRows(text, delimiterOf(file, text));
  const top = rows.next().value as CsvRow | undefined;
  const header = top !== undefined && isHeader(top, options.header) ? top : null;
  const first = header === null ? top : (rows.next().value as CsvRow | undefined);
  if (top === undefined || first === undefined) {
    throw new InputError('the dataset is empty', { expected: 'at least one row of data', found: 'none' });
  }
  const columns = top.cells.length;
  if (columns < 2) {
    throw new InputError('a table needs features and labels', {
      place: `line ${top.line}`,
      expected: 'at least two columns',
      found: `one: ${JSON.stringify(top.cells[0]?.slice(0, 40))}`,
    });
  }
  const labelColumn = labelColumnIndex(header, columns, options.labelColumn, top.line);
  const values = new NumberList();
  const labelCells: string[] = [];
  const lines: number[] = [];
  const add = ({ line, cells }: CsvRow): void => {
    if (cells.length !== columns) {
      throw new InputError('a row of another length', {
        place: `line ${line}`,
        expected: `${columns} cells`,
        found: String(cells.length),
      });
    }
    cells.forEach((cell, i) => {
      if (i === labelColumn) labelCells.push(cell);
      else values.push(numberOf(cell, line, i));
    });
    lines.push(line);
  };
  add(first);
  for (const row of rows) add(row);

  const size = columns - 1;
  const place = (i: number): string => {
    const column = (i % size) + (i % size >= labelColumn ? 1 : 0);
    return `line ${lines[Math.floor(i / size)]}, column ${column + 1}`;
  };
  const { samples, scaling, reading } = scaleNumbers(values.take(), options.scale, file, place);
  const { checked, classNames } = labelsOf(labelCells, lines, labelColumn, file, options.allowGaps ?? false);
  return createDataset({
    name: file,
    format: 'csv',
    featureShape: [size],
    ...checked,
    ...(classNames === null ? {} : { classNames }),
    samples,
    scaling,
    files: [fileEntry('table', content)],
    reading: [`label-column=${labelColumn}`, `header=${header !== null}`, reading],
  });
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_CSV_BYTES) {
    throw new InputError('the table is too large', {
      expected: `at most ${MAX_CSV_BYTES} bytes`,
      found: `${bytes.length} bytes`,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError('the table is not text', { expected: 'UTF-8', found: 'other bytes' });
  }
}

function delimiterOf(file: string, text: string): string {
  if (/\.tsv(\.gz)?$/i.test(file)) return '\t';
  const end = text.indexOf('\n');
  const line = end < 0 ? text : text.slice(0, end);
  return !line.includes(',') && line.includes(';') ? ';' : ',';
}

function numberOf(cell: string, line: number, column: number): number {
  const value = isNumeric(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InputError('not a finite number', {
    place: `line ${line}, column ${column + 1}`,
    expected: 'a decimal number',
    found: cell === '' ? 'an empty cell' : JSON.stringify(cell.slice(0, 40)),
  });
}

function labelsOf(
  cells: readonly string[],
  lines: readonly number[],
  column: number,
  file: string,
  allowGaps: boolean,
): { checked: CheckedLabels; classNames: readonly string[] | null } {
  // People count columns as they count lines; the option counts as programs do.
  const place = (i: number): string => `line ${lines[i]}, column ${column + 1} (--label-column ${column})`;
  const empty = cells.indexOf('');
  if (empty >= 0)
    throw new InputError('a sample has no label', { place: place(empty), found: 'an empty cell' });
  if (!cells.some(isNumeric)) {
    const classNames = [...new Set(cells)].sort();
    const number = new Map(classNames.map((name, i) => [name, i]));
    const numbers = cells.map((cell) => number.get(cell)!);
    return { checked: checkLabels(numbers, { file, place }), classNames };
  }
  const odd = cells.findIndex((cell) => !isNumeric(cell));
  if (odd >= 0) {
    throw new InputError('labels are numbers in some rows and words in others', {
      place: place(odd),
      expected: 'an integer, as in other rows',
      found: JSON.stringify(cells[odd]!.slice(0, 40)),
    });
  }
  return { checked: checkLabels(cells.map(Number), { file, place, allowGaps }), classNames: null };
}

/** A growing list of doubles without an object per number. */
class NumberList {
  private data = new Float64Array(1024);
  private length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(2 * this.data.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  take(): Float64Array {
    return this.data.slice(0, this.length);
  }
}
