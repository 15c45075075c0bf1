/**
 * Dual ascent: whatever it finds is an upper bound of the form (push-back with its numbers is sound), it agrees with the
 * float64 push-back, and more iterations do not lose what fewer found.
 */
import { describe, expect, it } from 'vitest';
import { Ascent } from '../../src/bounds/ascent/ascent.js';
import { intervalBounds } from '../../src/bounds/interval.js';
import { defaultPasses, pushBack } from '../../src/bounds/push-back.js';
import { forward } from '../../src/network/forward.js';
import { lowerModel } from '../../src/network/lower.js';
import { neuronCount } from '../../src/network/network.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';

const SEEDS = Array.from({ length: 25 }, (_, i) => 500 + i);

describe('dual ascent on the logits', () => {
  it.each(SEEDS)('seed %i: bounds every point of the box and the float64 push-back', async (seed) => {
    const random = seeded(seed);
    const network = lowerModel(decodeModel(tinyNetwork(random, { maxRelus: 10 }).bytes));
    const inputs = network.tensors[network.input]!.size;
    const classes = network.tensors[network.output]!.size;
    const box = { lower: new Float64Array(inputs).fill(-1), upper: new Float64Array(inputs).fill(1) };
    const free = new Int8Array(neuronCount(network));
    const { bounds } = intervalBounds(network, box, [free]);
    const ascent = new Ascent(network);
    const count = 2 * classes;
    const rows = new Float32Array(count * classes);
    for (let q = 0; q < count; q++) rows[q * classes + (q >> 1)] = q % 2 === 0 ? 1 : -1;
    const forms = { count, rows, range: new Float32Array(count).fill(1) };
    const few = await ascent.run(bounds, network.output, network.input, forms, { iterations: 1 });
    const many = await ascent.run(bounds, network.output, network.input, forms, { iterations: 30 });
    await ascent.dispose();
    if (few === null || many === null) return expect(network.layers.at(-1)!.kind).not.toBe('linear');
    const samples = Array.from(
      { length: 50 },
      () =>
        forward(
          network,
          Float64Array.from({ length: inputs }, () => random.int(-8, 8) / 8),
        ).tensors[network.output]!,
    );
    for (let q = 0; q < count; q++) {
      const sign = q % 2 === 0 ? 1 : -1;
      const coefficients = Float64Array.from({ length: classes }, (_, i) => (i === q >> 1 ? sign : 0));
      const form = { tensor: network.output, coefficients, constant: 0 };
      const { bound } = pushBack(network, bounds, form, network.input, many.passes(q));
      const scale = 1e-4 * (1 + Math.abs(bound));
      for (const logits of samples)
        expect(bound).toBeGreaterThanOrEqual(sign * logits[q >> 1]! - 1e-9 * (1 + Math.abs(bound)));
      expect(Math.abs(bound - many.bound[q]!)).toBeLessThanOrEqual(100 * scale);
      expect(many.bound[q]!).toBeLessThanOrEqual(few.bound[q]! + scale);
      // Its start is CROWN's adaptive choice.
      const crown = pushBack(network, bounds, form, network.input, defaultPasses).bound;
      expect(few.bound[q]!).toBeLessThanOrEqual(crown + scale);
    }
  });
});
