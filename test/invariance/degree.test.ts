import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { analyseDegree } from '../../src/invariance/degree.js';
import { encodeModel } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { randoms } from '../helpers/onnx-builder.js';
import { OPERATOR_GRAPHS, type OperatorGraph } from './operator-graphs.js';

const FACTORS = [0.5, 3, 0.1, 100, 1e-13, 1e-300];
const POINTS = 8;

/** The outputs at each point and at each factor times the point, by onnxruntime. */
async function outputs({
  bytes,
  dims,
  type,
}: OperatorGraph): Promise<{ at: number[]; scaled: number[][] }[]> {
  const session = await InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const size = dims.reduce((a, b) => a * b, 1);
  const run = async (x: Float64Array): Promise<number[]> => {
    const data = type === 'float32' ? Float32Array.from(x) : x;
    const found = await session.run({ x: new Tensor(type, data as never, dims) });
    return Array.from(found['y']!.data as Float32Array);
  };
  const factors = type === 'float64' ? FACTORS : FACTORS.slice(0, 4);
  const results = [];
  for (let i = 0; i < POINTS; i++) {
    const x = randoms(size, 100 + i).map((value) => 10 * value);
    const scaled = [];
    for (const s of factors) scaled.push(await run(x.map((value) => s * value)));
    results.push({ at: await run(x), scaled });
  }
  await session.release();
  return results;
}

const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Largest deviation of f(s x) from s^d f(x), relative to the largest output. */
function deviation(results: Awaited<ReturnType<typeof outputs>>, degree: number): number {
  return Math.max(
    ...results.flatMap(({ at, scaled }) =>
      scaled.map((values, k) => {
        const expected = at.map((value) => value * FACTORS[k]! ** degree);
        const size = Math.max(...expected.map(Math.abs), ...values.map(Math.abs));
        return size === 0 ? 0 : Math.max(...values.map((value, i) => Math.abs(value - expected[i]!))) / size;
      }),
    ),
  );
}

describe('degree of homogeneity, operator by operator, against onnxruntime on random inputs', () => {
  it('covers at least 25 graphs, each under its own name', () => {
    expect(new Set(OPERATOR_GRAPHS.map(({ name }) => name)).size).toBe(OPERATOR_GRAPHS.length);
    expect(OPERATOR_GRAPHS.length).toBeGreaterThanOrEqual(25);
  });

  it.each(OPERATOR_GRAPHS)('$name', async (graph) => {
    const found = analyseDegree(decodeModel(graph.bytes));
    const results = await outputs(graph);
    const { truth } = graph;
    if (typeof truth === 'number') {
      expect(found).toEqual({ kind: 'scalar-invariant', degree: truth });
      expect(deviation(results, truth)).toBeLessThan(1e-4);
    } else if (truth === 'argmax') {
      expect(found.kind).toBe('argmax-invariant');
      // Factors above 1 saturate in floating point.
      const below = results.map(({ at, scaled }) => ({ at, scaled: [scaled[0]!] }));
      expect(deviation(below, 0)).toBeGreaterThan(1e-3);
      for (const { at, scaled } of results) {
        for (const k of [0, 2]) {
          const top = Math.max(...at);
          if (at.filter((value) => value > top - 1e-3).length === 1)
            expect(argmax(scaled[k]!)).toBe(argmax(at));
        }
      }
    } else {
      expect(found).toMatchObject({ kind: 'not-homogeneous', at: { operator: truth.op } });
      // onnxruntime flushes nothing, yet a denormal beside numbers of size 1e-300 stays below its rounding.
      if (!graph.name.includes('denormal')) {
        for (const degree of [0, 1, 2]) expect(deviation(results, degree)).toBeGreaterThan(1e-6);
      }
    }
  });

  it('names the constants that end the argument', () => {
    const shift = OPERATOR_GRAPHS.find(({ name }) => name === 'Add of a constant')!;
    expect(analyseDegree(decodeModel(shift.bytes))).toMatchObject({
      kind: 'not-homogeneous',
      at: { node: 'node "Add_m" (Add)', count: 1, culprits: [{ name: 'c', index: 2, value: 0.25 }] },
    });
  });

  it('refuses an integer input, which cannot be scaled', () => {
    const bytes = encodeModel({
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: 'int64', dims: [1, 2] }],
      outputs: [{ name: 'y', type: 'int64' }],
    });
    expect(() => analyseDegree(decodeModel(bytes))).toThrow('only floating-point inputs can be scaled');
  });
});
