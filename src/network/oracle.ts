/** onnxruntime as an oracle: the original bytes, run on batches, with hidden tensors on request. */
import type { InferenceSession, OnnxValue } from 'onnxruntime-node';
import { exposeOutputs } from '../onnx/expose-outputs.js';
import { graphNames } from '../onnx/graph-names.js';
import { InputError } from '../util/errors.js';
import { missingRuntime } from './missing-runtime.js';
import type { Network, TensorId } from './network.js';

/** Numbers as the model computes them: float32 or float64, n samples one after another. */
export type OracleValues = Float32Array | Float64Array;

export interface OracleRun {
  /** n x size of the network's output tensor (before a dropped softmax). */
  readonly logits: OracleValues;
  /** n x tensor size, for each tensor of `expose` in order. */
  readonly exposed: readonly OracleValues[];
}

export interface OracleSession {
  /** Runs n samples, given as n x input size; inputs are rounded to the model's element type. */
  readonly run: (batch: Float64Array, n: number) => Promise<OracleRun>;
  readonly close: () => Promise<void>;
}

export interface OracleOptions {
  /** Tensors to read besides the logits; they must exist in the ONNX graph (see `exposable`). */
  readonly expose?: readonly TensorId[];
  /** Graph optimizations; off by default, so that a replay computes what the file says. */
  readonly optimize?: boolean;
  /** Threads within an operator; 1 by default. */
  readonly threads?: number;
}

type Runtime = typeof import('onnxruntime-node');

/**
 * Programs whose threads come and go load it in their main thread too: once the last thread that has it ends, its native
 * part is unloaded, and cannot be loaded again.
 * @throws InputError if it is not installed for this platform
 */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw missingRuntime(error) ?? error;
  }
}

/** Ids of the tensors that onnxruntime can show: all but those that lowering invented. */
export function exposable(bytes: Uint8Array, network: Network): readonly TensorId[] {
  const { computed } = graphNames(bytes);
  return network.tensors.flatMap(({ name }, id) => (id === network.input || computed.has(name) ? [id] : []));
}

/**
 * Opens the model in onnxruntime. A batch size that the model fixes is respected by running in chunks.
 * @throws InputError if onnxruntime is missing, refuses the model, or a tensor to expose does not exist.
 */
export async function openSession(
  bytes: Uint8Array,
  network: Network,
  options: OracleOptions = {},
): Promise<OracleSession> {
  const runtime = await loadRuntime();
  const { outputs } = graphNames(bytes);
  const wanted = [network.output, ...(options.expose ?? [])];
  const fetches = [
    ...new Set(wanted.filter((id) => id !== network.input).map((id) => network.tensors[id]!.name)),
  ];
  const extra = fetches.filter((name) => !outputs.includes(name));
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(exposeOutputs(bytes, extra), {
      executionProviders: ['cpu'],
      graphOptimizationLevel: options.optimize === true ? 'all' : 'disabled',
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new InputError('onnxruntime refuses the model', {
      found: error instanceof Error ? error.message : String(error),
    });
  }
  const inputName = network.tensors[network.input]!.name;
  const dims = inputDims(session, inputName);
  const size = network.tensors[network.input]!.size;
  const single = network.elementType === 'float32';

  const run = async (batch: Float64Array, n: number): Promise<OracleRun> => {
    if (batch.length !== n * size)
      throw new RangeError(`batch has ${batch.length} elements, expected ${n} x ${size}`);
    const rounded = single ? Float32Array.from(batch) : batch;
    const results = new Map<TensorId, OracleValues>();
    const empty = (length: number, wide: boolean) =>
      wide ? new Float64Array(length) : new Float32Array(length);
    if (n === 0) for (const id of wanted) results.set(id, empty(0, !single));
    const chunk = dims.chunk ?? Math.max(n, 1);
    for (let first = 0; first < n; first += chunk) {
      const count = Math.min(chunk, n - first);
      const data = single ? new Float32Array(chunk * size) : new Float64Array(chunk * size);
      data.set(rounded.subarray(first * size, (first + count) * size));
      const feed = new runtime.Tensor(network.elementType, data as never, dims.of(chunk));
      // All outputs, never a choice: onnxruntime-node 1.23.2 labels a subset with the names of the first outputs.
      const found = await session.run({ [inputName]: feed });
      for (const id of new Set(wanted)) {
        const tensor = network.tensors[id]!;
        const values =
          id === network.input ? data : floatsOf(found[tensor.name], tensor.name, chunk * tensor.size);
        // A Cast in the model may have widened this tensor.
        const target = results.get(id) ?? empty(n * tensor.size, values instanceof Float64Array);
        results.set(id, target);
        target.set(values.subarray(0, count * tensor.size), first * tensor.size);
      }
    }
    return {
      logits: results.get(network.output)!,
      exposed: (options.expose ?? []).map((id) => results.get(id)!),
    };
  };
  return { run, close: () => session.release() };
}

/** Samples per run (null: any number) and the input's dimensions for that many. */
function inputDims(
  session: InferenceSession,
  name: string,
): { chunk: number | null; of: (n: number) => number[] } {
  const metadata = session.inputMetadata.find((entry) => entry.name === name);
  if (metadata === undefined || !metadata.isTensor)
    throw new InputError(`onnxruntime has no input "${name}"`);
  const [first, ...rest] = metadata.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null));
  const fixed = rest.map((dim) => dim ?? 1);
  if (rest.length === 0) return { chunk: 1, of: () => [first ?? 1] };
  return { chunk: first ?? null, of: (n) => [n, ...fixed] };
}

function floatsOf(value: OnnxValue | undefined, name: string, length: number): OracleValues {
  const data = value?.data;
  if ((data instanceof Float32Array || data instanceof Float64Array) && data.length === length) return data;
  throw new InputError('onnxruntime returned something else than expected', {
    place: `tensor "${name}"`,
    expected: `${length} floats`,
    found:
      data === undefined ? 'nothing' : `${(data as ArrayLike<unknown>).length} values of type ${value?.type}`,
  });
}
