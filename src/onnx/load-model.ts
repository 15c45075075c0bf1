/** From a path or bytes to a decoded ONNX model with its digest. */
import { basename } from 'node:path';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { PLAIN_TEXT, printable } from '../util/plain-text.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { decodeModelProto, type GraphProto, type ModelProto } from './model-proto.js';
import { WireReader } from './wire-reader.js';

/** Largest model file read unless the caller says otherwise: 512 MB. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

export interface LoadedModel {
  readonly kind: 'loaded-model';
  /** The file as stored: what the digest covers and what onnxruntime replays. */
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Base name of the file, for messages and reports. */
  readonly fileName: string;
  readonly model: ModelProto & { readonly graph: GraphProto };
}

/**
 * Reads and decodes an ONNX file.
 * @throws InputError naming the file if it is missing, no regular file, too large, not ONNX, or has weights that are not finite.
 */
export async function loadModel(path: string, maxBytes = DEFAULT_MAX_BYTES): Promise<LoadedModel> {
  const bytes = readRegularFile(path, { what: 'the model', expected: 'an ONNX file', maxBytes });
  try {
    return readAs('model', path, bytes, () => decodeModel(bytes, printable(basename(path)), maxBytes));
  } catch (error) {
    throw error instanceof InputError ? error.inFile(path) : error;
  }
}

/** Decodes the bytes of an ONNX file. Errors as `loadModel`, without the file's name. */
export function decodeModel(
  bytes: Uint8Array,
  fileName = 'model.onnx',
  maxBytes = DEFAULT_MAX_BYTES,
): LoadedModel {
  if (bytes.length > maxBytes) throw tooLarge(bytes.length, maxBytes);
  const model = decodeOnnx(bytes);
  const { graph } = model;
  if (graph === null || graph.nodes.length === 0) {
    throw new InputError('not an ONNX file', {
      expected: 'a ModelProto with a graph of at least one node',
      found: graph === null ? 'no graph' : 'a graph without nodes',
    });
  }
  refuseHiddenText(graph);
  return { kind: 'loaded-model', bytes, sha256: sha256(bytes), fileName, model: { ...model, graph } };
}

/** Bytes that go wrong outside the graph are most often no ONNX file at all. */
function decodeOnnx(bytes: Uint8Array): ModelProto {
  try {
    return decodeModelProto(new WireReader(bytes));
  } catch (error) {
    if (!(error instanceof InputError) || error.fault.place?.startsWith('model, byte ') !== true) throw error;
    throw new InputError(`not an ONNX file, or a damaged one: ${error.message}`, error.fault);
  }
}

/** Names go into certificates and reports, where hidden characters could forge what is read. */
function refuseHiddenText({ nodes, inputs, outputs, initializers }: GraphProto): void {
  const named = [...inputs, ...outputs, ...initializers].map(({ name }) => name);
  const computed = nodes.flatMap((node) => [
    node.name,
    node.opType,
    node.domain,
    ...node.inputs,
    ...node.outputs,
  ]);
  const wrong = [...named, ...computed].find((name) => !PLAIN_TEXT.test(name));
  if (wrong === undefined) return;
  throw new InputError('a name in the model holds control characters', {
    place: 'graph',
    expected: 'names of printable characters',
    found: JSON.stringify(wrong).slice(0, 200),
  });
}

function tooLarge(size: number, limit: number): InputError {
  return new InputError('the model is too large', {
    expected: `at most ${limit} bytes`,
    found: `${size} bytes`,
  });
}
