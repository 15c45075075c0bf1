/** How fast this machine is right now, so that times of different runs can be compared as ratios. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../src/onnx/encode.js';

/** Runs at least `seconds` and returns the rate of `operations` per call, in units of 1e9 per second. */
async function giga(operations: number, seconds: number, call: () => unknown): Promise<number> {
  await call();
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < seconds * 1000) {
    await call();
    calls++;
  }
  return Number(((operations * calls) / (performance.now() - start) / 1e6).toPrecision(3));
}

/** A plain loop over a 512 x 512 matrix of doubles and a vector. */
export function matrixVectorGflops(): Promise<number> {
  const n = 512;
  const matrix = new Float64Array(n * n).fill(0.5);
  const vector = new Float64Array(n).fill(0.25);
  const result = new Float64Array(n);
  return giga(2 * n * n, 1, () => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * vector[j]!;
      result[i] = sum;
    }
  });
}

/** onnxruntime's MatMul of two 512 x 512 matrices of floats, one thread. */
export async function matMulGflops(): Promise<number> {
  const n = 512;
  const bytes = encodeModel({
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['c'] }],
    inputs: ['a', 'b'].map((name) => ({ name, type: 'float32', dims: [n, n] })),
    outputs: [{ name: 'c', type: 'float32', dims: [n, n] }],
  });
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const matrix = () => new Tensor('float32', new Float32Array(n * n).fill(0.5), [n, n]);
  const feeds = { a: matrix(), b: matrix() };
  const rate = await giga(2 * n ** 3, 1, () => session.run(feeds));
  await session.release();
  return rate;
}
