/** Whatever numbers are passed back, the result is an upper bound of the form on every input of the region. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intervalBounds } from '../../src/bounds/interval.js';
import { defaultPass, defaultPasses, neuronCost, type Passes, pushBack } from '../../src/bounds/push-back.js';
import { cutTensors } from '../../src/network/cuts.js';
import type { Network } from '../../src/network/network.js';
import { seeded } from '../helpers/random.js';
import { integerInputs, integerNetworks } from '../mining/tiny-networks.js';
import { regionAround } from './regions.js';

const keeps = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
const coefficient = fc.integer({ min: -3, max: 3 });

/** Quarters, some of them left to the default. */
function arbitraryPasses(network: Network, seed: number): Passes {
  const random = seeded(seed);
  return (layer) => {
    const { size } = network.tensors[layer.output]!;
    const count = layer.kind === 'max' ? layer.col.length : size;
    return Float64Array.from({ length: count }, () =>
      random.chance(0.3) ? Number.NaN : random.int(-12, 12) / 4,
    );
  };
}

describe('pushing a form back', () => {
  it.each(['default', 'arbitrary'])('with %s numbers bounds it from above', (kind) => {
    fc.assert(
      fc.property(
        integerNetworks,
        integerInputs,
        keeps,
        fc.constantFrom(0, 0.5, 3),
        fc.array(coefficient, { minLength: 3, maxLength: 3 }),
        fc.nat(),
        (network, samples, keep, slack, form, seed) => {
          const { box, phases, tensors } = regionAround(network, samples, keep, slack);
          const { bounds } = intervalBounds(network, box, [phases]);
          const coefficients = Float64Array.from(form);
          for (const stop of [network.input, ...cutTensors(network)]) {
            const passes = kind === 'default' ? defaultPasses : arbitraryPasses(network, seed);
            const { bound } = pushBack(
              network,
              bounds,
              { tensor: network.output, coefficients, constant: 1 },
              stop,
              passes,
            );
            for (const sample of tensors) {
              const logits = sample[network.output]!;
              const value = 1 + logits.reduce((sum, y, i) => sum + form[i]! * y, 0);
              // The engine's version is in plain doubles; the checker's is exact and tested in test/checker.
              expect(bound + 1e-9 * (1 + Math.abs(bound))).toBeGreaterThanOrEqual(value);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  const interval = fc
    .tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: 0, max: 16 }))
    .map(([low, width]) => [low / 2, (low + width) / 2] as const);
  const slope = fc.constantFrom(0, 0.25, 0.5);

  it('costs a neuron the largest a relu(z) - p z of its interval', () => {
    fc.assert(
      fc.property(coefficient, coefficient, interval, slope, (a, p, [l, u], s) => {
        const at = (z: number): number => a * Math.max(z, s * z) - p * z;
        const cost = neuronCost(a, p, l, u, s);
        // Piecewise linear with a kink at 0: the largest value is at an end or at the kink.
        const best = Math.max(at(l), at(u), l <= 0 && u >= 0 ? 0 : -Infinity);
        expect(cost).toBeCloseTo(best, 12);
        for (let k = 0; k <= 16; k++) expect(cost).toBeGreaterThanOrEqual(at(l + ((u - l) * k) / 16) - 1e-12);
      }),
    );
  });

  it('passes by default what makes a stable neuron free and a chord tight', () => {
    expect(defaultPass(3, 0, 2, 0)).toBe(3);
    expect(defaultPass(3, -2, 0, 0.5)).toBe(1.5);
    expect(defaultPass(3, -1, 2, 0)).toBe(2);
    expect(neuronCost(3, 2, -1, 2, 0)).toBe(2);
    expect(defaultPass(-3, -1, 2, 0)).toBe(-3);
    expect(defaultPass(-3, -2, 1, 0) + 0).toBe(0);
  });

  it('gives no finite bound where an unbounded end gets in the way', () => {
    expect(neuronCost(1, 0.5, -1, Infinity, 0)).toBe(Infinity);
    expect(neuronCost(1, 1, -1, Infinity, 0)).toBe(1);
  });
});
