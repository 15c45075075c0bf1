/** Tables on narrow terminals. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { facts, sections, setTableWidth, table } from '../../src/report/table.js';

afterEach(() => setTableWidth(undefined));

const COLUMNS = [{ title: 'verdict' }, { title: 'property' }, { title: 'why' }];
const ROWS = [
  ['holds', 'non-misclassification/0', '9 obligations proved'],
  ['violated', 'non-misclassification/1', 'x'],
];
const lines = () => stripVTControlCharacters(table(COLUMNS, ROWS)).split('\n');

describe('table', () => {
  it('has a line per row in a pipe and on a wide terminal', () => {
    expect(lines()).toHaveLength(3);
    setTableWidth(80);
    expect(lines()).toHaveLength(3);
  });

  it('becomes a list at 40 columns, no line longer, nothing lost', () => {
    setTableWidth(40);
    expect(Math.max(...lines().map((line) => line.length))).toBeLessThanOrEqual(40);
    for (const cell of ROWS.flat()) expect(lines().join('\n')).toContain(cell);
  });

  it('stays a table where it fits', () => {
    setTableWidth(40);
    expect(table([{ title: 'a' }, { title: 'b' }], [['1', '2']]).split('\n')).toHaveLength(2);
  });
});

const WIDTHS = [60, 80, 120] as const;
const plain = (text: string) => stripVTControlCharacters(text).split('\n');

describe.each(WIDTHS)('at %i columns', (width) => {
  it('texts break between words, in their own column', () => {
    setTableWidth(width);
    const why =
      'no input that follows the pattern was found, and the search ran out of its time before it was done';
    const shown = plain(
      table(COLUMNS, [
        ['unknown', 'non-misclassification/0', why],
        ['holds', 'x', 'y'],
      ]),
    );
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(width);
    const at = shown[0]!.indexOf('why');
    const body = shown.slice(
      1,
      shown.findIndex((line) => line.startsWith('  holds')),
    );
    expect(body.map((line) => line.slice(at).trim()).join(' ')).toBe(why);
    expect(body.slice(1).every((line) => line.slice(0, at).trim() === '')).toBe(true);
  });

  it('many numbers become several tables, each with the first column, nothing broken or lost', () => {
    setTableWidth(width);
    const titles = ['class', ...Array.from({ length: 14 }, (_, i) => `title ${i} of it`)];
    const rows = [0, 1, 2].map((row) => titles.map((_, i) => (i === 0 ? `c${row}` : `${row}${i}.25 %`)));
    const text = table(
      titles.map((title) => ({ title, align: 'right' as const })),
      rows,
    );
    expect(Math.max(...plain(text).map((line) => line.length))).toBeLessThanOrEqual(width);
    for (const [row, cells] of rows.entries()) {
      const found = plain(text).filter((line) => line.trim().startsWith(`c${row} `));
      expect(found.length).toBe(plain(text).filter((line) => line.includes('class')).length);
      expect(found.flatMap((line) => line.trim().split(/ {2,}/).slice(1))).toEqual(cells.slice(1));
    }
  });

  it('columns that are keys are in each of the tables, the others in one', () => {
    setTableWidth(width);
    const titles = ['state', 'model', 'about', ...Array.from({ length: 12 }, (_, i) => `t${i}`)];
    const columns = titles.map((title, i) =>
      i === 1 || i === 2 ? { title, key: true as const } : { title },
    );
    const cells = titles.map((_, i) => `value-${i}-of-it`);
    const shown = plain(table(columns, [cells])).filter((line) => line.includes('value'));
    expect(shown.length).toBeGreaterThan(1);
    for (const line of shown) for (const i of [1, 2]) expect(line).toContain(cells[i]);
    for (const i of [0, 3, 8, 14]) expect(shown.join(' ').split(`${cells[i]}`)).toHaveLength(2);
  });

  it('values of facts go on under their beginning; sentences and headings wrap, command lines do not', () => {
    setTableWidth(width);
    const long = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
    const command = `  napcert check ${'x'.repeat(130)} --model y`;
    const shown = plain(sections([facts([['name', long]]), `  ${long}`, `Heading  ${long}`, command]));
    expect(shown).toContain(command);
    expect(
      Math.max(...shown.filter((line) => line !== command).map((line) => line.length)),
    ).toBeLessThanOrEqual(width);
    const [first, ...rest] = shown.slice(0, shown.indexOf(''));
    expect(first).toMatch(/^ {2}name {2}word0 /);
    expect(rest.every((line) => line.startsWith('        word'))).toBe(true);
  });
});

describe('a word that is wider than everything', () => {
  it('stays whole: people copy paths', () => {
    setTableWidth(60);
    const path = `folder/${'x'.repeat(80)}.onnx`;
    expect(table(COLUMNS, [['holds', path, 'because']])).toContain(path);
    expect(facts([['model', path]])).toContain(path);
  });
});

describe('a table that is cut', () => {
  it('has parts of about as many columns: none with one that was left over', () => {
    setTableWidth(80);
    const columns = Array.from({ length: 12 }, (_, i) => ({ title: `c${i}` }));
    const cells = columns.map((_, i) => `v${i}`.padEnd(5, 'x'));
    const counts = plain(table(columns, [cells]))
      .filter((line) => line.includes('v0'))
      .map((line) => line.trim().split(/ {2,}/).length - 1);
    expect(counts).toEqual([6, 5]);
  });
});
