/** Adding nodes, constants, outputs and metadata to a model; what is kept keeps its bytes and its order. */
import { type GraphSpec, writeGraphParts } from './encode.js';
import { GRAPH_OUTPUT, MODEL_GRAPH } from './model-proto.js';
import { WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/** Field number of ModelProto. */
const METADATA_PROPS = 14;

/**
 * The same model with more at the end of its graph: every field of the file is copied byte for byte, and the graph
 * gets the additions behind its own parts. Unlike `exposeOutputs`, the result has one graph message, which readers that
 * do not merge repeated fields need. Nothing is validated: names must be fresh, nodes in topological order.
 * @param outputs whether the model's own outputs stay; without them, those of the addition are the only ones
 * @throws InputError for malformed bytes
 */
export function appendToGraph(
  bytes: Uint8Array,
  addition: GraphSpec,
  metadata: Readonly<Record<string, string>>,
  outputs: 'keep' | 'replace' = 'keep',
): Uint8Array {
  const reader = new WireReader(bytes);
  const writer = new WireWriter();
  const graphs: Uint8Array[] = [];
  for (let field = reader.next(); field !== null; field = reader.next()) {
    const { number, wire } = field;
    if (number === MODEL_GRAPH)
      graphs.push(outputs === 'keep' ? reader.payload(field) : withoutOutputs(reader.payload(field)));
    else if (wire === 'varint') writer.int(number, reader.int64(field));
    else if (wire === 'bytes') writer.bytes(number, reader.payload(field));
    // ModelProto has no field of a fixed width, so this is none that a runtime reads.
    else reader.skip(field);
  }
  const added = new WireWriter();
  writeGraphParts(added, addition);
  writer.bytes(MODEL_GRAPH, joined([...graphs, added.finish()]));
  for (const [key, value] of Object.entries(metadata)) {
    writer.message(METADATA_PROPS, (entry) => entry.string(1, key).string(2, value));
  }
  return writer.finish();
}

function withoutOutputs(graph: Uint8Array): Uint8Array {
  const reader = new WireReader(graph, 'graph');
  const writer = new WireWriter();
  for (let field = reader.next(); field !== null; field = reader.next()) {
    // All fields of a graph are messages or strings.
    if (field.wire === 'bytes' && field.number !== GRAPH_OUTPUT)
      writer.bytes(field.number, reader.payload(field));
    else reader.skip(field);
  }
  return writer.finish();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
