/**
 * NumPy's .npy format, versions 1 to 3: magic, version, header length, a Python dictionary, the elements.
 * Source: the format description in NumPy's documentation (numpy.lib.format).
 */
import { InputError } from '../util/errors.js';
import type { NumberArray } from './dataset.js';

/** An array in C order; 64-bit integers are held as doubles, all of them exact. */
export interface NpyArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

interface ElementType {
  readonly bytes: number;
  readonly make: (count: number) => NumberArray;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

/** By NumPy's kind and size; the byte order is apart. */
const ELEMENTS: Readonly<Record<string, ElementType>> = {
  f4: { bytes: 4, make: (n) => new Float32Array(n), read: (v, at, le) => v.getFloat32(at, le) },
  f8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, le) => v.getFloat64(at, le) },
  u1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, make: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, make: (n) => new Uint16Array(n), read: (v, at, le) => v.getUint16(at, le) },
  i2: { bytes: 2, make: (n) => new Int16Array(n), read: (v, at, le) => v.getInt16(at, le) },
  u4: { bytes: 4, make: (n) => new Uint32Array(n), read: (v, at, le) => v.getUint32(at, le) },
  i4: { bytes: 4, make: (n) => new Int32Array(n), read: (v, at, le) => v.getInt32(at, le) },
  u8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, le) => safe(v.getBigUint64(at, le), at) },
  i8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, le) => safe(v.getBigInt64(at, le), at) },
};

export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 6 && Buffer.from(bytes.subarray(0, 6)).toString('latin1') === '\x93NUMPY';
}

/**
 * Parses .npy bytes.
 * @throws InputError (without a file name) on a wrong magic or header, an element type other than float32,
 * float64 or an integer, Fortran order, a wrong length, or a 64-bit integer beyond 2^53.
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const { text, start } = headerText(bytes);
  const header = parseHeader(text);
  const type = elementType(header.descr);
  const count = header.shape.reduce((product, side) => product * side, 1);
  if (header.fortran && header.shape.length > 1) {
    throw new InputError('Fortran order is not supported', {
      place: 'header',
      expected: 'C order (numpy.ascontiguousarray before saving)',
      found: 'fortran_order: True',
    });
  }
  const found = bytes.length - start;
  if (found !== count * type.bytes) {
    throw new InputError(found < count * type.bytes ? 'the array is truncated' : 'bytes after the array', {
      place: 'data',
      expected: `${count * type.bytes} bytes for shape (${header.shape.join(', ')}) of ${header.descr}`,
      found: `${found} bytes`,
    });
  }
  if (header.descr.endsWith('u1')) {
    return { dtype: header.descr, shape: header.shape, data: bytes.slice(start) };
  }
  const data = type.make(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, found);
  const little = !header.descr.startsWith('>');
  for (let i = 0; i < count; i++) data[i] = type.read(view, i * type.bytes, little);
  return { dtype: header.descr, shape: header.shape, data };
}

function headerText(bytes: Uint8Array): { text: string; start: number } {
  if (!isNpy(bytes)) {
    throw new InputError('not an .npy array', {
      place: 'bytes 0 to 5',
      expected: '\\x93NUMPY',
      found: JSON.stringify(Buffer.from(bytes.subarray(0, 6)).toString('latin1')),
    });
  }
  const version = bytes[6];
  if (bytes.length >= 7 && version !== 1 && version !== 2 && version !== 3) {
    throw new InputError('this version of the .npy format is not known', {
      place: 'byte 6',
      expected: '1, 2 or 3',
      found: String(version),
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = version === 1 ? 10 : 12;
  const length =
    bytes.length < first ? Number.NaN : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (!(first + length <= bytes.length)) {
    throw new InputError('the .npy header is truncated', {
      place: 'header',
      expected: `${Number.isNaN(length) ? first : first + length} bytes`,
      found: `${bytes.length} bytes`,
    });
  }
  const text = Buffer.from(bytes.subarray(first, first + length)).toString('utf8');
  return { text, start: first + length };
}

function parseHeader(text: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(((?:\s*\d+\s*,)*\s*(?:\d+)?\s*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw new InputError('the .npy header is not understood', {
      place: 'header',
      expected: "{'descr': '<f4', 'fortran_order': False, 'shape': (...)}",
      found: JSON.stringify(text.trim().slice(0, 120)),
    });
  }
  const sides = shape.split(',').filter((side) => side.trim() !== '');
  return { descr, fortran: order === 'True', shape: sides.map(Number) };
}

function elementType(descr: string): ElementType {
  const match = /^([<>|=])([fiu][1248])$/.exec(descr);
  const type = match === null ? undefined : ELEMENTS[match[2]!];
  if (type === undefined || match![1] === '=' || (match![1] === '|' && type.bytes > 1)) {
    throw new InputError('this element type is not supported', {
      place: 'header, descr',
      expected: 'float32, float64, or integers of 8 to 64 bits',
      found: descr,
    });
  }
  return type;
}

function safe(value: bigint, at: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new InputError('a 64-bit integer that no double holds exactly', {
    place: `element ${at / 8}`,
    expected: 'an integer of at most 2^53 in size',
    found: String(value),
  });
}
