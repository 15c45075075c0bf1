/** The text of a query and where things stand in it; every error of the reader names line and column. */
import { InputError } from '../../util/errors.js';

export interface Source {
  readonly text: string;
  /** As the user named it. */
  readonly file: string;
}

/** Offset of the first character of what is meant, counted in UTF-16 units. */
export type Offset = number;

/** `line 3, column 7`, both counted from 1. */
export function placeOf({ text }: Source, at: Offset): string {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return `line ${line}, column ${at - start + 1}`;
}

/** An error at a place of the query. */
export function faultAt(
  source: Source,
  at: Offset,
  message: string,
  expected: string,
  found: string,
): InputError {
  return new InputError(message, { file: source.file, place: placeOf(source, at), expected, found });
}

/** Text of the input for a message: quoted, and short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
