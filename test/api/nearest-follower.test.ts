/** The nearest follower against a search by hand: signs of random samples, distances by their definition. */
import { describe, expect, it } from 'vitest';
import { nearestFollower } from '../../src/api/nearest-follower.js';
import type { Dataset } from '../../src/dataset/dataset.js';
import { lowerBytes } from '../helpers/onnx-builder.js';
import { seeded } from '../helpers/random.js';
import { tinyModel } from '../helpers/tiny-model.js';

describe('nearestFollower', () => {
  // z = x: a sample follows "neuron 0 on, neuron 1 off" iff x0 > 0 and x1 <= 0.
  const network = lowerBytes(tinyModel());
  const phases = Int8Array.of(1, -1);

  it('is the follower with the label that is nearest, but for the point itself', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seeded(seed);
      const samples = Array.from({ length: 40 }, () => [random.int(-4, 4), random.int(-4, 4)] as const);
      const labels = Int32Array.from(samples, () => random.int(0, 1));
      const rows = (indices: ArrayLike<number>) =>
        Float64Array.from(Array.from(indices).flatMap((i) => [...samples[i]!]));
      const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
      const dataset = {
        name: 'random',
        count: samples.length,
        featureSize: 2,
        labels,
        gather: rows,
        batch: (from: number, to: number) => rows(range(from, to)),
      } as Partial<Dataset> as Dataset;
      const point = [random.int(-4, 4), random.int(-4, 4)];
      const distances = samples
        .flatMap(([x, y], i) =>
          labels[i] === 1 && x > 0 && y <= 0 ? [Math.hypot(x - point[0]!, y - point[1]!)] : [],
        )
        .filter((distance) => distance > 0);
      const found = nearestFollower(network, dataset, { class: 1, phases }, point);
      if (distances.length === 0) expect(found).toBeNull();
      else {
        expect(found!.distance).toBeCloseTo(Math.min(...distances), 12);
        expect(found!.point[0]! > 0 && found!.point[1]! <= 0).toBe(true);
        expect(found!.source).toMatch(/^random#\d+$/);
        const own = samples.findIndex(([x, y], i) => labels[i] === 1 && x === point[0] && y === point[1]);
        expect(found!.same).toBe(own < 0 ? null : `random#${own}`);
      }
    }
  });
});
