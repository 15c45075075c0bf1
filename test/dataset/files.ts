/** Files for the dataset tests, encoded here independently of the readers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type OpenDatasetOptions, openDataset } from '../../src/dataset/open-dataset.js';
import type { InputError } from '../../src/util/errors.js';

export interface TempFolder {
  readonly path: string;
  readonly write: (name: string, content: Uint8Array | string) => string;
}

/** A folder that is removed after the tests of the file. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'napcert-dataset-'));
  afterAll(() => rmSync(path, { recursive: true }));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}

export function idx(shape: readonly number[], data: ArrayLike<number>): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 0x08;
  head[3] = shape.length;
  shape.forEach((side, axis) => {
    head.writeUInt32BE(side, 4 + 4 * axis);
  });
  return Buffer.concat([head, Uint8Array.from(data)]);
}

const WRITERS: Record<string, (buffer: Buffer, value: number, at: number) => void> = {
  '<f4': (b, v, at) => b.writeFloatLE(v, at),
  '>f4': (b, v, at) => b.writeFloatBE(v, at),
  '<f8': (b, v, at) => b.writeDoubleLE(v, at),
  '>f8': (b, v, at) => b.writeDoubleBE(v, at),
  '|u1': (b, v, at) => b.writeUInt8(v, at),
  '|i1': (b, v, at) => b.writeInt8(v, at),
  '<u2': (b, v, at) => b.writeUInt16LE(v, at),
  '>i2': (b, v, at) => b.writeInt16BE(v, at),
  '<u4': (b, v, at) => b.writeUInt32LE(v, at),
  '<i4': (b, v, at) => b.writeInt32LE(v, at),
  '<i8': (b, v, at) => b.writeBigInt64LE(BigInt(v), at),
  '>u8': (b, v, at) => b.writeBigUInt64BE(BigInt(v), at),
};

/** Element types that `npy` writes. */
export const NPY_TYPES = Object.keys(WRITERS);

/** An .npy file of version 1 with 64-byte alignment, as NumPy writes it; `descr` may be anything with `data` empty. */
export function npy(
  descr: string,
  shape: readonly number[],
  data: readonly number[],
  fortran = false,
): Buffer {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sides}), }`;
  text = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  const body = Buffer.alloc(data.length * Number(descr.slice(2)));
  data.forEach((value, i) => {
    WRITERS[descr]!(body, value, i * Number(descr.slice(2)));
  });
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text), body]);
}

/** Asserts that opening is refused as bad input and returns the error. */
export async function refusal(path: string, options: OpenDatasetOptions = {}): Promise<InputError> {
  const error = await openDataset(path, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'InputError' });
  return error as InputError;
}
