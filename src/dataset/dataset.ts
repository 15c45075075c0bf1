/**
 * Labelled samples with a digest. The stored numbers stay in their compact form and become doubles one
 * batch at a time, so a 60,000 x 784 image set costs its 47 MB of bytes and not 376 MB of doubles.
 */
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { printable } from '../util/plain-text.js';
import { MAX_FEATURES, MAX_SAMPLES } from './limits.js';

export type DatasetFormat = 'idx' | 'csv' | 'npy' | 'npz' | 'image-folder' | 'mnist';

/** How integer pixel data become numbers: `unit` is Math.fround(k / 255), `raw` keeps k. */
export type Scale = 'unit' | 'raw';

/** One file that was read, with the SHA-256 of its bytes as they are on disk (compressed if they are). */
export interface DatasetFile {
  readonly role: string;
  readonly sha256: string;
}

export interface Dataset {
  readonly kind: 'dataset';
  /** As the user named it. */
  readonly name: string;
  readonly format: DatasetFormat;
  readonly count: number;
  /** Shape of one sample, e.g. [28, 28], [3, 32, 32] (CHW) or [4]. */
  readonly featureShape: readonly number[];
  readonly featureSize: number;
  /** See `datasetDigest`; of a selection, see `subset`. */
  readonly digest: string;
  readonly files: readonly DatasetFile[];
  /** Largest label + 1; a subset keeps the number of its parent. */
  readonly classes: number;
  /** Names by label when the source has names instead of numbers, else null. */
  readonly classNames: readonly string[] | null;
  /** What was done to the stored numbers, in words. */
  readonly scaling: string;
  /** Which samples of the source these are, in words; `all` when nothing was left out. */
  readonly selection: string;
  /** Length count, each 0 .. classes - 1. */
  readonly labels: Int32Array;
  /** Samples from (inclusive) to (exclusive), row-major `(to - from) x featureSize`. */
  readonly batch: (from: number, to: number) => Float64Array;
  /** The samples with these indices, in this order, row-major `indices.length x featureSize`. */
  readonly gather: (indices: ArrayLike<number>) => Float64Array;
}

/** Stored numbers of all samples, row-major: bytes read through a table of 256 values, or plain numbers. */
export type Samples =
  | { readonly kind: 'bytes'; readonly data: Uint8Array; readonly table: Float64Array }
  | { readonly kind: 'numbers'; readonly data: NumberArray };

/** Element types whose values are all exact doubles. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

export interface DatasetParts {
  readonly name: string;
  readonly format: DatasetFormat;
  readonly featureShape: readonly number[];
  readonly labels: Int32Array;
  readonly classes: number;
  readonly classNames?: readonly string[];
  readonly samples: Samples;
  readonly scaling: string;
  readonly files: readonly DatasetFile[];
  /** Options of reading that change the meaning of the same bytes; part of the digest. */
  readonly reading?: readonly string[];
}

/** Values of a byte k: Math.fround(k / 255) or k. */
export function byteTable(scale: Scale): Float64Array {
  return Float64Array.from({ length: 256 }, (_, k) => (scale === 'unit' ? Math.fround(k / 255) : k));
}

export function scalingNote(scale: Scale): string {
  return scale === 'unit' ? 'uint8 / 255, rounded to float32' : 'uint8 as stored, 0 to 255';
}

/**
 * SHA-256 of this UTF-8 text, one line each ending in a newline: `napcert-dataset-1`, the format, then
 * `file ROLE SHA256` for every file read (features, labels, ...) in reading order, with the SHA-256 of the
 * bytes on disk, then `reading OPTION` for every option that changes what the bytes mean. The name and
 * the place of the files do not enter.
 */
export function datasetDigest(
  format: DatasetFormat,
  files: readonly DatasetFile[],
  reading: readonly string[],
): string {
  const lines = ['napcert-dataset-1', format];
  for (const file of files) lines.push(`file ${file.role} ${file.sha256}`);
  for (const option of reading) lines.push(`reading ${option}`);
  return sha256(`${lines.join('\n')}\n`);
}

/**
 * Assembles a dataset from what a reader found.
 * @throws InputError when it is empty, too large, or labels and samples differ in number.
 */
export function createDataset(parts: DatasetParts): Dataset {
  const { format, featureShape, labels, samples, files } = parts;
  const name = printable(parts.name);
  const featureSize = featureShape.reduce((product, side) => product * side, 1);
  const rows = featureSize === 0 ? 0 : samples.data.length / featureSize;
  if (rows === 0) {
    throw new InputError('the dataset is empty', {
      file: name,
      expected: 'at least one sample with at least one feature',
      found: `${labels.length} samples of shape [${featureShape.join(', ')}]`,
    });
  }
  if (rows > MAX_SAMPLES || featureSize > MAX_FEATURES) {
    throw new InputError('the dataset is too large', {
      file: name,
      expected: `at most ${MAX_SAMPLES} samples of at most ${MAX_FEATURES} features`,
      found: `${rows} samples of ${featureSize} features`,
    });
  }
  if (rows !== labels.length) {
    throw new InputError('the number of labels is not the number of samples', {
      file: name,
      expected: `${rows} labels`,
      found: `${labels.length} labels`,
    });
  }
  const gather = (indices: ArrayLike<number>): Float64Array =>
    gatherRows(samples, featureSize, rows, indices);
  return Object.freeze({
    kind: 'dataset',
    name,
    format,
    count: rows,
    featureShape: Object.freeze([...featureShape]),
    featureSize,
    digest: datasetDigest(format, files, parts.reading ?? []),
    files: Object.freeze([...files]),
    classes: parts.classes,
    classNames: parts.classNames ?? null,
    scaling: parts.scaling,
    selection: 'all',
    labels,
    batch: (from: number, to: number) => gather(indexRange(from, to, rows)),
    gather,
  });
}

/** The integers from (inclusive) to (exclusive); RangeError outside 0 .. count. */
export function indexRange(from: number, to: number, count: number): Int32Array {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= count)) {
    throw new RangeError(`batch ${from}..${to} of ${count} samples`);
  }
  const indices = new Int32Array(to - from);
  for (let i = 0; i < indices.length; i++) indices[i] = from + i;
  return indices;
}

function gatherRows(samples: Samples, size: number, count: number, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(`sample ${index} of ${count}`);
    }
    const source = samples.data.subarray(index * size, (index + 1) * size);
    if (samples.kind === 'numbers') {
      out.set(source, row * size);
      continue;
    }
    const { table } = samples;
    for (let i = 0; i < size; i++) out[row * size + i] = table[source[i]!]!;
  }
  return out;
}
