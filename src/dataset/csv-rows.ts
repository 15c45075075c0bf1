/** Rows of delimited text after RFC 4180: quoted cells, doubled quotes, CRLF or LF; empty lines are skipped. */
import { InputError } from '../util/errors.js';

export interface CsvRow {
  /** Line on which the row begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Yields row by row; unquoted cells are trimmed.
 * @throws InputError (without a file name) on an unclosed quote or text after a closing quote
 */
export function* csvRows(text: string, delimiter: string): Generator<CsvRow> {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let at = start;
  let line = 1;
  while (at < text.length) {
    const row: string[] = [];
    const first = line;
    let quotedRow = false;
    for (;;) {
      if (text[at] === '"') {
        quotedRow = true;
        const quoted = quotedCell(text, at, line, row.length + 1);
        row.push(quoted.cell);
        at = quoted.end;
        line = quoted.line;
      } else {
        const end = cellEnd(text, at, delimiter);
        row.push(text.slice(at, end).trim());
        at = end;
      }
      const next = text[at];
      if (next === delimiter) {
        at++;
        continue;
      }
      if (next === '\r' && text[at + 1] === '\n') at += 2;
      else if (next === '\n') at++;
      else if (next !== undefined) {
        throw new InputError('text after a closing quote', {
          place: `line ${line}, column ${row.length}`,
          expected: `${JSON.stringify(delimiter)} or the end of the line`,
          found: JSON.stringify(text.slice(at, at + 10)),
        });
      }
      line++;
      break;
    }
    if (row.length > 1 || row[0] !== '' || quotedRow) yield { line: first, cells: row };
  }
}

function cellEnd(text: string, from: number, delimiter: string): number {
  let at = from;
  for (; at < text.length; at++) {
    const char = text[at]!;
    if (char === delimiter || char === '\n' || (char === '\r' && text[at + 1] === '\n')) break;
  }
  return at;
}

function quotedCell(
  text: string,
  from: number,
  startLine: number,
  column: number,
): { cell: string; end: number; line: number } {
  let line = startLine;
  let cell = '';
  let at = from + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) {
      throw new InputError('a quote is never closed', {
        place: `line ${startLine}, column ${column}`,
        expected: 'a closing "',
        found: 'the end of the file',
      });
    }
    const piece = text.slice(at, close);
    for (const char of piece) if (char === '\n') line++;
    cell += piece;
    if (text[close + 1] !== '"') return { cell, end: close + 1, line };
    cell += '"';
    at = close + 2;
  }
}
