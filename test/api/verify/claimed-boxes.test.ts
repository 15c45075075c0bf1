/** The boxes on which a model is compared with onnxruntime before anything is claimed about them. */
import { describe, expect, it } from 'vitest';
import { COMPARED_BOXES, claimedBoxes } from '../../../src/api/verify/claimed-boxes.js';
import type { ClaimContext } from '../../../src/obligation/compile.js';
import type { Domain, LocalRobustness, Property } from '../../../src/spec/property.js';
import { dense, network, relu } from '../../helpers/layers.js';

const NETWORK = network(
  [1, 1, 1, 2],
  [dense([0], 1, [[1]], [0]), relu(1, 2), dense([2], 3, [[1], [0]], [0, 0])],
);

const context = (domain: Domain, arithmetic: 'real' | 'float32' = 'real'): ClaimContext => ({
  network: NETWORK,
  modelSha256: '0'.repeat(64),
  domain,
  naps: new Map([
    [0, Int8Array.of(1)],
    [1, Int8Array.of(-1)],
  ]),
  arithmetic,
});

const ball = (centre: number, epsilon = 0.125): LocalRobustness => ({
  kind: 'local-robustness',
  class: 0,
  competitors: [1],
  referenceName: `at ${centre}`,
  reference: [centre],
  epsilon,
  nap: false,
});
const wins: Property = { kind: 'non-misclassification', class: 0, competitors: [1] };
const apart: Property = { kind: 'non-ambiguity', classes: [0, 1] };

const ends = (of: ClaimContext, properties: readonly Property[]) =>
  claimedBoxes(of, { properties }).map(({ lower, upper }) => [lower[0], upper[0]]);

const UNIT = { kind: 'box', lower: 0, upper: 1 } as const;

describe('boxes to compare on', () => {
  it('are the domain, once for all properties that speak about the whole of it', () => {
    expect(ends(context(UNIT), [wins, apart])).toEqual([[0, 1]]);
    expect(ends(context({ kind: 'unbounded' }), [wins])).toEqual([[-Infinity, Infinity]]);
  });

  it('are those of robustness balls as well, cut to the domain and each once', () => {
    // Ends are rounded outwards, by one double.
    const [domain, middle, corner, ...rest] = ends(context(UNIT), [
      ball(0.5),
      ball(1),
      { ...ball(0.5), class: 1, competitors: [0] },
    ]);
    expect(domain).toEqual([0, 1]);
    expect(middle![0]).toBeCloseTo(0.375, 12);
    expect(middle![1]).toBeCloseTo(0.625, 12);
    expect(corner![0]).toBeCloseTo(0.875, 12);
    expect(corner![1]).toBe(1);
    expect(rest).toEqual([]);
  });

  it('are those of a query, which states its own', () => {
    const text = `(declare-const X_0 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)
      (assert (or (and (>= X_0 -2) (<= X_0 -1)) (and (>= X_0 3) (<= X_0 4))))(assert (>= Y_1 Y_0))`;
    const property: Property = { kind: 'query', name: 'q', text };
    expect(ends(context({ kind: 'unbounded' }), [property])).toEqual([
      [-Infinity, Infinity],
      [-2, -1],
      [3, 4],
    ]);
  });

  it('are a bounded number, the first ones', () => {
    const balls = Array.from({ length: 100 }, (_, i) => ball(i / 100, 0.001));
    const boxes = ends(context(UNIT), balls);
    expect(boxes).toHaveLength(COMPARED_BOXES + 1);
    expect(boxes[0]).toEqual([0, 1]);
    expect(boxes[1]![1]).toBeCloseTo(0.001, 12);
  });

  it('need no rounding bounds, whatever the arithmetic claimed', () => {
    // Bounds on float32 rounding of an unbounded box do not exist, and are not asked for.
    expect(ends(context({ kind: 'unbounded' }, 'float32'), [wins])).toEqual([[-Infinity, Infinity]]);
  });
});
