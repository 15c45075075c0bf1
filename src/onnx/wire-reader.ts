/**
 * Protobuf wire format, read with limits. Every malformation is an InputError that names the byte offset.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import { InputError } from '../util/errors.js';

/** Wire types of protobuf; groups (3 and 4) are obsolete and refused. */
export type WireType = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

const WIRE_TYPES: Readonly<Record<number, WireType>> = {
  0: 'varint',
  1: 'fixed64',
  2: 'bytes',
  5: 'fixed32',
};

/** Deepest nesting of messages; ONNX models need about 8 without subgraphs. */
export const MAX_DEPTH = 32;

/** Longest list of integers (shapes, indices) and of listed floats; weights are usually raw bytes instead. */
export const MAX_LISTED = { ints: 2 ** 22, floats: 2 ** 26 } as const;

/** One field of a message: number, wire type, and where its payload begins in the file. */
export interface Field {
  readonly number: number;
  readonly wire: WireType;
  readonly offset: number;
}

/** A cursor over one message. `start` and `end` are absolute offsets in the file. */
export class WireReader {
  private readonly view: DataView;
  private position: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly path = 'model',
    start = 0,
    private readonly end = bytes.length,
    private readonly depth = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
  }

  /** The next field's header, or null at the end of the message. */
  next(): Field | null {
    if (this.position >= this.end) return null;
    const offset = this.position;
    const key = this.varint();
    const number = Number(key >> 3n);
    const wire = WIRE_TYPES[Number(key & 7n)];
    if (number < 1 || number > 0x1fffffff) {
      throw this.fault('bad field number', offset, 'a field number from 1 to 536870911', String(number));
    }
    if (wire === undefined) {
      throw this.fault('bad wire type', offset, 'wire type 0, 1, 2 or 5', `wire type ${key & 7n}`);
    }
    return { number, wire, offset: this.position };
  }

  /** Skips the payload of an unknown field. */
  skip(field: Field): void {
    if (field.wire === 'varint') this.varint();
    else if (field.wire === 'fixed64') this.take(8);
    else if (field.wire === 'fixed32') this.take(4);
    else this.take(this.length());
  }

  /** A signed 64-bit integer (int64, int32, enum). */
  int64(field: Field): bigint {
    this.expect(field, 'varint');
    return BigInt.asIntN(64, this.varint());
  }

  /** A signed integer that must fit a double exactly. */
  int(field: Field): number {
    const value = this.int64(field);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw this.fault('integer out of range', field.offset, 'at most 53 bits', String(value));
    }
    return number;
  }

  float(field: Field): number {
    this.expect(field, 'fixed32');
    return this.view.getFloat32(this.take(4), true);
  }

  /** A copy-free view of a length-delimited payload. */
  payload(field: Field): Uint8Array {
    this.expect(field, 'bytes');
    const length = this.length();
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  string(field: Field): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.payload(field));
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw this.fault('text is not UTF-8', field.offset, 'UTF-8 text', 'other bytes');
    }
  }

  /** A reader over a nested message. */
  message(field: Field, name: string): WireReader {
    this.expect(field, 'bytes');
    const length = this.length();
    const start = this.take(length);
    if (this.depth + 1 > MAX_DEPTH) {
      throw this.fault('messages nested too deeply', start, `at most ${MAX_DEPTH} levels`, 'more');
    }
    return new WireReader(this.bytes, `${this.path}.${name}`, start, start + length, this.depth + 1);
  }

  /** A repeated integer field, packed or not: appends to `into`. */
  ints(field: Field, into: bigint[]): void {
    if (into.length >= MAX_LISTED.ints) throw this.tooMany(field, MAX_LISTED.ints);
    if (field.wire === 'varint') {
      into.push(this.int64(field));
      return;
    }
    const end = this.packedEnd(field);
    while (this.position < end) {
      if (into.length >= MAX_LISTED.ints) throw this.tooMany(field, MAX_LISTED.ints);
      into.push(BigInt.asIntN(64, this.varint()));
    }
    if (this.position !== end) throw this.fault('packed field cut off', field.offset);
  }

  /** A repeated float (4 bytes) or double (8 bytes) field, packed or not: appends to `into`. */
  floats(field: Field, width: 4 | 8, into: number[]): void {
    const read = () =>
      width === 4 ? this.view.getFloat32(this.take(4), true) : this.view.getFloat64(this.take(8), true);
    if (field.wire !== 'bytes') {
      this.expect(field, width === 4 ? 'fixed32' : 'fixed64');
      into.push(read());
      return;
    }
    const end = this.packedEnd(field);
    if ((end - this.position) % width !== 0) {
      throw this.fault('packed field cut off', field.offset, `a multiple of ${width} bytes`);
    }
    if (into.length + (end - this.position) / width > MAX_LISTED.floats)
      throw this.tooMany(field, MAX_LISTED.floats);
    while (this.position < end) into.push(read());
  }

  /** An InputError at an offset of this message. */
  fault(message: string, offset: number, expected?: string, found?: string): InputError {
    return new InputError(message, {
      place: `${this.path}, byte ${offset}`,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
    });
  }

  private tooMany(field: Field, limit: number): InputError {
    return this.fault('list is too long', field.offset, `at most ${limit} elements`, 'more');
  }

  private packedEnd(field: Field): number {
    this.expect(field, 'bytes');
    const length = this.length();
    if (length > this.end - this.position) throw this.cutOff(length);
    return this.position + length;
  }

  private expect(field: Field, wire: WireType): void {
    if (field.wire !== wire) {
      throw this.fault(`field ${field.number} has the wrong wire type`, field.offset, wire, field.wire);
    }
  }

  private length(): number {
    const length = this.varint();
    if (length > BigInt(this.end - this.position)) throw this.cutOff(length);
    return Number(length);
  }

  private take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw this.cutOff(count);
    this.position = start + count;
    return start;
  }

  private cutOff(need: number | bigint): InputError {
    const left = this.end - this.position;
    return this.fault('message is cut off', this.position, `${need} more bytes`, `${left} bytes left`);
  }

  private varint(): bigint {
    // Small numbers, the common case, without BigInt arithmetic.
    const start = this.position;
    let low = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.bytes[this.take(1)]!;
      low |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let i = 4; i < 10; i++) {
      const byte = this.bytes[this.take(1)]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw this.fault('varint is too long', start, 'at most 10 bytes', 'more');
  }
}

/** What to do with a field; unknown fields are skipped. */
export type Visitor = (field: Field) => void;

/** Visits the fields of a message by number. */
export function each(reader: WireReader, visit: Readonly<Record<number, Visitor>>): void {
  for (let field = reader.next(); field !== null; field = reader.next()) {
    const action = visit[field.number];
    if (action === undefined) reader.skip(field);
    else action(field);
  }
}
