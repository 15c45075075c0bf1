import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { refusal, tempFolder } from './files.js';

const { path: root, write } = tempFolder();
let written = 0;

/** An RGBA image, written as PNG of a colour type (0 gray, 2 RGB, 6 RGBA). */
function png(
  width: number,
  height: number,
  rgba: readonly number[],
  colorType: 0 | 2 | 6,
  bitDepth = 8,
): Buffer {
  const image = new PNG({ width, height });
  image.data = Buffer.from(rgba);
  return PNG.sync.write(image, { colorType, bitDepth: bitDepth as 8 | 16, inputHasAlpha: true });
}
const gray = (...levels: number[]): Buffer =>
  png(
    levels.length,
    1,
    levels.flatMap((k) => [k, k, k, 255]),
    0,
  );

function folder(files: Record<string, Uint8Array | string>): string {
  const name = `set${written++}`;
  mkdirSync(join(root, name));
  for (const [file, content] of Object.entries(files)) write(join(name, file), content);
  return join(root, name);
}

describe('folders of images', () => {
  it('reads gray images of numbered classes, interleaved, dot files passed over', async () => {
    const path = folder({
      '0/a.png': gray(0, 51),
      '0/b.png': gray(1, 2),
      '1/c.png': gray(255, 3),
      '1/.hidden': 'x',
      'notes.txt': 'x',
    });
    const data = await openDataset(path);
    expect([data.featureShape, data.classes, data.classNames]).toEqual([[1, 1, 2], 2, null]);
    // Places 1/4, 1/2, 3/4.
    expect([...data.labels]).toEqual([0, 1, 0]);
    expect([...data.batch(0, 3)]).toEqual([0, 51, 255, 3, 1, 2].map((k) => Math.fround(k / 255)));
    expect(data.files.map(({ role }) => role)).toEqual(['"0/a.png"', '"0/b.png"', '"1/c.png"']);
  });

  it('reads colour as channels, height, width, with names of classes in sorted order', async () => {
    const pixels = [1, 2, 3, 255, 4, 5, 6, 255];
    const path = folder({ 'dog/1.png': png(2, 1, pixels, 2), 'cat/1.png': png(2, 1, pixels, 6) });
    const data = await openDataset(path, { scale: 'raw' });
    expect([data.featureShape, data.classNames]).toEqual([
      [3, 1, 2],
      ['cat', 'dog'],
    ]);
    expect([...data.batch(0, 1)]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('follows links to class folders', async () => {
    const source = folder({ 'x/1.png': gray(9) });
    const path = folder({ '0/1.png': gray(8) });
    symlinkSync(join(source, 'x'), join(path, '1'));
    const data = await openDataset(path, { scale: 'raw' });
    expect([[...data.labels], [...data.batch(0, 2)]]).toEqual([
      [0, 1],
      [8, 9],
    ]);
  });

  it('has a digest of file names, classes and bytes, not of the folder', async () => {
    const digest = async (files: Record<string, Uint8Array>) => (await openDataset(folder(files))).digest;
    const base = await digest({ 'a/1.png': gray(1), 'b/1.png': gray(2) });
    expect(await digest({ 'a/1.png': gray(1), 'b/1.png': gray(2) })).toBe(base);
    expect(await digest({ 'a/1.png': gray(1), 'c/1.png': gray(2) })).not.toBe(base);
    expect(await digest({ 'a/1.png': gray(1), 'b/1.png': gray(3) })).not.toBe(base);
  });

  const interlaced = Buffer.from(gray(1));
  interlaced[28] = 1;
  const huge = Buffer.from(gray(1));
  huge.writeUInt32BE(100_000, 16);
  it.each<[string, Record<string, Uint8Array | string>, RegExp, string]>([
    ['another size', { '0/a.png': gray(1), '1/b.png': gray(1, 2) }, /another size/, 'b.png'],
    [
      'another kind',
      { '0/a.png': gray(1), '1/b.png': png(1, 1, [1, 2, 3, 255], 2) },
      /another size or kind/,
      'b.png',
    ],
    ['an empty folder', {}, /empty/, 'set'],
    ['no class folders', { 'a.txt': 'x' }, /empty/, 'set'],
    ['an empty class', { '0/a.png': gray(1), '1/.keep': '' }, /class folder is empty/, '1'],
    ['another format', { '0/a.jpg': 'x' }, /something else/, 'a.jpg'],
    ['an image without class', { '0/a.png': gray(1), 'b.png': gray(1) }, /outside a class/, 'b.png'],
    ['text as PNG', { '0/a.png': 'hello' }, /not a PNG/, 'a.png'],
    ['a cut PNG', { '0/a.png': gray(1, 2, 3).subarray(0, 50) }, /damaged/, 'a.png'],
    ['a flipped bit', { '0/a.png': flipped(gray(1, 2, 3)) }, /damaged/, 'a.png'],
    ['transparency', { '0/a.png': png(1, 1, [1, 2, 3, 9], 6) }, /transparent/, 'a.png'],
    ['16 bits', { '0/a.png': png(1, 1, [1, 1, 1, 1, 1, 1, 255, 255], 2, 16) }, /not supported/, 'a.png'],
    ['an interlaced PNG', { '0/a.png': interlaced }, /not supported/, 'a.png'],
    ['a huge PNG', { '0/a.png': huge }, /this size/, 'a.png'],
    ['two folders of one class', { '0/a.png': gray(1), '00/a.png': gray(1) }, /two folders/, 'set'],
    ['a missing class', { '0/a.png': gray(1), '2/a.png': gray(1) }, /no sample/, 'set'],
  ])('refuses %s', async (_, files, message, place) => {
    const error = await refusal(folder(files));
    expect(error.message).toMatch(message);
    expect(error.fault.file).toContain(place);
  });
});

/** One bit of the compressed pixels changed; the chunk's CRC-32 tells. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.indexOf('IDAT') + 7]! ^= 4;
  return copy;
}
