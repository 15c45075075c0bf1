/** Typed arrays in JSON: little-endian bytes in base64, exact for every double. */
import { endianness } from 'node:os';
import { InputError } from '../util/errors.js';

const LITTLE = endianness() === 'LE';

interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
}

export function toBase64(values: ArrayBufferView): string {
  requireLittleEndian();
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** @throws InputError for text that does not hold `length` elements (any number if null) */
export function fromBase64<T>(kind: ArrayKind<T>, text: string, length: number | null, place: string): T {
  requireLittleEndian();
  const bytes = Buffer.from(text, 'base64');
  const size = kind.BYTES_PER_ELEMENT;
  const fits = length === null ? bytes.length % size === 0 : bytes.length === length * size;
  if (!fits) {
    const expected = length === null ? `a multiple of ${size} bytes` : `${length} elements of ${size} bytes`;
    throw new InputError('an array of the wrong length', { place, expected, found: `${bytes.length} bytes` });
  }
  const own = new ArrayBuffer(bytes.length);
  new Uint8Array(own).set(bytes);
  return new kind(own);
}

function requireLittleEndian(): void {
  if (!LITTLE) throw new InputError('work cannot be shared from a machine with big-endian numbers');
}
