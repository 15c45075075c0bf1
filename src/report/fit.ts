/** Text and columns that have to fit a width. Widths are what a terminal shows: escape sequences count nothing. */
import { stripVTControlCharacters } from 'node:util';

export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Words; a number and its `%` are one, and so is what stands two blanks apart. */
function wordsOf(text: string): string[] {
  return text.split(/(?<! ) (?![ %])/);
}

export function longestWord(text: string): number {
  return Math.max(0, ...wordsOf(text).map(visibleLength));
}

/** Lines of at most `width` columns where words allow it; a word is never broken. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of wordsOf(text)) {
    if (line === null) line = word;
    else if (visibleLength(line) + 1 + visibleLength(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line ?? ''];
}

/** Rows of columns, which fit as well as they can, and command lines, which people copy. */
const KEPT = /^ +\S.* {2}\S|^ *(\$ )?napcert /;

/** A line that is too long goes on under its own beginning. */
export function wrapLines(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  return text
    .split('\n')
    .flatMap((line) => {
      if (visibleLength(line) <= width || KEPT.test(line)) return [line];
      const indent = /^ */.exec(line)![0];
      return wrapWords(line.slice(indent.length), width - indent.length).map((part) => `${indent}${part}`);
    })
    .join('\n');
}

/** What a column can be: from the least to the most that it has a use for. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Widths of columns that are together at most `room` wide, the widest giving way first; null where nothing fits. */
export function fitWidths(ranges: readonly Range[], room: number): number[] | null {
  const widths = ranges.map(({ most }) => most);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [i, { least }] of ranges.entries()) {
      if (widths[i]! > least && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    }
    if (widest < 0) return null;
    widths[widest]!--;
    excess--;
  }
  return widths;
}
