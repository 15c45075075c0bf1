/** Names, element types and shapes that a graph declares (ValueInfoProto). */
import { each, type WireReader } from './wire-reader.js';

/** A dimension: a number, or a name (possibly empty) for a dynamic one. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  /** ONNX element type number; 0 if not a tensor or not stated. */
  readonly elementType: number;
  /** Null where no shape is stated. */
  readonly shape: readonly Dimension[] | null;
}

/** Decodes one ValueInfoProto. Throws InputError. */
export function decodeValueInfo(reader: WireReader): ValueInfo {
  const info = { name: '', elementType: 0, shape: null as Dimension[] | null };
  each(reader, {
    1: (field) => {
      info.name = reader.string(field);
    },
    2: (field) => {
      const type = reader.message(field, 'type');
      each(type, {
        1: (inner) => {
          const tensor = type.message(inner, 'tensor_type');
          each(tensor, {
            1: (leaf) => {
              info.elementType = tensor.int(leaf);
            },
            2: (leaf) => {
              info.shape = decodeShape(tensor.message(leaf, 'shape'));
            },
          });
        },
      });
    },
  });
  return info;
}

function decodeShape(reader: WireReader): Dimension[] {
  const shape: Dimension[] = [];
  each(reader, {
    1: (field) => {
      const dim = reader.message(field, `dim[${shape.length}]`);
      let value: Dimension = '';
      each(dim, {
        1: (inner) => {
          value = dim.int(inner);
        },
        2: (inner) => {
          value = dim.string(inner);
        },
      });
      shape.push(value);
    },
  });
  return shape;
}
