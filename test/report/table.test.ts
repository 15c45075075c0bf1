/** Tables on narrow terminals. */
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { setTableWidth, table } from '../../src/report/table.js';

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
