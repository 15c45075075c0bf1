import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { arrayPairs } from '../../src/dataset/array-names.js';
import { parseNpy } from '../../src/dataset/npy.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { unzipMembers, zipNames } from '../../src/dataset/zip.js';
import { NPY_TYPES, npy, refusal, tempFolder } from './files.js';

const { path: folder, write } = tempFolder();
let written = 0;
const features = npy('<f4', [2, 2], [0.5, -1, 2, 3]);
const labels = npy('<i8', [2], [1, 0]);
/** `x.npy` with `y.npy` in a folder of their own. */
function pair(x: Uint8Array, y: Uint8Array): string {
  written++;
  write(`${written}/y.npy`, y);
  return write(`${written}/x.npy`, x);
}
const npz = (members: Record<string, Uint8Array>) => write(`${written++}.npz`, zipSync(members));

describe('.npy', () => {
  it('reads what NumPy 2 wrote', () => {
    // numpy.save of numpy.array([[0.5, -1.25], [3.1, 0]], dtype='<f4')
    const bytes = Buffer.from(
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAg' +
        'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/AACgv2ZmRkAAAAAA',
      'base64',
    );
    const array = parseNpy(bytes);
    expect([array.shape, [...array.data]]).toEqual([
      [2, 2],
      [0.5, -1.25, Math.fround(3.1), 0],
    ]);
  });

  it.each(NPY_TYPES)('round trips %s (property)', (descr) => {
    const bits = 8 * Number(descr.slice(2));
    const value =
      descr[1] === 'f'
        ? bits === 32
          ? fc.float()
          : fc.double()
        : descr[1] === 'u'
          ? fc.integer({ min: 0, max: Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER) })
          : fc.integer({
              min: Math.max(-(2 ** (bits - 1)), Number.MIN_SAFE_INTEGER),
              max: Math.min(2 ** (bits - 1) - 1, Number.MAX_SAFE_INTEGER),
            });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 12 }), (data) => {
        for (const shape of [[data.length], [data.length, 1], [1, data.length, 1]]) {
          const array = parseNpy(npy(descr, shape, data));
          expect(array.shape).toEqual(shape);
          expect([...array.data].every((got, i) => Object.is(got, data[i]))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('opens a pair; floats as stored, bytes as k / 255', async () => {
    const data = await openDataset(pair(features, labels));
    expect([data.featureShape, [...data.labels], [...data.batch(0, 2)]]).toEqual([
      [2],
      [1, 0],
      [0.5, -1, 2, 3],
    ]);
    const bytes = npy('|u1', [2, 1, 2], [0, 51, 102, 255]);
    const images = await openDataset(pair(bytes, npy('<f4', [2, 1], [0, 1])));
    expect(images.featureShape).toEqual([1, 2]);
    expect([...images.batch(0, 2)]).toEqual([0, 51, 102, 255].map((k) => Math.fround(k / 255)));
    const given = await openDataset(write('pixels.npy', bytes), {
      labels: write('other.npy', labels),
      scale: 'raw',
    });
    expect([...given.batch(1, 2)]).toEqual([102, 255]);
  });

  it('finds X_train with y_train among others', async () => {
    write('several/y_train.npy', labels);
    write('several/y_test.npy', npy('<i4', [2], [0, 1]));
    const data = await openDataset(write('several/X_train.npy', features));
    expect([...data.labels]).toEqual([1, 0]);
  });

  it.each<[string, string, RegExp]>([
    ['NaN', pair(npy('<f4', [2, 1], [1, Number.NaN]), labels), /finite number/],
    ['infinity', pair(npy('<f8', [2, 1], [1, Number.NEGATIVE_INFINITY]), labels), /finite number/],
    ['Fortran order', pair(npy('<f4', [2, 2], [1, 2, 3, 4], true), labels), /Fortran order/],
    ['float16', pair(npy('<f2', [0], []), labels), /element type/],
    ['complex', pair(npy('<c8', [0], []), labels), /element type/],
    ['objects', pair(npy('|O', [0], []), labels), /element type/],
    ['bool', pair(npy('|b1', [0], []), labels), /element type/],
    ['truncated data', pair(features.subarray(0, features.length - 1), labels), /truncated/],
    ['a truncated header', pair(features.subarray(0, 40), labels), /header is truncated/],
    ['a cut version', pair(features.subarray(0, 6), labels), /header is truncated/],
    ['trailing bytes', pair(Buffer.concat([features, Buffer.alloc(1)]), labels), /bytes after/],
    ['an unknown version', pair(Buffer.from('\x93NUMPY\x09\x00\x00\x00', 'latin1'), labels), /version/],
    ['a broken header', pair(Buffer.from('\x93NUMPY\x01\x00\x02\x00{}', 'latin1'), labels), /not understood/],
    ['one dimension', pair(npy('<f4', [2], [1, 2]), labels), /list of samples/],
    ['no samples', pair(npy('<f4', [0, 2], []), npy('<i8', [0], [])), /empty/],
    ['no features', pair(npy('<f4', [2, 0], []), labels), /empty/],
    ['one-hot labels', pair(features, npy('<i8', [2, 2], [0, 1, 1, 0])), /list of integers/],
    ['a label too many', pair(features, npy('<i8', [3], [0, 1, 1])), /number of labels/],
    ['a negative label', pair(features, npy('<i8', [2], [0, -1])), /class label/],
    ['a fractional label', pair(features, npy('<f4', [2], [0, 0.5])), /class label/],
    ['labels that are no .npy', pair(features, strToU8('0,1')), /not an \.npy/],
    ['no labels beside it', write('lonely/x.npy', features), /holds no labels/],
    ['an unsafe integer', pair(npy('<i8', [1, 1], [2 ** 53]), npy('<i8', [1], [0])), /no double holds/],
  ])('refuses %s', async (_, path, message) => {
    const error = await refusal(path);
    expect(error.message).toMatch(message);
    expect(error.fault.file).toContain(folder);
  });

  it('names sample and feature of a number that is not finite', async () => {
    const error = await refusal(pair(npy('<f4', [2, 3], [1, 2, 3, 4, Number.NaN, 6]), labels));
    expect(error.fault.place).toBe('sample 1, feature 1');
  });
});

describe('.npz', () => {
  it('reads what NumPy 2 compressed (big-endian doubles, 64-bit zip headers)', async () => {
    // numpy.savez_compressed(x_train=numpy.arange(12, dtype='>f8').reshape(2, 2, 3) / 8,
    //                        y_train=numpy.array([1, 0], dtype='int64'))
    const path = write(
      'numpy.npz',
      Buffer.from(
        'UEsDBC0AAAAIAAAAIQCImAYa//////////8LABQAeF90cmFpbi5ucHkBABAA4AAAAAAAAABpAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l' +
          'oG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkBkrKmjUKtAHuBiQAEH7CH0BSh9A0o/gNJPoPQLKP0GSn+A0p+g9Bco' +
          '/c0eAFBLAwQtAAAACAAAACEAcfs5q///////////CwAUAHlfdHJhaW4ubnB5AQAQAJAAAAAAAAAASAAAAAAAAACb7BfqGxDJyFDGUK2eklqc' +
          'XKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgZUAABQSwECLQMtAAAACAAAACEAiJgGGmkAAADg' +
          'AAAACwAAAAAAAAAAAAAAgAEAAAAAeF90cmFpbi5ucHlQSwECLQMtAAAACAAAACEAcfs5q0gAAACQAAAACwAAAAAAAAAAAAAAgAGmAAAAeV90' +
          'cmFpbi5ucHlQSwUGAAAAAAIAAgByAAAAKwEAAAAA',
        'base64',
      ),
    );
    const data = await openDataset(path);
    expect([data.format, data.featureShape, [...data.labels]]).toEqual(['npz', [2, 3], [1, 0]]);
    expect([...data.batch(0, 2)]).toEqual(Array.from({ length: 12 }, (_, i) => i / 8));
  });

  it('chooses arrays by part or by names', async () => {
    const members = {
      'x_train.npy': features,
      'y_train.npy': labels,
      'x_test.npy': npy('<f4', [1, 2], [7, 8]),
      'y_test.npy': npy('|u1', [1], [0]),
      'weird.npy': npy('|u1', [2], [0, 1]),
    };
    const path = npz(members);
    expect((await refusal(path)).message).toMatch(/several features/);
    expect((await openDataset(`${path}#test`)).count).toBe(1);
    const chosen = await openDataset(`${path}#x_train,weird`);
    expect([...chosen.labels]).toEqual([0, 1]);
    expect(chosen.digest).not.toBe((await openDataset(`${path}#train`)).digest);
    expect((await refusal(`${path}#val`)).fault.place).toBe('#val');
  });

  it('pairs arrays by their names', () => {
    expect(arrayPairs(['X', 'y', 'other'])).toEqual([{ part: '', features: 'X', labels: 'y' }]);
    expect(arrayPairs(['train_images', 'train_labels', 'val_data', 'val_target'])).toEqual([
      { part: 'train', features: 'train_images', labels: 'train_labels' },
      { part: 'val', features: 'val_data', labels: 'val_target' },
    ]);
    expect(arrayPairs(['x', 'data', 'y'])).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['an archive without labels', npz({ 'x.npy': features }), /no features with labels/],
    ['an archive of other things', npz({ 'readme.txt': strToU8('hello') }), /no features with labels/],
    ['a cut archive', write('cut.npz', zipSync({ 'x.npy': features }).subarray(0, 90)), /damaged/],
    ['a member that is no array', npz({ 'x.npy': strToU8('hello'), 'y.npy': labels }), /not an \.npy/],
    ['Fortran order', npz({ 'x.npy': npy('<f4', [2, 2], [1, 2, 3, 4], true), 'y.npy': labels }), /Fortran/],
  ])('refuses %s', async (_, path, message) => {
    const error = await refusal(path);
    expect(error.message).toMatch(message);
    expect(error.fault.file).toBe(path);
  });

  it('refuses a flipped bit by the checksum', async () => {
    const bytes = zipSync({ 'x.npy': features, 'y.npy': labels }, { level: 0 });
    const at = Buffer.from(bytes).indexOf(features.subarray(-4));
    bytes[at]! ^= 1;
    expect((await refusal(write('flipped.npz', bytes))).message).toMatch(/damaged/);
  });

  it('refuses a declared size over the limit, and one that is a lie', () => {
    const bytes = zipSync({ 'a.npy': new Uint8Array(100_000) });
    expect(() => unzipMembers(bytes, ['a.npy'], 99_999)).toThrow(/too large/);
    expect(unzipMembers(bytes, ['a.npy'], 100_000).get('a.npy')?.length).toBe(100_000);
    const lie = Buffer.from(bytes);
    const central = lie.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    lie.writeUInt32LE(1000, central + 24);
    expect(() => unzipMembers(lie, ['a.npy'], 99_999)).toThrow(/damaged/);
    expect(zipNames(bytes)).toEqual(['a.npy']);
  });
});
