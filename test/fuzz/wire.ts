/**
 * Protocol-buffer messages of ONNX as trees of fields: numbers, names and whole sub-messages are changed and the
 * lengths around them written anew, so that mutants get past the decoder to the lowering.
 */
import type { Random } from '../helpers/random.js';
import { joined, mutateBytes } from './bytes.js';

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint or a fixed field. */
  raw: Uint8Array;
  /** Of a known sub-message. */
  fields: Field[] | null;
}

/** Which fields of which ONNX message are messages: message name, field number, name of the inner message. */
const INNER: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 8: 'opset' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value', 13: 'value' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph' },
  value: { 2: 'type' },
  type: { 1: 'tensorType' },
  tensorType: { 2: 'shape' },
  shape: { 1: 'dim' },
};

/** One change of a model; falls back to bytes where the input is no message. */
export function mutateWire(random: Random, input: Uint8Array, other: Uint8Array): Uint8Array {
  const fields = decode(input, 'model');
  if (fields === null || fields.length === 0) return mutateBytes(random, input, other);
  for (let n = random.int(1, 2); n > 0; n--) mutateFields(random, fields, other);
  return encode(fields);
}

function mutateFields(random: Random, root: Field[], other: Uint8Array): void {
  const [list, at] = placeIn(random, root);
  const field = list[at];
  if (field === undefined) return;
  switch (random.int(0, 6)) {
    case 0:
      list.splice(at, 1);
      return;
    case 1: {
      const times = random.chance(0.05) ? 1000 : 1;
      for (let n = 0; n < times; n++) list.splice(at, 0, structuredClone(field));
      return;
    }
    case 2: {
      const [from, index] = placeIn(random, root);
      const source = from[index];
      if (source !== undefined) list[at] = structuredClone(source);
      return;
    }
    case 3:
      list.splice(random.int(0, list.length - 1), 0, ...list.splice(at, 1));
      return;
    default:
      mutateLeaf(random, field, other);
  }
}

const VARINTS = [
  0n,
  1n,
  2n,
  3n,
  7n,
  11n,
  127n,
  128n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 40n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];
const TEXTS = [
  '',
  'x',
  'Relu',
  'MaxPool',
  'Conv',
  'Gemm',
  'Add',
  'Reshape',
  'Flatten',
  'Concat',
  'Pad',
  'Clip',
  'Softmax',
  'axis',
  'pads',
  'strides',
  'alpha',
  'SAME_UPPER',
]; // prettier-ignore

function mutateLeaf(random: Random, field: Field, other: Uint8Array): void {
  if (field.fields !== null) {
    if (random.chance(0.2)) field.fields = [];
    return;
  }
  if (field.wire === 0) field.raw = varint(random.pick(VARINTS));
  else if (field.wire !== 2) field.raw = field.raw.map(() => random.pick([0, 0x7f, 0x80, 0xff, 0x3f, 1]));
  else if (random.chance(0.3)) field.raw = Buffer.from(random.pick(TEXTS));
  else if (field.raw.length % 4 === 0 && random.chance(0.4)) setFloat(random, field);
  else field.raw = mutateBytes(random, field.raw, other);
}

/** An extreme number in what may be a list of floats. */
function setFloat(random: Random, field: Field): void {
  if (field.raw.length === 0) return;
  const raw = field.raw.slice();
  const extremes = [Number.NaN, Number.POSITIVE_INFINITY, 3.4e38, -3.4e38, 1e-45, 1e30, -1, 0];
  new DataView(raw.buffer).setFloat32(4 * random.int(0, raw.length / 4 - 1), random.pick(extremes), true);
  field.raw = raw;
}

function placeIn(random: Random, root: Field[]): [Field[], number] {
  let list = root;
  for (;;) {
    const at = random.int(0, Math.max(0, list.length - 1));
    const inner = list[at]?.fields;
    if (inner === null || inner === undefined || inner.length === 0 || random.chance(0.15)) return [list, at];
    list = inner;
  }
}

function decode(bytes: Uint8Array, message: string): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const key = readVarint(bytes, at);
    if (key === null) return null;
    at = key.end;
    const number = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    if (wire === 0) {
      const value = readVarint(bytes, at);
      if (value === null) return null;
      fields.push({ number, wire, raw: bytes.slice(at, value.end), fields: null });
      at = value.end;
    } else if (wire === 2) {
      const length = readVarint(bytes, at);
      if (length === null || length.value > BigInt(bytes.length - length.end)) return null;
      const raw = bytes.slice(length.end, length.end + Number(length.value));
      const inner = INNER[message]?.[number];
      fields.push({ number, wire, raw, fields: inner === undefined ? null : decode(raw, inner) });
      at = length.end + raw.length;
    } else if (wire === 1 || wire === 5) {
      const width = wire === 1 ? 8 : 4;
      fields.push({ number, wire, raw: bytes.slice(at, at + width), fields: null });
      at += width;
    } else return null;
  }
  return fields;
}

function encode(fields: readonly Field[]): Uint8Array {
  return joined(
    ...fields.flatMap(({ number, wire, raw, fields: inner }) => {
      const body = inner === null ? raw : encode(inner);
      const key = varint(BigInt(number * 8 + wire));
      return wire === 2 ? [key, varint(BigInt(body.length)), body] : [key, body];
    }),
  );
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  return null;
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}
