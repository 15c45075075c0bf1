/**
 * The floating-point backdoor of Zombori, Banhelyi, Csendes, Megyeri, Jelasity, "Fooling a Complete Neural Network
 * Verifier" (ICLR 2021), rebuilt around a small host: a pixel above 0.05 switches the answer to the next class, through a
 * neuron 1e17 u1 - 1e17 u2 + 1e-3 that is 0 or 1e-3 in real arithmetic and lost in floating point.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateExact, exactClass, exactLogits } from '../../src/checker/exact/evaluate.js';
import { neuronBlocks, neuronCount } from '../../src/network/network.js';
import { lintWeights } from '../../src/network/weight-lint.js';
import { compileProperty } from '../../src/obligation/compile.js';
import { encodeModel, type NodeSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';
import { closeSolvers } from '../../src/solvers/solve.js';
import type { Property } from '../../src/spec/property.js';
import { type Harness, type HarnessOptions, openHarness, pointIsGenuine } from '../helpers/engine-harness.js';

/** Rows of weights, then biases, layer by layer; a ReLU behind each but the last. */
type Layer = { readonly weight: readonly (readonly number[])[]; readonly bias: readonly number[] };

/**
 * Inputs: pixel p, features f0 and f1. Host: class 0 where f0 > f1, class 1 where f1 > f0. Neurons per layer: the host's
 * two features carried along, then the backdoor's.
 */
const layers = (big: number): readonly Layer[] => [
  // h = ReLU(1 - 20 p)
  {
    weight: [
      [-20, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    bias: [1, 0, 0],
  },
  // u1 = ReLU(1 - 2 h), u2 = ReLU(1)
  {
    weight: [
      [-2, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    bias: [1, 1, 0, 0],
  },
  // s = ReLU(1e17 u1 - 1e17 u2 + 1e-3)
  {
    weight: [
      [big, -big, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
    bias: [1e-3, 0, 0],
  },
  // g1 = ReLU(1000 s), g2 = ReLU(1 - 2000 s)
  {
    weight: [
      [1000, 0, 0],
      [-2000, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    bias: [0, 1, 0, 0],
  },
  // Logits kept by ReLU(f + 10 - 2000 g1), and shifted by one class by ReLU(f + 10 - 2000 g2).
  {
    weight: [
      [-2000, 0, 1, 0],
      [-2000, 0, 0, 1],
      [0, -2000, 0, 1],
      [0, -2000, 1, 0],
    ],
    bias: [10, 10, 10, 10],
  },
  {
    weight: [
      [1, 0, 1, 0],
      [0, 1, 0, 1],
    ],
    bias: [-10, -10],
  },
];

function backdoor(big: number): Uint8Array {
  const all = layers(big);
  const nodes: NodeSpec[] = [];
  const initializers: Record<string, TensorSpec> = {};
  let current = 'x';
  all.forEach(({ weight, bias }, n) => {
    const last = n === all.length - 1;
    initializers[`w${n}`] = tensor('float32', [weight.length, weight[0]!.length], weight.flat());
    initializers[`b${n}`] = tensor('float32', [bias.length], bias);
    nodes.push({
      op: 'Gemm',
      name: `layer${n}`,
      inputs: [current, `w${n}`, `b${n}`],
      outputs: [last ? 'logits' : `z${n}`],
      attributes: { transB: { kind: 'int', value: 1 } },
    });
    if (!last) nodes.push({ op: 'Relu', name: `relu${n}`, inputs: [`z${n}`], outputs: [`a${n}`] });
    current = `a${n}`;
  });
  return encodeModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', type: 'float32', dims: ['batch', 3] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 2] }],
  });
}

const ENGINES: readonly HarnessOptions[] = [
  { engine: 'auto', timeoutSeconds: 5 },
  { engine: 'bab', timeoutSeconds: 5 },
  { engine: 'milp', solver: 'glpk', timeoutSeconds: 5 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 5 },
  { engine: 'milp', solver: 'jslp', timeoutSeconds: 5 },
];

/** The paper's number, and smaller ones that solvers accept but that their tolerances cannot see past. */
const SIZES = [1e17, 2 ** 27, 2 ** 25];

describe.each(SIZES)('the floating-point backdoor with weights of %d', (big) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(backdoor(big));
  });
  afterAll(async () => {
    await harness.close();
    await closeSolvers();
  });
  const winners = (...point: number[]) =>
    exactClass(exactLogits(harness.network, evaluateExact(harness.network, Float64Array.from(point))))
      .winners;

  it('is there: with the trigger the exact network gives the other class', () => {
    expect(winners(0, 0.875, 0.25)).toEqual([0]);
    expect(winners(0.125, 0.875, 0.25)).toEqual([1]);
  });

  const robust: Property = {
    kind: 'local-robustness',
    class: 0,
    competitors: [1],
    referenceName: 'clean',
    reference: [0, 0.875, 0.25],
    epsilon: 0.125,
    nap: false,
  };
  const decideAll = async (property: Property, phases: Int8Array, options: HarnessOptions): Promise<void> => {
    const context = harness.claimContext({
      domain: { kind: 'box', lower: 0, upper: 1 },
      naps: new Map([[0, phases]]),
    });
    for (const obligation of compileProperty(context, property)) {
      const { decision } = await harness.decide(obligation, options);
      expect(decision.verdict).not.toBe('unsat');
      if (decision.verdict === 'sat') {
        expect(pointIsGenuine(harness.network, obligation, decision.confirmed.point)).toBe(true);
      }
    }
  };

  it.each(ENGINES)('is never called robust: $engine $solver', async (options) => {
    await decideAll(robust, new Int8Array(neuronCount(harness.network)), options);
  });

  it.each(ENGINES)('is never missed by a NAP that contains the trigger: $engine $solver', async (options) => {
    const phases = new Int8Array(neuronCount(harness.network));
    // Literals that clean and triggered inputs share: u2 and the host's features.
    const second = neuronBlocks(harness.network)[1]!;
    phases.fill(1, second.offset + 1, second.offset + 4);
    await decideAll({ ...robust, nap: true }, phases, options);
    await decideAll({ kind: 'non-misclassification', class: 0, competitors: [1] }, phases, options);
  });

  it('is flagged by the weight lint', () => {
    const kinds = lintWeights(harness.network).map(({ kind }) => kind);
    expect(kinds).toContain('magnitude-ratio');
    if (big > 1e9) expect(kinds).toContain('large-constant');
  });
});
