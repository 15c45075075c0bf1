/** For measuring: a model whose first input and output dimensions are free. */
import { each, WireReader } from '../../src/onnx/wire-reader.js';
import { WireWriter } from '../../src/onnx/wire-writer.js';

/** Copies a message, its fields of the given numbers rewritten. */
function rewritten(
  bytes: Uint8Array,
  edit: Readonly<Record<number, (part: Uint8Array, n: number) => Uint8Array>>,
): Uint8Array {
  const reader = new WireReader(bytes);
  const writer = new WireWriter();
  const seen = new Map<number, number>();
  for (let field = reader.next(); field !== null; field = reader.next()) {
    const change = edit[field.number];
    if (field.wire === 'varint') writer.int(field.number, reader.int64(field));
    else {
      const part = reader.payload(field);
      const n = seen.get(field.number) ?? 0;
      seen.set(field.number, n + 1);
      writer.bytes(field.number, change === undefined ? part : change(part, n));
    }
  }
  return writer.finish();
}

const freeDimension = new WireWriter().string(2, 'batch').finish();

const freeValue = (info: Uint8Array): Uint8Array =>
  rewritten(info, {
    2: (type) =>
      rewritten(type, {
        1: (tensor) =>
          rewritten(tensor, {
            2: (shape) => rewritten(shape, { 1: (dim, n) => (n === 0 ? freeDimension : dim) }),
          }),
      }),
  });

/** Graph inputs (11), outputs (12) and hints of shapes (13, dropped to nothing but their names). */
export function withFreeBatch(bytes: Uint8Array): Uint8Array {
  const nameOnly = (info: Uint8Array): Uint8Array => {
    const reader = new WireReader(info);
    let name = '';
    each(reader, {
      1: (field) => {
        name = reader.string(field);
      },
    });
    return new WireWriter().string(1, name).finish();
  };
  return rewritten(bytes, { 7: (graph) => rewritten(graph, { 11: freeValue, 12: freeValue, 13: nameOnly }) });
}
