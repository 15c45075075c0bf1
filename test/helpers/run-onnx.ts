/** Runs a model in onnxruntime; all outputs by name. */
import { InferenceSession, Tensor } from 'onnxruntime-node';

export type OptimizationLevel = 'disabled' | 'all';
export type OutputData = Readonly<Record<string, ArrayLike<number | bigint>>>;

/** Opens a model that takes one input tensor; the returned function runs `rows` samples. */
export async function opened(bytes: Uint8Array, level: OptimizationLevel = 'disabled') {
  const session = await InferenceSession.create(bytes, {
    graphOptimizationLevel: level,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const [name] = session.inputNames;
  return async (
    data: Float32Array | Float64Array,
    dims: readonly number[],
  ): Promise<Readonly<Record<string, Tensor>>> => {
    const type = data instanceof Float32Array ? 'float32' : 'float64';
    return await session.run({ [name!]: new Tensor(type, data as never, dims) });
  };
}
