/**
 * The IDX format of the original MNIST files: two zero bytes, element type, number of dimensions, the
 * dimensions as big-endian uint32, then the elements in C order. Only unsigned bytes (0x08) are accepted.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../util/errors.js';
import { byteTable, createDataset, type Dataset, type Scale, scalingNote } from './dataset.js';
import { checkLabels } from './labels.js';
import { type FileContent, fileEntry, readContent } from './read-file.js';

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2]! >= 0x08 && bytes[2]! <= 0x0e;
}

/** Parses IDX bytes. @throws InputError (without a file name) on a wrong magic, type, rank or length. */
export function parseIdx(bytes: Uint8Array): IdxArray {
  if (!isIdx(bytes)) {
    throw new InputError('not an IDX file', {
      place: 'bytes 0 to 3',
      expected: '00 00 08 and the number of dimensions',
      found: bytes.length < 4 ? `${bytes.length} bytes` : hex(bytes.subarray(0, 4)),
    });
  }
  if (bytes[2] !== 0x08) {
    throw new InputError('this IDX element type is not supported', {
      place: 'byte 2',
      expected: '0x08 (unsigned byte)',
      found: `0x${hex(bytes.subarray(2, 3))}`,
    });
  }
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (rank === 0 || bytes.length < start) {
    throw new InputError('the IDX header is incomplete', {
      place: 'header',
      expected: rank === 0 ? 'at least one dimension' : `${start} bytes for ${rank} dimensions`,
      found: rank === 0 ? 'none' : `${bytes.length} bytes`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, side) => product * side, 1);
  if (bytes.length !== start + size) {
    throw new InputError(bytes.length < start + size ? 'the file is truncated' : 'bytes after the data', {
      place: 'data',
      expected: `${size} elements for shape [${shape.join(', ')}]`,
      found: `${bytes.length - start} bytes`,
    });
  }
  return { shape, data: bytes.subarray(start) };
}

/** Labels' path by the MNIST naming convention, or null when the name does not follow it. */
export function labelsPathFor(images: string): string | null {
  const match = /^(.*)images([-.])idx\d-ubyte(\.gz)?$/.exec(basename(images));
  if (match === null) return null;
  const stem = join(dirname(images), `${match[1]}labels${match[2]}idx1-ubyte`);
  const same = stem + (match[3] ?? '');
  if (existsSync(same)) return same;
  const other = match[3] === undefined ? `${stem}.gz` : stem;
  return existsSync(other) ? other : same;
}

/** Parses a file's content as IDX labels: one dimension. */
export function idxLabels(content: FileContent): Uint8Array {
  const { shape, data } = named(content, () => parseIdx(content.bytes));
  if (shape.length !== 1) {
    throw new InputError('not a list of labels', {
      file: content.path,
      place: 'header',
      expected: 'one dimension',
      found: `shape [${shape.join(', ')}]`,
    });
  }
  return data;
}

export interface IdxOptions {
  readonly labels?: string;
  readonly scale?: Scale;
  readonly allowGaps?: boolean;
}

/** Images and labels as a dataset; the feature shape is the images' shape without the first dimension. */
export async function openIdx(content: FileContent, options: IdxOptions = {}): Promise<Dataset> {
  const file = content.path;
  const images = named(content, () => parseIdx(content.bytes));
  if (images.shape.length < 2) {
    throw new InputError('these are labels, not images', {
      file,
      place: 'header',
      expected: 'at least two dimensions',
      found: `shape [${images.shape.join(', ')}]`,
    });
  }
  const labelsPath = options.labels ?? labelsPathFor(file);
  if (labelsPath === null) {
    throw new InputError('no labels: the name does not follow *-images-idx3-ubyte[.gz]', {
      file,
      expected: 'the file of labels (--labels)',
    });
  }
  const labelContent = await readContent(labelsPath);
  const raw = idxLabels(labelContent);
  if (raw.length !== images.shape[0]) {
    throw new InputError('the number of labels is not the number of images', {
      file: labelsPath,
      expected: `${images.shape[0]} labels, one for each image of ${file}`,
      found: `${raw.length} labels`,
    });
  }
  const scale = options.scale ?? 'unit';
  const { labels, classes } = checkLabels(raw, { file: labelsPath, allowGaps: options.allowGaps ?? false });
  return createDataset({
    name: file,
    format: 'idx',
    featureShape: images.shape.slice(1),
    labels,
    classes,
    samples: { kind: 'bytes', data: images.data, table: byteTable(scale) },
    scaling: scalingNote(scale),
    files: [fileEntry('images', content), fileEntry('labels', labelContent)],
    reading: [`scale=${scale}`],
  });
}

function named<T>(content: FileContent, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InputError ? error.inFile(content.path) : error;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
