/** Whether a guarded model still computes what the original does, bit by bit, in onnxruntime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Network } from '../../network/network.js';
import { InputError } from '../../util/errors.js';

type Values = Float32Array | Float64Array;

/**
 * Runs both files on the samples, one at a time, with and without graph optimizations.
 * @throws InputError if onnxruntime refuses the guarded model, or an original output differs in a bit
 */
export async function assertSameOutputs(
  original: Uint8Array,
  guarded: Uint8Array,
  network: Network,
  samples: readonly Float64Array[],
): Promise<void> {
  for (const level of ['disabled', 'all'] as const) {
    const [before, after] = [await open(original, level), await open(guarded, level)];
    try {
      for (const sample of samples) await compare(before, after, network, sample);
    } finally {
      await Promise.all([before.release(), after.release()]);
    }
  }
}

async function open(bytes: Uint8Array, level: 'disabled' | 'all'): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: level,
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new InputError('onnxruntime refuses the guarded model', {
      expected: 'operators that its operator set has for these types',
      found: error instanceof Error ? error.message : String(error),
    });
  }
}

async function compare(
  before: InferenceSession,
  after: InferenceSession,
  network: Network,
  sample: Float64Array,
): Promise<void> {
  const { name } = network.tensors[network.input]!;
  const info = before.inputMetadata.find((entry) => entry.name === name);
  const shape = info?.isTensor === true ? info.shape : [];
  const dims = shape.map((side) => (typeof side === 'number' && side > 0 ? side : 1));
  const data = network.elementType === 'float32' ? Float32Array.from(sample) : sample;
  const feeds = { [name]: new Tensor(network.elementType, data as never, dims) };
  const [old, now] = [await before.run(feeds), await after.run(feeds)];
  for (const output of before.outputNames) {
    if (sameBits(old[output]!.data as Values, now[output]!.data as Values)) continue;
    throw new InputError('the guarded model does not compute what the original does', {
      place: `output "${output}"`,
      expected: 'the same bits in onnxruntime',
      found: 'other numbers',
    });
  }
}

function sameBits(a: Values, b: Values): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf(values: Values): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
