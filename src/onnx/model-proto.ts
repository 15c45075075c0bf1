/**
 * The part of ONNX ModelProto that napcert reads, as typed plain data. No semantics here.
 * Source: onnx.proto (ONNX IR specification), field numbers as published there.
 */
import { decodeTensor, type TensorProto } from './tensor-proto.js';
import { decodeValueInfo, type ValueInfo } from './value-info.js';
import { each, type Field, type Visitor, type WireReader } from './wire-reader.js';

export type { TensorData, TensorProto } from './tensor-proto.js';
export type { Dimension, ValueInfo } from './value-info.js';

/** Field numbers shared by the decoder, the encoder and the editor of outputs. */
export const MODEL_GRAPH = 7;
export const GRAPH_OUTPUT = 12;

export interface AttributeProto {
  readonly name: string;
  /** AttributeType number of ONNX; 0 where an old writer left it out. */
  readonly type: number;
  readonly f: number | null;
  readonly i: bigint | null;
  readonly s: string | null;
  readonly t: TensorProto | null;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly string[];
  /** A subgraph, a function reference or a sparse tensor: nothing napcert can read. */
  readonly unreadable: boolean;
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
}

export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly sparseInitializers: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
}

export interface ModelProto {
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: GraphProto | null;
  readonly functions: number;
  readonly producer: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** Decodes a ModelProto; repeated graph fields merge, as protobuf demands. Throws InputError. */
export function decodeModelProto(reader: WireReader): ModelProto {
  let irVersion = 0;
  let functions = 0;
  let producer = '';
  const opsets: { domain: string; version: number }[] = [];
  const metadata: { key: string; value: string }[] = [];
  let graph: MutableGraph | null = null;
  each(reader, {
    1: (field) => {
      irVersion = reader.int(field);
    },
    2: (field) => {
      producer = reader.string(field);
    },
    [MODEL_GRAPH]: (field) => {
      graph ??= emptyGraph();
      decodeGraph(reader.message(field, 'graph'), graph);
    },
    8: (field) => {
      opsets.push(decodeOpset(reader.message(field, `opset_import[${opsets.length}]`)));
    },
    14: (field) => {
      const entry = { key: '', value: '' };
      const message = reader.message(field, `metadata_props[${metadata.length}]`);
      each(message, {
        1: (inner) => {
          entry.key = message.string(inner);
        },
        2: (inner) => {
          entry.value = message.string(inner);
        },
      });
      metadata.push(entry);
    },
    25: (field) => {
      functions++;
      reader.skip(field);
    },
  });
  return { irVersion, opsets, graph, functions, producer, metadata };
}

interface MutableGraph extends GraphProto {
  name: string;
  nodes: NodeProto[];
  initializers: TensorProto[];
  sparseInitializers: number;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  valueInfo: ValueInfo[];
}

function emptyGraph(): MutableGraph {
  return {
    name: '',
    nodes: [],
    initializers: [],
    sparseInitializers: 0,
    inputs: [],
    outputs: [],
    valueInfo: [],
  };
}

function decodeGraph(reader: WireReader, graph: MutableGraph): void {
  const info = (list: ValueInfo[], name: string) => (field: Field) => {
    list.push(decodeValueInfo(reader.message(field, `${name}[${list.length}]`)));
  };
  each(reader, {
    1: (field) => {
      graph.nodes.push(decodeNode(reader.message(field, `node[${graph.nodes.length}]`)));
    },
    2: (field) => {
      graph.name = reader.string(field);
    },
    5: (field) => {
      graph.initializers.push(
        decodeTensor(reader.message(field, `initializer[${graph.initializers.length}]`)),
      );
    },
    11: info(graph.inputs, 'input'),
    [GRAPH_OUTPUT]: info(graph.outputs, 'output'),
    13: info(graph.valueInfo, 'value_info'),
    15: (field) => {
      graph.sparseInitializers++;
      reader.skip(field);
    },
  });
}

function decodeOpset(reader: WireReader): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  each(reader, {
    1: (field) => {
      opset.domain = reader.string(field);
    },
    2: (field) => {
      opset.version = reader.int(field);
    },
  });
  return opset;
}

function decodeNode(reader: WireReader): NodeProto {
  const node = {
    name: '',
    opType: '',
    domain: '',
    inputs: [] as string[],
    outputs: [] as string[],
    attributes: [] as AttributeProto[],
  };
  each(reader, {
    1: (field) => node.inputs.push(reader.string(field)),
    2: (field) => node.outputs.push(reader.string(field)),
    3: (field) => {
      node.name = reader.string(field);
    },
    4: (field) => {
      node.opType = reader.string(field);
    },
    5: (field) => {
      node.attributes.push(decodeAttribute(reader.message(field, `attribute[${node.attributes.length}]`)));
    },
    7: (field) => {
      node.domain = reader.string(field);
    },
  });
  return node;
}

function decodeAttribute(reader: WireReader): AttributeProto {
  const attribute = {
    name: '',
    type: 0,
    f: null as number | null,
    i: null as bigint | null,
    s: null as string | null,
    t: null as TensorProto | null,
    floats: [] as number[],
    ints: [] as bigint[],
    strings: [] as string[],
    unreadable: false,
  };
  const unreadable: Visitor = (field) => {
    attribute.unreadable = true;
    reader.skip(field);
  };
  each(reader, {
    1: (field) => {
      attribute.name = reader.string(field);
    },
    2: (field) => {
      attribute.f = reader.float(field);
    },
    3: (field) => {
      attribute.i = reader.int64(field);
    },
    4: (field) => {
      attribute.s = reader.string(field);
    },
    5: (field) => {
      attribute.t = decodeTensor(reader.message(field, 'tensor'));
    },
    6: unreadable,
    7: (field) => reader.floats(field, 4, attribute.floats),
    8: (field) => reader.ints(field, attribute.ints),
    9: (field) => attribute.strings.push(reader.string(field)),
    10: unreadable,
    11: unreadable,
    20: (field) => {
      attribute.type = reader.int(field);
    },
    21: unreadable,
    22: unreadable,
    23: unreadable,
  });
  return attribute;
}
