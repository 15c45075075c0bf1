/** Exposed tensors are outputs that onnxruntime computes. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/network/oracle.js';
import { exposeOutputs } from '../../src/onnx/expose-outputs.js';
import { graphNames } from '../../src/onnx/graph-names.js';
import { lowerBytes, model, node, weights } from '../helpers/onnx-builder.js';

const bytes = model(
  ['N', 2],
  [node('MatMul', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('MatMul', ['a', 'v'], 'y')],
  { w: weights([2, 3]), v: weights([3, 2], 2) },
);

describe('exposeOutputs', () => {
  it('adds outputs and leaves the bytes before them alone', () => {
    const exposed = exposeOutputs(bytes, ['z', 'a']);
    expect(exposed.subarray(0, bytes.length)).toEqual(bytes);
    expect(graphNames(exposed).outputs).toEqual(['y', 'z', 'a']);
    expect(exposeOutputs(bytes, [])).toBe(bytes);
  });

  it('a tensor in front of a Relu is read as it was before the Relu', async () => {
    const network = lowerBytes(bytes);
    const ids = ['z', 'a'].map((name) => network.tensors.findIndex((tensor) => tensor.name === name));
    for (const optimize of [false, true]) {
      const session = await openSession(bytes, network, { expose: ids, optimize });
      const { exposed, logits } = await session.run(Float64Array.of(1, -1, 0.5, 2), 2);
      await session.close();
      const [z, a] = exposed as [Float32Array, Float32Array];
      expect(z.some((value) => value < 0)).toBe(true);
      expect([...a]).toEqual([...z].map((value) => Math.max(value, 0)));
      expect(logits).toHaveLength(4);
    }
  });
});
