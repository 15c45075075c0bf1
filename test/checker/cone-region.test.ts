import { describe, expect, it } from 'vitest';
import { coneHolds } from '../../src/checker/check-cone.js';
import { coneRegion, inConeRegion, mapsPoint, regionMatrix } from '../../src/checker/cone-region.js';
import { elementAt } from '../../src/checker/exact/dyadic-vector.js';
import { lowerModel } from '../../src/network/lower.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import type { Cone } from '../../src/spec/property.js';
import { dense, network, relu } from '../helpers/layers.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';

// z = (x - y, x + y), a = relu(z), logits = (2 a0 + a1, a1). At x > y: logits = (3x - y, x + y).
const NET = network(
  [2, 2, 2, 2],
  [
    dense(
      [0],
      1,
      [
        [1, -1],
        [1, 1],
      ],
      [0, 0],
    ),
    relu(1, 2),
    dense(
      [2],
      3,
      [
        [2, 1],
        [0, 1],
      ],
      [0, 0],
    ),
  ],
);

describe('the region of a cone, worked out by hand', () => {
  const region = coneRegion(NET, [
    [2, 1],
    [3, 0],
  ]);

  it('has the matrix of its linear piece', () => {
    const rows = regionMatrix(NET, region).map(({ row }) =>
      [elementAt(row, 0), elementAt(row, 1)].map(({ num, den }) => Number(num) / Number(den)),
    );
    expect(rows).toEqual([
      [3, -1],
      [1, 1],
    ]);
  });

  it('holds points of the boundary of a neuron, and not those where the class ties', () => {
    expect(inConeRegion(NET, region, 0, Float64Array.of(5, 1))).toBe(true);
    // x + y = 0 is a boundary of the region, with logits (4, 0)
    expect(inConeRegion(NET, region, 0, Float64Array.of(1, -1))).toBe(true);
    // x = y is one too, with the tie (2, 2)
    expect(inConeRegion(NET, region, 0, Float64Array.of(1, 1))).toBe(false);
    expect(inConeRegion(NET, region, 0, Float64Array.of(1, 2))).toBe(false);
    expect(inConeRegion(NET, region, 0, Float64Array.of(0, 0))).toBe(false);
  });
});

it('the matrix gives the exact logits of conic combinations of random points with one pattern', () => {
  let cones = 0;
  for (let seed = 500; seed < 560; seed++) {
    const random = seeded(seed);
    const tiny = tinyNetwork(random, { maxRelus: 6, biases: false });
    const net = lowerModel(decodeModel(tiny.bytes));
    const base = Array.from({ length: tiny.inputs }, () => random.int(-8, 8));
    const near = (): number[] => base.map((x) => x + random.int(-4, 4) / 4);
    const points = [base, near(), near()];
    for (let label = 0; label < tiny.classes; label++) {
      const cone: Cone = { kind: 'cone', name: 'c', class: label, combinations: 'conic', points };
      if (coneHolds(net, cone, 'cone').kind !== 'valid') continue;
      cones++;
      const region = coneRegion(net, points);
      const forms = regionMatrix(net, region);
      for (let k = 0; k < 5; k++) {
        const factors = points.map((_, i) => (i === k % 3 ? 1 : 0) + random.int(0, 12) / 4);
        const mixed = Float64Array.from(points[0]!, (_, j) =>
          points.reduce((sum, point, i) => sum + factors[i]! * point[j]!, 0),
        );
        expect(mapsPoint(net, forms, mixed)).toBe(true);
        expect(inConeRegion(net, region, label, mixed)).toBe(true);
      }
    }
  }
  expect(cones).toBeGreaterThan(5);
});
