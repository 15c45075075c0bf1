/** Plain text tables for terminals: aligned columns, no frames, ready for `grep` and for narrow windows. */
import chalk from 'chalk';
import { fitWidths, longestWord, type Range, visibleLength, wrapLines, wrapWords } from './fit.js';

export interface Column {
  readonly title: string;
  /** Numbers are aligned right. Default: left. */
  readonly align?: 'left' | 'right';
  /** Says what a row is about: where columns become several tables, each has it. Default: the first column's. */
  readonly key?: true;
}

let terminalWidth = Number.POSITIVE_INFINITY;

/** Columns of the terminal that tables are for; without one (a pipe, a file) rows stay on one line each. */
export function setTableWidth(columns: number | undefined): void {
  terminalWidth = columns ?? Number.POSITIVE_INFINITY;
}

/** Tables of fewer columns read better as a list than cut in two. */
const FEW = 6;

/** Text is not squeezed into less than this. */
const LEAST_TEXT = 16;

type Rows = readonly (readonly string[])[];

/**
 * Lines of a table, each indented by two spaces and without trailing blanks, joined by newlines. Where it is too wide for
 * the terminal, titles and texts break into lines; where that is not enough, many columns become several tables that
 * each have the keys, and few columns a list.
 */
export function table(columns: readonly Column[], rows: Rows): string {
  const ranges = columns.map((column, i) => rangeOf(column, rows, i));
  const whole = fitted(ranges);
  if (whole !== null) return lines(columns, rows, whole);
  if (columns.length < FEW) return stacked(columns, rows);
  const flagged = [...columns.keys()].filter((i) => columns[i]!.key === true);
  const keys = flagged.length === 0 ? [0] : flagged;
  const others = [...columns.keys()].filter((i) => !keys.includes(i));
  const withKeys = (part: readonly number[]): number[] => [...keys, ...part].sort((a, b) => a - b);
  const fits = (part: readonly number[]): boolean => fitted(withKeys(part).map((i) => ranges[i]!)) !== null;
  const greedy = cut(others, others.length, fits);
  if (greedy === null) return stacked(columns, rows);
  // As many tables as it takes, and none of them with the crumbs.
  const even = cut(others, Math.ceil(others.length / greedy.length), fits);
  const parts = even?.length === greedy.length ? even : greedy;
  return parts
    .map((part) => {
      const own = withKeys(part);
      return lines(
        own.map((i) => columns[i]!),
        rows.map((cells) => own.map((i) => cells[i] ?? '')),
        fitted(own.map((i) => ranges[i]!))!,
      );
    })
    .join('\n\n');
}

/** Columns in runs that fit, each of them as long as can be up to `most`; null where a single one does not fit. */
function cut(
  columns: readonly number[],
  most: number,
  fits: (part: readonly number[]) => boolean,
): readonly (readonly number[])[] | null {
  const parts: number[][] = [];
  for (const column of columns) {
    const last = parts.at(-1);
    if (last !== undefined && last.length < most && fits([...last, column])) last.push(column);
    else if (fits([column])) parts.push([column]);
    else return null;
  }
  return parts;
}

/** Cells of numbers are not broken, their titles are. */
function rangeOf({ title, align }: Column, rows: Rows, at: number): Range {
  const cells = rows.map((row) => row[at] ?? '');
  const wide = Math.max(0, ...cells.map(visibleLength));
  const most = Math.max(visibleLength(title), wide);
  const word = Math.max(0, ...cells.map(longestWord));
  const cell = align === 'right' ? wide : Math.max(word, Math.min(wide, LEAST_TEXT));
  return { least: Math.max(longestWord(title), cell), most };
}

function fitted(ranges: readonly Range[]): number[] | null {
  return fitWidths(ranges, terminalWidth - 2 * ranges.length);
}

function lines(columns: readonly Column[], rows: Rows, widths: readonly number[]): string {
  const row = (cells: readonly string[]): string => {
    const broken = columns.map((_, i) => wrapWords(cells[i] ?? '', widths[i]!));
    const height = Math.max(1, ...broken.map(({ length }) => length));
    return Array.from({ length: height }, (_, k) =>
      `  ${columns.map(({ align }, i) => pad(broken[i]![k] ?? '', widths[i]!, align)).join('  ')}`.trimEnd(),
    ).join('\n');
  };
  const head = row(columns.map(({ title }) => title)).split('\n');
  return [...head.map((line) => chalk.bold(line)), ...rows.map(row)].join('\n');
}

/** A row as lines `title  value`, rows apart by an empty line. */
function stacked(columns: readonly Column[], rows: Rows): string {
  return rows
    .map((cells) =>
      pairs(
        columns.map(({ title }, i) => [title, cells[i] ?? ''] as const).filter(([, cell]) => cell !== ''),
      ),
    )
    .join('\n\n');
}

/** Values under each other; a long one goes on under its own beginning. */
function pairs(shown: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  const under = `\n${' '.repeat(width + 4)}`;
  return shown
    .map(([name, value]) => {
      const parts = wrapWords(value, terminalWidth - width - 4);
      return `  ${chalk.dim(name.padEnd(width))}  ${parts.join(under)}`;
    })
    .join('\n');
}

/** Lines `  name   value`, values aligned; pairs without a value are left out. */
export function facts(given: readonly (readonly [name: string, value: string | null])[]): string {
  return pairs(given.filter((pair): pair is readonly [string, string] => pair[1] !== null));
}

export function heading(text: string): string {
  return chalk.bold(text);
}

/** Non-empty parts, separated by an empty line, in lines that fit the terminal where words allow it. */
export function sections(parts: readonly (string | null)[]): string {
  return wrapLines(parts.filter((part) => part !== null && part !== '').join('\n\n'), terminalWidth);
}

function pad(text: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - visibleLength(text)));
  return align === 'right' ? blanks + text : text + blanks;
}
