/** Decoding of ONNX TensorProto: dims, element type and data, with every size checked. */
import { InputError } from '../util/errors.js';
import { MAX_LISTED, type WireReader } from './wire-reader.js';

/** Element types by the number that ONNX gives them. */
export const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
};

/** Largest number of elements of one tensor: 2^27, a gigabyte of float64. */
export const MAX_ELEMENTS = 2 ** 27;

/** A constant tensor. Floats are exact as doubles. */
export type TensorData =
  | { readonly kind: 'float'; readonly type: 'float32' | 'float64'; readonly values: Float64Array }
  | { readonly kind: 'int'; readonly type: string; readonly values: readonly bigint[] }
  /** A type that no supported operator reads: an error only where it is used. */
  | { readonly kind: 'other'; readonly type: string };

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

interface RawTensor {
  name: string;
  dims: bigint[];
  type: number;
  floats: number[];
  doubles: number[];
  int32s: bigint[];
  int64s: bigint[];
  raw: Uint8Array | null;
  external: boolean;
}

/** Decodes one TensorProto message; `InputError` for external data, sizes that disagree and NaN or infinity. */
export function decodeTensor(reader: WireReader): TensorProto {
  const raw: RawTensor = {
    name: '',
    dims: [],
    type: 0,
    floats: [],
    doubles: [],
    int32s: [],
    int64s: [],
    raw: null,
    external: false,
  };
  for (let field = reader.next(); field !== null; field = reader.next()) {
    if (field.number === 1) reader.ints(field, raw.dims);
    else if (field.number === 2) raw.type = reader.int(field);
    else if (field.number === 3) throw reader.fault('segmented tensors are not supported', field.offset);
    else if (field.number === 4) reader.floats(field, 4, raw.floats);
    else if (field.number === 5) reader.ints(field, raw.int32s);
    else if (field.number === 7) reader.ints(field, raw.int64s);
    else if (field.number === 8) raw.name = reader.string(field);
    else if (field.number === 9) raw.raw = reader.payload(field);
    else if (field.number === 10) reader.floats(field, 8, raw.doubles);
    else if (field.number === 13) {
      raw.external = true;
      reader.skip(field);
    } else if (field.number === 14) raw.external = reader.int(field) !== 0 || raw.external;
    else reader.skip(field);
  }
  return typed(raw);
}

function typed(raw: RawTensor): TensorProto {
  const place = `tensor "${raw.name}"`;
  if (raw.external) {
    throw new InputError('external data is not supported', {
      place,
      expected: 'weights inside the model file',
      found: 'a reference to another file; save the model as a single file',
    });
  }
  const dims = raw.dims.map(Number);
  let count = 1;
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0)
      throw new InputError('bad tensor dimension', { place, found: String(dim) });
    count *= dim;
  }
  if (count > MAX_ELEMENTS) {
    throw new InputError('tensor is too large', {
      place,
      expected: `at most ${MAX_ELEMENTS} elements`,
      found: String(count),
    });
  }
  const type = ELEMENT_TYPES[raw.type];
  if (type === undefined) throw new InputError('unknown element type', { place, found: String(raw.type) });
  return { name: raw.name, dims, data: decodeData(raw, type, count, place) };
}

function decodeData(raw: RawTensor, type: string, count: number, place: string): TensorData {
  if (type === 'float32' || type === 'float64') {
    const width = type === 'float32' ? 4 : 8;
    const listed = type === 'float32' ? raw.floats : raw.doubles;
    checkCount(raw, listed.length, count, width, place);
    const values = raw.raw === null ? Float64Array.from(listed) : new Float64Array(count);
    if (raw.raw !== null) {
      const view = viewOf(raw.raw);
      for (let i = 0; i < count; i++) {
        values[i] = width === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true);
      }
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new InputError('weight is not a finite number', {
        place: `${place}, element ${bad}`,
        expected: 'a finite number',
        found: String(values[bad]),
      });
    }
    return { kind: 'float', type, values };
  }
  const width = INTEGER_WIDTH[type];
  if (width === undefined) return { kind: 'other', type };
  if (count > MAX_LISTED.ints) {
    throw new InputError('integer tensor is too large', {
      place,
      expected: `at most ${MAX_LISTED.ints} elements`,
      found: String(count),
    });
  }
  const listed = type === 'int64' ? raw.int64s : raw.int32s;
  checkCount(raw, listed.length, count, width, place);
  if (raw.raw === null) return { kind: 'int', type, values: inRange(listed, type, place) };
  const view = viewOf(raw.raw);
  const values: bigint[] = new Array(count);
  for (let i = 0; i < count; i++) values[i] = readInteger(view, type, i);
  return { kind: 'int', type, values: inRange(values, type, place) };
}

const INTEGER_WIDTH: Readonly<Record<string, number>> = {
  int64: 8,
  int32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Refuses integers that their element type does not have: int32_data lists those of narrow types as 32-bit integers,
 * which runtimes narrow each in its own way, and a bool is a byte.
 */
function inRange(values: readonly bigint[], type: string, place: string): readonly bigint[] {
  const { least, most } = integerRange(type);
  const bad = values.findIndex((value) => value < least || value > most);
  if (bad < 0) return values;
  throw new InputError('integer is outside the range of its element type', {
    place: `${place}, element ${bad}`,
    expected: `${least} to ${most} (${type})`,
    found: String(values[bad]),
  });
}

/** The integers of an element type, ends included; bool counts as 0 and 1. */
export function integerRange(type: string): { readonly least: bigint; readonly most: bigint } {
  const width = INTEGER_WIDTH[type];
  if (width === undefined) throw new RangeError(`${type} is not a supported integer type`);
  const bits = type === 'bool' ? 1n : BigInt(8 * width);
  if (type === 'bool' || type.startsWith('u')) return { least: 0n, most: 2n ** bits - 1n };
  return { least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n };
}

function readInteger(view: DataView, type: string, index: number): bigint {
  if (type === 'int64') return view.getBigInt64(8 * index, true);
  if (type === 'int32') return BigInt(view.getInt32(4 * index, true));
  if (type === 'int16') return BigInt(view.getInt16(2 * index, true));
  if (type === 'uint16') return BigInt(view.getUint16(2 * index, true));
  return BigInt(type === 'int8' ? view.getInt8(index) : view.getUint8(index));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkCount(raw: RawTensor, listed: number, count: number, width: number, place: string): void {
  const found = raw.raw === null ? listed * width : raw.raw.length;
  if (found === count * width && (raw.raw === null || listed === 0)) return;
  throw new InputError('tensor data do not fit the dimensions', {
    place,
    expected: `${count} elements of ${width} bytes for dimensions [${raw.dims.join(', ')}]`,
    found:
      raw.raw === null ? `${listed} elements` : `${found} bytes of raw data and ${listed} listed elements`,
  });
}
