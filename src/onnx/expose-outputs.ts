/** Adding graph outputs to a model without decoding it. */
import { GRAPH_OUTPUT, MODEL_GRAPH } from './model-proto.js';
import { WireWriter } from './wire-writer.js';

/**
 * The same model with more graph outputs, for reading hidden tensors in onnxruntime.
 *
 * Protobuf merges a message field that occurs twice, so a second graph that holds only the new outputs is
 * appended to the untouched bytes. onnxruntime infers the outputs' types. Names that are already outputs
 * must not be repeated; names that do not exist make onnxruntime refuse the model.
 */
export function exposeOutputs(bytes: Uint8Array, tensorNames: readonly string[]): Uint8Array {
  if (tensorNames.length === 0) return bytes;
  const writer = new WireWriter();
  writer.message(MODEL_GRAPH, (graph) => {
    for (const name of tensorNames) graph.message(GRAPH_OUTPUT, (output) => output.string(1, name));
  });
  const suffix = writer.finish();
  const result = new Uint8Array(bytes.length + suffix.length);
  result.set(bytes);
  result.set(suffix, bytes.length);
  return result;
}
