import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIdx } from '../../src/dataset/idx.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { gunzip } from '../../src/dataset/read-file.js';
import { idx, refusal, tempFolder } from './files.js';

const { path: folder, write } = tempFolder();
let written = 0;
function pair(images: Uint8Array, labels: Uint8Array): string {
  written++;
  write(`s${written}-labels-idx1-ubyte`, labels);
  return write(`s${written}-images-idx3-ubyte`, images);
}

describe('IDX', () => {
  const pixels = [0, 1, 51, 255, 128, 2, 3, 4, 5, 6, 7, 8];
  const images = idx([3, 2, 2], pixels);
  const labels = idx([3], [1, 0, 1]);

  it('reads images and labels by the naming convention, values fround(k / 255)', async () => {
    const data = await openDataset(pair(images, labels));
    expect([data.count, data.featureShape, data.classes]).toEqual([3, [2, 2], 2]);
    expect([...data.labels]).toEqual([1, 0, 1]);
    expect([...data.batch(0, 3)]).toEqual([...Float32Array.from(pixels, (k) => k / 255)]);
    expect([...data.batch(1, 2)]).toEqual([...Float32Array.from(pixels.slice(4, 8), (k) => k / 255)]);
    expect([...data.gather([2, 0])]).toEqual([...data.batch(2, 3), ...data.batch(0, 1)]);
  });

  it('reads raw bytes on request, with another digest', async () => {
    const path = pair(images, labels);
    const raw = await openDataset(path, { scale: 'raw' });
    expect([...raw.batch(0, 3)]).toEqual(pixels);
    expect(raw.digest).not.toBe((await openDataset(path)).digest);
  });

  it('reads gzip and finds labels that are compressed when the images are not', async () => {
    write('z-labels-idx1-ubyte.gz', gzipSync(labels));
    const packed = await openDataset(write('z-images-idx3-ubyte.gz', gzipSync(images)));
    const plain = await openDataset(write('z-images-idx3-ubyte', images));
    expect([...packed.batch(0, 3)]).toEqual([...plain.batch(0, 3)]);
  });

  it('takes labels from --labels', async () => {
    const data = await openDataset(write('any.bin', images), { labels: write('other.bin', labels) });
    expect([...data.labels]).toEqual([1, 0, 1]);
  });

  it('has a digest of content, not of names', async () => {
    const one = await openDataset(pair(images, labels));
    const two = await openDataset(pair(images, labels));
    const three = await openDataset(pair(images, idx([3], [0, 0, 1])));
    expect(one.digest).toBe(two.digest);
    expect(three.digest).not.toBe(one.digest);
  });

  it('parses what was encoded (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }), (shape) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = Array.from({ length: size }, (_, i) => (i * 37) % 256);
        const parsed = parseIdx(idx(shape, data));
        expect(parsed.shape).toEqual(shape);
        expect([...parsed.data]).toEqual(data);
      }),
    );
  });

  it.each<[string, string, RegExp]>([
    ['missing file', join(folder, 'none-images-idx3-ubyte'), /no such file/],
    ['a wrong magic', pair(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), labels), /not known/],
    ['a wrong element type', pair(Buffer.from([0, 0, 0x0d, 1, 0, 0, 0, 0]), labels), /element type/],
    ['a truncated header', pair(images.subarray(0, 10), labels), /header is incomplete/],
    ['truncated data', pair(images.subarray(0, images.length - 1), labels), /truncated/],
    ['trailing bytes', pair(Buffer.concat([images, Buffer.from([0])]), labels), /bytes after the data/],
    ['a label too few', pair(images, idx([2], [0, 1])), /number of labels/],
    ['labels of two dimensions', pair(images, idx([3, 1], [0, 1, 1])), /list of labels/],
    ['a class without samples', pair(images, idx([3], [0, 0, 2])), /no sample/],
    ['labels in place of images', write('q-images-idx1-ubyte', labels), /labels, not images/],
    ['no labels known', write('plain.idx', images), /no labels/],
    ['no labels there', write('lone-images-idx3-ubyte', images), /no such file/],
    ['no samples', pair(idx([0, 2, 2], []), idx([0], [])), /empty/],
    ['damaged gzip', pair(gzipSync(images).subarray(0, 20), labels), /gzip data are damaged/],
  ])('refuses %s', async (_, path, message) => {
    const error = await refusal(path);
    expect(error.message).toMatch(message);
    expect(error.fault.file).toContain(folder);
  });

  it('refuses a folder as labels', async () => {
    expect((await refusal(pair(images, labels), { labels: folder })).message).toMatch(/not a file/);
  });

  it('stops decompressing at the limit', async () => {
    const packed = gzipSync(Buffer.alloc(1_000_000));
    await expect(gunzip(packed, 'bomb.gz', 999_999)).rejects.toThrow(/too large/);
    expect((await gunzip(packed, 'file.gz', 1_000_000)).length).toBe(1_000_000);
    // With much still to come when the cap is passed.
    const large = gzipSync(Buffer.alloc(20_000_000));
    await expect(gunzip(large, 'bomb.gz', 1_000_000)).rejects.toThrow(/too large/);
  });

  it('accepts gaps when told so', async () => {
    const data = await openDataset(pair(images, idx([3], [0, 0, 2])), { allowGaps: true });
    expect(data.classes).toBe(3);
  });
});
