/** The results of a run, as the competition's scripts write them: `category,onnx,vnnlib,prepare,result,seconds`. */
import { csvRows } from '../../dataset/csv-rows.js';
import { readContent } from '../../dataset/read-file.js';
import { InputError } from '../../util/errors.js';
import { writeOutput } from '../output-file.js';

export const RESULT_WORDS = ['unsat', 'sat', 'timeout', 'unknown', 'error'] as const;
export type ResultWord = (typeof RESULT_WORDS)[number];

export interface ResultRow {
  readonly category: string;
  readonly onnx: string;
  readonly vnnlib: string;
  readonly result: ResultWord;
  /** Reading the files included; nothing is prepared before. */
  readonly seconds: number;
}

const MAX_RESULT_BYTES = 1 << 26;

/** @throws InputError for a file that holds anything but results */
export async function readResults(path: string): Promise<ResultRow[]> {
  const { bytes } = await readContent(path, MAX_RESULT_BYTES);
  const rows: ResultRow[] = [];
  const refuse = (line: number, found: string): InputError =>
    new InputError('the output holds something other than results', {
      file: path,
      place: `line ${line}`,
      expected: 'category,onnx,vnnlib,prepare,result,seconds; or --fresh, to replace the file',
      found: JSON.stringify(found.slice(0, 200)),
    });
  try {
    for (const { line, cells } of csvRows(Buffer.from(bytes).toString('utf8'), ',')) {
      const [category, onnx, vnnlib, , word, time] = cells;
      const result = RESULT_WORDS.find((known) => known === word);
      const seconds = /^\d{1,12}(\.\d{1,12})?$/.test(time ?? '') ? Number(time) : Number.NaN;
      if (cells.length !== 6 || result === undefined || Number.isNaN(seconds))
        throw refuse(line, cells.join(','));
      rows.push({ category: category!, onnx: onnx!, vnnlib: vnnlib!, result, seconds });
    }
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
  return rows;
}

export function writeResults(path: string, rows: readonly ResultRow[]): void {
  const lines = rows.map(({ category, onnx, vnnlib, result, seconds }) =>
    [category, onnx, vnnlib, '0', result, seconds.toFixed(3)].map(cell).join(','),
  );
  writeOutput(path, lines.map((line) => `${line}\n`).join(''));
}

/** Rows are the same question if all their names are. */
export function questionOf({
  category,
  onnx,
  vnnlib,
}: Pick<ResultRow, 'category' | 'onnx' | 'vnnlib'>): string {
  return JSON.stringify([category, onnx, vnnlib]);
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
