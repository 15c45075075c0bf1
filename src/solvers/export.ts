/**
 * A linear model as CPLEX LP or free MPS text, for people with another solver. Numbers are the shortest decimals
 * that read back as the same doubles; every bound is written, because the formats' defaults (x >= 0) differ.
 */
import { assertWellFormed } from './guard.js';
import type { LinearModel } from './solver.js';

interface Names {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

/** CPLEX LP format. Throws an Error for a malformed model or a number that is not one. */
export function toLp(model: LinearModel): string {
  assertExportable(model);
  const names = namesOf(model);
  const { columns } = names;
  const lines = [
    '\\ minimise; written by napcert',
    'Minimize',
    ` obj: ${expression(costTerms(model), columns)}`,
  ];
  lines.push('Subject To');
  for (let i = 0; i < model.rows; i++) {
    const body = expression(rowTerms(model, i), columns);
    const [lower, upper] = [model.rowLower[i]!, model.rowUpper[i]!];
    const name = names.rows[i]!;
    // Two rows: not every reader takes "lower <= row <= upper".
    if (lower === upper) lines.push(` ${name}: ${body} = ${number(lower)}`);
    else {
      const both = lower !== -Infinity && upper !== Infinity;
      if (lower !== -Infinity) lines.push(` ${name}${both ? '_lo' : ''}: ${body} >= ${number(lower)}`);
      if (upper !== Infinity) lines.push(` ${name}${both ? '_up' : ''}: ${body} <= ${number(upper)}`);
    }
  }
  lines.push('Bounds');
  for (let j = 0; j < model.columns; j++)
    lines.push(` ${lpBound(columns[j]!, model.lower[j]!, model.upper[j]!)}`);
  const integers = columns.filter((_, j) => model.integer[j] !== 0);
  if (integers.length > 0) lines.push('Generals');
  for (const name of integers) lines.push(` ${name}`);
  lines.push('End', '');
  return lines.join('\n');
}

/** Free MPS format. Throws an Error for a malformed model or a number that is not one. */
export function toMps(model: LinearModel): string {
  assertExportable(model);
  const names = namesOf(model);
  const lines = ['NAME napcert', 'ROWS', ' N obj'];
  const rows = mpsRows(model, names.rows);
  for (const row of rows) lines.push(` ${row.type} ${row.name}`);
  lines.push('COLUMNS');
  // One at a time: a line per coefficient is more than a call takes as arguments.
  for (const line of mpsColumns(model, names.columns, rows)) lines.push(line);
  lines.push('RHS');
  for (const row of rows) if (row.type !== 'N') lines.push(` rhs ${row.name} ${number(row.rhs)}`);
  lines.push('BOUNDS');
  for (let j = 0; j < model.columns; j++) {
    for (const [type, value] of mpsBounds(model.lower[j]!, model.upper[j]!)) {
      lines.push(` ${type} bnd ${names.columns[j]}${value === null ? '' : ` ${number(value)}`}`);
    }
  }
  lines.push('ENDATA', '');
  return lines.join('\n');
}

type Term = readonly [column: number, coefficient: number];

function costTerms(model: LinearModel): Term[] {
  return Array.from(model.cost, (c, j): Term => [j, c]).filter(([, c]) => c !== 0);
}

function rowTerms(model: LinearModel, row: number): Term[] {
  const terms: Term[] = [];
  for (let k = model.rowStart[row]!; k < model.rowStart[row + 1]!; k++)
    terms.push([model.col[k]!, model.value[k]!]);
  return terms;
}

/** Line-broken sum; an empty one is written with a zero coefficient, since readers want a variable. */
function expression(terms: readonly Term[], columns: readonly string[]): string {
  const written = terms.length > 0 ? terms : [[0, 0] as const];
  return written
    .map(
      ([j, a], k) => `${k % 8 === 7 ? '\n  ' : ''}${a < 0 ? '-' : '+'} ${number(Math.abs(a))} ${columns[j]}`,
    )
    .join(' ');
}

function lpBound(name: string, lower: number, upper: number): string {
  if (lower === -Infinity && upper === Infinity) return `${name} free`;
  if (lower === upper) return `${name} = ${number(lower)}`;
  const low = lower === -Infinity ? '-inf' : number(lower);
  return upper === Infinity ? `${name} >= ${low}` : `${low} <= ${name} <= ${number(upper)}`;
}

interface MpsRow {
  readonly source: number;
  readonly name: string;
  readonly type: 'E' | 'G' | 'L' | 'N';
  readonly rhs: number;
}

/** A row with two different finite bounds becomes two: a RANGES entry is a difference, whose rounding may cut. */
function mpsRows(model: LinearModel, names: readonly string[]): MpsRow[] {
  return names.flatMap((name, source): MpsRow[] => {
    const [lower, upper] = [model.rowLower[source]!, model.rowUpper[source]!];
    if (lower === upper) return [{ source, name, type: 'E', rhs: lower }];
    if (lower === -Infinity && upper === Infinity) return [{ source, name, type: 'N', rhs: 0 }];
    if (upper === Infinity) return [{ source, name, type: 'G', rhs: lower }];
    if (lower === -Infinity) return [{ source, name, type: 'L', rhs: upper }];
    return [
      { source, name: `${name}_lo`, type: 'G', rhs: lower },
      { source, name: `${name}_up`, type: 'L', rhs: upper },
    ];
  });
}

function mpsColumns(model: LinearModel, columns: readonly string[], rows: readonly MpsRow[]): string[] {
  const entries: string[][] = Array.from(columns, () => []);
  for (const [j, c] of costTerms(model)) entries[j]!.push(`obj ${number(c)}`);
  for (const row of rows) {
    for (const [j, a] of rowTerms(model, row.source)) entries[j]!.push(`${row.name} ${number(a)}`);
  }
  const lines: string[] = [];
  let marked = false;
  entries.forEach((own, j) => {
    const integral = model.integer[j] !== 0;
    if (integral !== marked) lines.push(` m${j} 'MARKER' ${integral ? "'INTORG'" : "'INTEND'"}`);
    marked = integral;
    for (const entry of own.length > 0 ? own : ['obj 0']) lines.push(` ${columns[j]} ${entry}`);
  });
  if (marked) lines.push(" mend 'MARKER' 'INTEND'");
  return lines;
}

function mpsBounds(lower: number, upper: number): (readonly [string, number | null])[] {
  if (lower === -Infinity && upper === Infinity) return [['FR', null]];
  if (lower === upper) return [['FX', lower]];
  const low = lower === -Infinity ? (['MI', null] as const) : (['LO', lower] as const);
  return upper === Infinity ? [low, ['PL', null]] : [low, ['UP', upper]];
}

function namesOf(model: LinearModel): Names {
  return {
    columns: sanitise(model.columnNames, model.columns, 'x'),
    rows: sanitise(model.rowNames, model.rows, 'r'),
  };
}

/**
 * Names that every reader takes: letters, digits and underscores, at most 64 of them, unique, and not to be taken
 * for a number (`e12`) or a keyword (`free`): a name that would not be safe as it stands gets a prefix.
 */
function sanitise(given: readonly string[] | undefined, count: number, letter: string): string[] {
  const used = new Set<string>();
  return Array.from({ length: count }, (_, k) => {
    const plain = (given?.[k] ?? `${letter}${k}`).replace(/[^A-Za-z0-9_]/g, '_').slice(0, 64);
    const base = /^(?!e)[a-z](\d+|[a-z]*\d*_\w*)$/.test(plain) ? plain : `${letter}_${plain}`;
    let name = base;
    for (let copy = 2; [name, `${name}_lo`, `${name}_up`].some((n) => used.has(n)); copy++)
      name = `${base}_${copy}`;
    used.add(name).add(`${name}_lo`).add(`${name}_up`);
    return name;
  });
}

/** The shortest decimal that reads back as the same double. */
function number(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}

function assertExportable(model: LinearModel): void {
  assertWellFormed(model);
  for (const array of [model.cost, model.value]) {
    if (!array.every(Number.isFinite)) throw new Error('linear model: a cost or coefficient is not finite');
  }
  for (const [lower, upper] of [
    [model.lower, model.upper],
    [model.rowLower, model.rowUpper],
  ] as const) {
    if (!lower.every((l, k) => l <= upper[k]!)) throw new Error('linear model: crossed bounds or NaN');
  }
}
