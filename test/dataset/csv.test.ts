import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OpenDatasetOptions, openDataset } from '../../src/dataset/open-dataset.js';
import { refusal, tempFolder } from './files.js';

const { write } = tempFolder();
let written = 0;
const table = (text: string | Uint8Array, ending = 'csv') => write(`${written++}.${ending}`, text);

describe('CSV', () => {
  it('reads names of columns, doubles and words as labels in sorted order', async () => {
    const text = 'length,width,species\n5.1,3.5,setosa\n7,3.2e-1,virginica\n-.5,+2.,setosa\n0,0,iris b\n';
    const data = await openDataset(table(text));
    expect([data.count, data.featureShape, data.classes]).toEqual([4, [2], 3]);
    expect(data.classNames).toEqual(['iris b', 'setosa', 'virginica']);
    expect([...data.labels]).toEqual([1, 2, 1, 0]);
    expect([...data.batch(0, 4)]).toEqual([5.1, 3.5, 7, 0.32, -0.5, 2, 0, 0]);
  });

  it('reads data without a header, the last column being the labels', async () => {
    const data = await openDataset(table('1,2,0\r\n3,4,1\r\n\r\n'));
    expect([...data.batch(0, 2)]).toEqual([1, 2, 3, 4]);
    expect([[...data.labels], data.classNames]).toEqual([[0, 1], null]);
  });

  it.each<[string, OpenDatasetOptions]>([
    ['a,Label,b\n1,0,2\n3,1,4\n', {}],
    ['a,k,b\n1,0,2\n3,1,4\n', { labelColumn: 'k' }],
    ['a,k,b\n1,0,2\n3,1,4\n', { labelColumn: '-2' }],
    ['1,0,2\n3,1,4\n', { labelColumn: '1' }],
    ['0,1,2\n1,0,2\n3,1,4\n', { labelColumn: '1', header: true }],
    ['"a ""x"", b","class",c\n"1",0,2\n3,1,"4"\n', {}],
    ['\ufeffa;target;b\n1;0;2\n3;1;4\n', {}],
  ])('finds the labels of %j %j', async (text, options) => {
    const data = await openDataset(table(text), options);
    expect([[...data.labels], [...data.batch(0, 2)]]).toEqual([
      [0, 1],
      [1, 2, 3, 4],
    ]);
  });

  it('reads tabs, gzip, and pixels as k / 255 on request', async () => {
    const tabs = await openDataset(table('x\ty\n255\t0\n51\t1\n', 'tsv'));
    expect([...tabs.batch(0, 2)]).toEqual([255, 51]);
    const unit = await openDataset(table(gzipSync('255,0\n51,1\n'), 'csv.gz'), { scale: 'unit' });
    expect([...unit.batch(0, 2)]).toEqual([1, Math.fround(0.2)]);
  });

  it('keeps every double that JavaScript writes (property)', async () => {
    const row = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 });
    const path = write('property.csv', '');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
        write('property.csv', rows.map((cells) => [...cells, 0].join(',')).join('\n'));
        const data = await openDataset(path, { header: false });
        // -0 is written as 0.
        expect([...data.batch(0, rows.length)]).toEqual(rows.flat().map((value) => value + 0));
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, string, OpenDatasetOptions, RegExp, string | undefined]>([
    ['a ragged row', 'a,b,label\n1,2,0\n1,0\n', {}, /another length/, 'line 3'],
    ['a word as feature', 'a,b,label\n1,2,0\n1,x,1\n', {}, /finite number/, 'line 3, column 2'],
    ['nan', 'a,b,label\n1,nan,0\n', {}, /finite number/, 'line 2, column 2'],
    ['an infinite number', '1,2,0\n1,1e999,1\n', {}, /finite number/, 'line 2, column 2'],
    ['hexadecimal', '1,2,0\n1,0x10,1\n', {}, /finite number/, 'line 2, column 2'],
    ['an empty cell', '1,2,0\n1,,1\n', {}, /finite number/, 'line 2, column 2'],
    ['an empty file', '', {}, /empty/, undefined],
    ['a header alone', 'a,label\n', {}, /empty/, undefined],
    ['one column', 'label\n1\n', {}, /features and labels/, 'line 1'],
    ['a negative label', '1,0\n1,-1\n', {}, /class label/, 'line 2, column 2 (--label-column 1)'],
    ['a fractional label', '1,0\n1,0.5\n', {}, /class label/, 'line 2, column 2 (--label-column 1)'],
    ['a huge label', '1,0\n1,99999999\n', {}, /class label/, 'line 2, column 2 (--label-column 1)'],
    ['a missing class', '1,0\n1,2\n', {}, /no sample/, 'labels'],
    ['labels from 1', '1,1\n1,2\n', {}, /no sample/, 'labels'],
    ['mixed labels', '1,0\n1,cat\n', {}, /words in others/, 'line 2, column 2 (--label-column 1)'],
    ['an empty label', '1,cat\n1,\n', {}, /no label/, 'line 2, column 2 (--label-column 1)'],
    ['an unclosed quote', '1,0\n"1,1\n', {}, /never closed/, 'line 2, column 1'],
    ['text after a quote', '1,0\n"1"2,1\n', {}, /closing quote/, 'line 2, column 1'],
    ['a column of row numbers', ',a,label\n0,5,1\n1,6,0\n', {}, /no name/, 'line 1, column 1'],
    ['two columns of one name', 'a,a,label\n0,5,1\n', {}, /one name/, 'line 1, column 2'],
    ['two label columns', 'class,a,label\n0,5,1\n', {}, /several columns/, 'line 1'],
    ['invented names of columns', '0,1,2\n5,6,0\n', {}, /names or a sample/, 'line 1'],
    ['an unknown label column', 'a,b\n1,0\n', { labelColumn: 'z' }, /no such label/, '--label-column'],
    ['a label column too far', '1,0\n1,1\n', { labelColumn: '2' }, /no such label/, '--label-column'],
    ['no pixels under unit', '0.5,0\n1,1\n', { scale: 'unit' }, /not a pixel/, 'line 1, column 1'],
    ['labels apart', '1,0\n', { labels: 'y.csv' }, /does not use --labels/, '--labels'],
  ])('refuses %s', async (_, text, options, message, place) => {
    const path = table(text);
    const error = await refusal(path, options);
    expect(error.message).toMatch(message);
    expect(error.fault.place).toBe(place);
    expect(error.fault.file).toBe(path);
  });

  it('refuses bytes that are not UTF-8', async () => {
    expect((await refusal(table(Buffer.from([0x31, 0x2c, 0xff, 0xfe])))).message).toMatch(/not text/);
  });
});
