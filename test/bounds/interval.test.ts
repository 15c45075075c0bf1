/** Interval bounds contain what the network computes on every input of the region. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyBounds, intervalBounds, propagate } from '../../src/bounds/interval.js';
import { elementAt } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact } from '../../src/checker/exact/evaluate.js';
import { compare, fromDouble } from '../../src/checker/exact/rational.js';
import { lowerModel } from '../../src/network/lower.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';
import { integerInputs, integerNetworks } from '../mining/tiny-networks.js';
import { regionAround } from './regions.js';

const keeps = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
const slacks = fc.constantFrom(0, 0.5, 3, Infinity);

describe('interval bounds', () => {
  it('contain every sample of the region, for all kinds of layers (integers, which doubles compute exactly)', () => {
    fc.assert(
      fc.property(integerNetworks, integerInputs, keeps, slacks, (network, samples, keep, slack) => {
        const { box, phases, tensors } = regionAround(network, samples, keep, slack);
        const { bounds, empty } = intervalBounds(network, box, [phases]);
        expect(empty).toBeNull();
        for (const sample of tensors) {
          sample.forEach((values, id) => {
            for (let i = 0; i < values.length; i++) {
              expect(values[i]).toBeGreaterThanOrEqual(bounds.lower[id]![i]!);
              expect(values[i]).toBeLessThanOrEqual(bounds.upper[id]![i]!);
            }
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('contain the exact values of real-valued networks, where doubles round', () => {
    fc.assert(
      fc.property(fc.nat(100_000), slacks, (seed, slack) => {
        const random = seeded(seed);
        const tiny = tinyNetwork(random, { maxRelus: 14 });
        const network = lowerModel(decodeModel(tiny.bytes));
        const samples = [0, 1, 2].map(() => Array.from({ length: tiny.inputs }, () => random.normal()));
        const { box } = regionAround(network, samples, [false], slack);
        const { bounds, empty } = intervalBounds(network, box, []);
        expect(empty).toBeNull();
        for (const sample of samples) {
          const exact = evaluateExact(network, Float64Array.from(sample));
          exact.values.forEach((values, id) => {
            for (let i = 0; i < network.tensors[id]!.size; i++) {
              const value = elementAt(values, i);
              const [low, high] = [bounds.lower[id]![i]!, bounds.upper[id]![i]!];
              if (Number.isFinite(low)) expect(compare(fromDouble(low), value)).toBeLessThanOrEqual(0);
              if (Number.isFinite(high)) expect(compare(value, fromDouble(high))).toBeLessThanOrEqual(0);
            }
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('only tighten when an element is restricted, and still contain the samples that are left', () => {
    fc.assert(
      fc.property(integerNetworks, integerInputs, fc.nat(), (network, samples, pick) => {
        const { box, tensors } = regionAround(network, samples, [false], 1);
        const root = intervalBounds(network, box, []).bounds;
        const layer = network.layers.find(({ kind }) => kind === 'relu')!;
        const id = layer.kind === 'relu' ? layer.input : 0;
        const i = pick % network.tensors[id]!.size;
        const at = tensors[0]![id]![i]!;
        const child = copyBounds(root);
        child.upper[id]![i] = Math.min(child.upper[id]![i]!, at);
        expect(propagate(network, child, 0)).toBeNull();
        const left = tensors.filter((sample) => sample[id]![i]! <= at);
        network.tensors.forEach((tensor, t) => {
          for (let k = 0; k < tensor.size; k++) {
            expect(child.lower[t]![k]).toBeGreaterThanOrEqual(root.lower[t]![k]!);
            expect(child.upper[t]![k]).toBeLessThanOrEqual(root.upper[t]![k]!);
            for (const sample of left) {
              expect(sample[t]![k]).toBeGreaterThanOrEqual(child.lower[t]![k]!);
              expect(sample[t]![k]).toBeLessThanOrEqual(child.upper[t]![k]!);
            }
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it('find a region empty whose literal contradicts the box', () => {
    const bytes = tinyNetwork(seeded(5), { maxRelus: 6 }).bytes;
    const network = lowerModel(decodeModel(bytes));
    const size = network.tensors[network.input]!.size;
    const point = Float64Array.from({ length: size }, () => 0.5);
    const box = { lower: point, upper: point };
    const { tensors } = regionAround(network, [[...point]], [true], 0);
    const first = network.layers.find(({ kind }) => kind === 'relu')!;
    const z = first.kind === 'relu' ? tensors[0]![first.input]! : new Float64Array();
    const neuron = z.findIndex((value) => Math.abs(value) > 0.01);
    const phases = new Int8Array(
      network.layers.reduce(
        (sum, { kind, output }) => sum + (kind === 'relu' ? network.tensors[output]!.size : 0),
        0,
      ),
    );
    phases[neuron] = z[neuron]! > 0 ? -1 : 1;
    const id = first.kind === 'relu' ? first.input : 0;
    expect(intervalBounds(network, box, [phases]).empty).toEqual({ tensor: id, index: neuron });
  });
});
