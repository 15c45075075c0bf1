/** Building ONNX models in memory: plain descriptions in, ModelProto bytes out. */
import { WireWriter } from './wire-writer.js';

export type ElementType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool';

const TYPE_NUMBER: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
const TYPE_WIDTH: Readonly<Record<ElementType, number>> = {
  float32: 4,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
};

/** A constant tensor; `values` are rounded to the element type. */
export interface TensorSpec {
  readonly kind: 'tensor';
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** An attribute whose kind of value cannot be read off a JavaScript number. */
export type AttributeSpec =
  | TensorSpec
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly values: readonly number[] }
  | { readonly kind: 'floats'; readonly values: readonly number[] }
  | { readonly kind: 'graph'; readonly graph: GraphSpec };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
}

/** A graph input or output; a string dimension is symbolic. Without `dims` only the name is written. */
export interface ValueSpec {
  readonly name: string;
  readonly type?: ElementType;
  readonly dims?: readonly (number | string)[];
}

/** A graph: of a model, or the body of a Loop or If node, which may read names of the graph around it. */
export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: Readonly<Record<string, TensorSpec>>;
  readonly inputs: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
}

export interface ModelSpec extends GraphSpec {
  /** Version of the default operator set; 17 unless given. */
  readonly opset?: number;
  readonly extraOpsets?: readonly { readonly domain: string; readonly version: number }[];
  readonly irVersion?: number;
  readonly producer?: string;
}

export function tensor(type: ElementType, dims: readonly number[], values: ArrayLike<number>): TensorSpec {
  return { kind: 'tensor', type, dims, values };
}
export const int = (value: number | bigint): AttributeSpec => ({ kind: 'int', value });
export const float = (value: number): AttributeSpec => ({ kind: 'float', value });
export const graph = (value: GraphSpec): AttributeSpec => ({ kind: 'graph', graph: value });
export const text = (value: string): AttributeSpec => ({ kind: 'string', value });
export const ints = (...values: number[]): AttributeSpec => ({ kind: 'ints', values });
export const floats = (...values: number[]): AttributeSpec => ({ kind: 'floats', values });

/** ModelProto bytes of a description. Nothing is validated: malformed models are wanted in tests. */
export function encodeModel(spec: ModelSpec): Uint8Array {
  const writer = new WireWriter();
  writer.int(1, spec.irVersion ?? 8);
  writer.string(2, spec.producer ?? 'napcert');
  writer.message(7, (graph) => writeGraph(graph, spec));
  writer.message(8, (opset) => opset.string(1, '').int(2, spec.opset ?? 17));
  for (const extra of spec.extraOpsets ?? []) {
    writer.message(8, (opset) => opset.string(1, extra.domain).int(2, extra.version));
  }
  return writer.finish();
}

function writeGraph(graph: WireWriter, spec: GraphSpec): void {
  writeGraphParts(graph, spec, 'graph');
}

/** Writes the parts of a graph; without a name they can be added to a graph that has one. */
export function writeGraphParts(graph: WireWriter, spec: GraphSpec, name?: string): void {
  for (const node of spec.nodes) graph.message(1, (writer) => writeNode(writer, node));
  if (name !== undefined) graph.string(2, name);
  for (const [key, value] of Object.entries(spec.initializers ?? {})) {
    graph.message(5, (writer) => writeTensor(writer, value, key));
  }
  for (const value of spec.inputs) graph.message(11, (writer) => writeValueInfo(writer, value));
  for (const value of spec.outputs) graph.message(12, (writer) => writeValueInfo(writer, value));
}

function writeNode(writer: WireWriter, node: NodeSpec): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, node.name ?? '');
  writer.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.domain !== undefined) writer.string(7, node.domain);
}

function writeAttribute(writer: WireWriter, name: string, spec: AttributeSpec): void {
  writer.string(1, name);
  switch (spec.kind) {
    case 'float':
      writer.float(2, spec.value).int(20, 1);
      return;
    case 'int':
      writer.int(3, spec.value).int(20, 2);
      return;
    case 'string':
      writer.string(4, spec.value).int(20, 3);
      return;
    case 'tensor':
      writer.message(5, (inner) => writeTensor(inner, spec, name)).int(20, 4);
      return;
    case 'graph':
      writer.message(6, (inner) => writeGraph(inner, spec.graph)).int(20, 5);
      return;
    case 'floats':
      for (const value of spec.values) writer.float(7, value);
      writer.int(20, 6);
      return;
    case 'ints':
      for (const value of spec.values) writer.int(8, value);
      writer.int(20, 7);
  }
}

/** TensorProto bytes of a constant. */
export function encodeTensor(name: string, spec: TensorSpec): Uint8Array {
  const writer = new WireWriter();
  writeTensor(writer, spec, name);
  return writer.finish();
}

function writeTensor(writer: WireWriter, spec: TensorSpec, name: string): void {
  for (const dim of spec.dims) writer.int(1, dim);
  writer.int(2, TYPE_NUMBER[spec.type]);
  writer.string(8, name);
  writer.bytes(9, rawData(spec));
}

function rawData(spec: TensorSpec): Uint8Array {
  const { type, values } = spec;
  const width = TYPE_WIDTH[type];
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (type === 'float32') view.setFloat32(4 * i, value, true);
    else if (type === 'float64') view.setFloat64(8 * i, value, true);
    else if (type === 'int64') view.setBigInt64(8 * i, BigInt(value), true);
    else if (type === 'int32') view.setInt32(4 * i, value, true);
    else view.setUint8(i, value);
  }
  return bytes;
}

/** Writes a ValueInfoProto. */
export function writeValueInfo(writer: WireWriter, spec: ValueSpec): void {
  writer.string(1, spec.name);
  const { dims } = spec;
  if (spec.type === undefined && dims === undefined) return;
  const elementType = TYPE_NUMBER[spec.type ?? 'float32'];
  writer.message(2, (type) =>
    type.message(1, (tensorType) => {
      tensorType.int(1, elementType);
      if (dims === undefined) return;
      tensorType.message(2, (shape) => {
        for (const dim of dims) {
          shape.message(1, (entry) => (typeof dim === 'number' ? entry.int(1, dim) : entry.string(2, dim)));
        }
      });
    }),
  );
}
