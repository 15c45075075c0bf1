/**
 * Whole proofs against regions with a known point: none may be accepted. And against regions that may be empty:
 * where a proof is accepted, no sampled point lies in the region, decided by exact evaluation.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pass, ProofStep } from '../../src/certificate/proof.js';
import { elementAt } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact } from '../../src/checker/exact/evaluate.js';
import { subtract } from '../../src/checker/exact/rational.js';
import { replayPoint } from '../../src/checker/exact/replay.js';
import { toDoubleDown } from '../../src/checker/exact/rounding.js';
import { type Network, neuronCount } from '../../src/network/network.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { dense, network, relu } from '../helpers/layers.js';
import { networkAndPoint } from './exact/networks.js';
import { leads, obligation, prove } from './prove.js';

interface Region {
  readonly net: Network;
  readonly point: Float64Array;
  readonly region: Obligation;
}

/** Two inputs, two hidden layers of two or three ReLUs, three logits; small dyadic weights, so many exact ties. */
const dyadic = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
const rows = (count: number, cols: number) =>
  fc.array(fc.array(dyadic, { minLength: cols, maxLength: cols }), { minLength: count, maxLength: count });
const list = (count: number) => fc.array(dyadic, { minLength: count, maxLength: count });

const small: fc.Arbitrary<{ net: Network; point: Float64Array }> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 0, 0.25))
  .chain(([first, second, slope]) =>
    fc
      .tuple(
        rows(first, 2),
        list(first),
        rows(second, first),
        list(second),
        rows(3, second),
        list(3),
        list(2),
      )
      .map(([w1, b1, w2, b2, w3, b3, point]) => ({
        net: network(
          [2, first, first, second, second, 3],
          [
            dense([0], 1, w1, b1),
            relu(1, 2, slope),
            dense([2], 3, w2, b2),
            relu(3, 4),
            dense([4], 5, w3, b3),
          ],
        ),
        point: Float64Array.from(point),
      })),
  );

/** A region whose constraint y1 - y0 >= bound the point meets with `slack` (exactly if 0, not if negative). */
const regions = (slack: fc.Arbitrary<number>): fc.Arbitrary<Region> =>
  fc
    .oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: networkAndPoint })
    .chain(({ net, point }) => {
      const neurons = neuronCount(net);
      return fc
        .record({
          radius: fc.constantFrom(0, 0.125, 0.5, 1, 4),
          literal: fc.array(fc.boolean(), { minLength: neurons, maxLength: neurons }),
          slack,
        })
        .map(({ radius, literal, slack: by }) => {
          const { values } = evaluateExact(net, point);
          const signs = net.layers.flatMap((layer) =>
            layer.kind === 'relu' ? values[layer.input]!.num.map((z) => (z > 0n ? 1 : -1)) : [],
          );
          const y = values[net.output]!;
          const bound = toDoubleDown(subtract(elementAt(y, 1), elementAt(y, 0))) - by;
          const region = obligation(net, {
            lower: [...point].map((x) => x - radius),
            upper: [...point].map((x) => x + radius),
            naps: [signs.map((sign, i) => (literal[i] ? sign : 0))],
            outputs: [leads(1, 0, bound)],
          });
          return { net, point, region };
        });
    });

interface Noise {
  readonly numbers: readonly number[];
  readonly picks: readonly number[];
}

const noise: fc.Arbitrary<Noise> = fc.record({
  numbers: fc.array(fc.oneof(dyadic, fc.double({ min: -4, max: 4, noNaN: true })), {
    minLength: 8,
    maxLength: 8,
  }),
  picks: fc.array(fc.nat({ max: 1_000_000 }), { minLength: 24, maxLength: 24 }),
});

/** A complete tree: splits and lemmas by the picks, `lin` leaves (now and then another rule). */
function randomProof({ net, region }: Region, { numbers, picks }: Noise): ProofStep[] {
  let at = 0;
  const pick = (below: number): number => picks[at++ % picks.length]! % below;
  const steps: ProofStep[] = [];
  const element = () => {
    const tensor = pick(net.tensors.length);
    return { tensor: net.tensors[tensor]!.name, index: pick(net.tensors[tensor]!.size), number: tensor };
  };
  const passes = (end: number): Pass[] => {
    if (pick(3) > 0) return [];
    return net.layers.flatMap((layer): Pass[] => {
      if (layer.kind === 'linear' || layer.output > end || pick(2) > 0) return [];
      const size = layer.kind === 'relu' ? net.tensors[layer.input]!.size : layer.col.length;
      const index = Array.from({ length: size }, (_, i) => i).filter(() => pick(2) > 0);
      return [{ layer: net.tensors[layer.output]!.name, index, value: index.map(() => numbers[pick(8)]!) }];
    });
  };
  const grow = (depth: number): void => {
    for (let n = pick(3); n > 0; n--) {
      const { number, ...rest } = element();
      steps.push({ rule: 'lemma', ...rest, side: pick(2) > 0 ? 'upper' : 'lower', pass: passes(number) });
    }
    if (depth < 3 && pick(2) > 0) {
      const { number, ...rest } = element();
      steps.push({ rule: 'split', ...rest, at: pick(2) > 0 ? 0 : numbers[pick(8)]! });
      grow(depth + 1);
      grow(depth + 1);
    } else if (pick(12) === 0) {
      const { number, ...rest } = element();
      steps.push({ rule: 'bound', ...rest });
    } else {
      const weights = region.outputs.map(() => (pick(6) === 0 ? 0 : 1));
      steps.push({ rule: 'lin', weights, pass: passes(net.output) });
    }
  };
  grow(0);
  return steps;
}

describe('proofs', () => {
  it('of a region with a point are never accepted', () => {
    const slack = fc.constantFrom(0, 0, 2 ** -40, 0.125);
    fc.assert(
      fc.property(regions(slack), fc.array(noise, { minLength: 3, maxLength: 3 }), (item, noises) => {
        expect(replayPoint(item.net, item.region, item.point).inRegion).toBe(true);
        for (const one of noises) {
          const steps = randomProof(item, one);
          expect(prove(item.net, item.region, steps).outcome.kind).toBe('invalid');
          // The same tree, cut and lengthened.
          expect(prove(item.net, item.region, steps.slice(0, -1)).outcome.kind).toBe('invalid');
          expect(prove(item.net, item.region, [...steps, ...steps]).outcome.kind).toBe('invalid');
        }
      }),
      { numRuns: 1200 },
    );
  });

  it('that are accepted hold at every sampled point, and so do their margins', () => {
    let accepted = 0;
    const slack = fc.constantFrom(-0.001, -0.25, -1, -4, -16);
    fc.assert(
      fc.property(regions(slack), noise, (item, one) => {
        const { net, region } = item;
        const check = prove(net, region, randomProof(item, one));
        if (check.outcome.kind !== 'valid') return;
        accepted++;
        const { bound } = region.outputs[0]!;
        const free = { ...region, outputs: [] };
        for (const point of samples(region)) {
          expect(replayPoint(net, region, point).inRegion).toBe(false);
          if (check.margin === null || !replayPoint(net, free, point).inRegion) continue;
          // -g = bound - (y1 - y0) >= margin, up to the rounding of this test.
          const y = evaluateExact(net, point).values[net.output]!;
          const lead = toDoubleDown(subtract(elementAt(y, 1), elementAt(y, 0)));
          expect(bound - lead).toBeGreaterThanOrEqual(check.margin - 1e-9);
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

/** Corners (of the first two inputs), center and a grid of the box. */
function samples({ box }: Obligation): Float64Array[] {
  const points: Float64Array[] = [];
  const steps = box.lower.length <= 2 ? 8 : 2;
  for (let i = 0; i <= steps; i++) {
    for (let j = 0; j <= steps; j++) {
      points.push(
        box.lower.map((low, k) => {
          const t = (k % 2 === 0 ? i : j) / steps;
          return Math.min(box.upper[k]!, low + (box.upper[k]! - low) * t);
        }),
      );
    }
  }
  return points;
}
