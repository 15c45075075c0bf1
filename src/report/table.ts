/** Plain text tables for terminals: aligned columns, no frames, ready for `grep` and for narrow windows. */
import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';

export interface Column {
  readonly title: string;
  /** Numbers are aligned right. Default: left. */
  readonly align?: 'left' | 'right';
}

let terminalWidth = Number.POSITIVE_INFINITY;

/** Columns of the terminal that tables are for; without one (a pipe, a file) rows stay on one line each. */
export function setTableWidth(columns: number | undefined): void {
  terminalWidth = columns ?? Number.POSITIVE_INFINITY;
}

/** Below this a table that is too wide becomes a list: on wider terminals a broken line reads better. */
const NARROW = 60;

/** Lines of a table, each indented by two spaces and without trailing blanks, joined by newlines. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) =>
    Math.max(visibleLength(column.title), ...rows.map((row) => visibleLength(row[i] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + 2, 0);
  if (terminalWidth < NARROW && total > terminalWidth) return stacked(columns, rows);
  const line = (cells: readonly string[]): string =>
    `  ${columns.map((column, i) => pad(cells[i] ?? '', widths[i]!, column.align)).join('  ')}`.trimEnd();
  return [chalk.bold(line(columns.map((column) => column.title))), ...rows.map(line)].join('\n');
}

/** A row as lines `title  value`, rows apart by an empty line. */
function stacked(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...columns.map(({ title }) => title.length));
  return rows
    .map((cells) =>
      columns
        .flatMap(({ title }, i) =>
          (cells[i] ?? '') === '' ? [] : [`  ${chalk.dim(title.padEnd(width))}  ${cells[i]}`],
        )
        .join('\n'),
    )
    .join('\n\n');
}

/** Lines `  name   value`, values aligned; pairs without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string | null])[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${chalk.dim(name.padEnd(width))}  ${value}`).join('\n');
}

export function heading(text: string): string {
  return chalk.bold(text);
}

/** Non-empty parts, separated by an empty line. */
export function sections(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

function pad(text: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - visibleLength(text)));
  return align === 'right' ? blanks + text : text + blanks;
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
