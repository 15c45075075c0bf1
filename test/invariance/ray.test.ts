import { describe, expect, it } from 'vitest';
import { fromDoubles, scaleVector } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../../src/checker/exact/evaluate.js';
import { add, compare, multiply, type Rational, rational, ZERO } from '../../src/checker/exact/rational.js';
import { classesAlongRay } from '../../src/invariance/ray.js';
import type { Network } from '../../src/network/network.js';
import { tensor } from '../../src/onnx/encode.js';
import { lowerBytes, model, node } from '../helpers/onnx-builder.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';

const classesAt = (network: Network, x: Float64Array, s: Rational): readonly number[] =>
  exactClass(exactLogits(network, evaluateExact(network, scaleVector(fromDoubles(x), s)))).winners;

const half = (a: Rational, b: Rational): Rational => multiply(add(a, b), rational(1n, 2n));

describe('classes along a ray', () => {
  it('finds the crossing of a case worked out by hand, as a fraction', () => {
    // logits: relu(s x) and 1 at x = 3: class 1 for s < 1/3, class 0 beyond
    const bytes = model([1, 1], [node('Relu', ['x'], 'a'), node('Gemm', ['a', 'w', 'b'], 'y')], {
      w: tensor('float32', [1, 2], [1, 0]),
      b: tensor('float32', [2], [0, 1]),
    });
    const ray = classesAlongRay(lowerBytes(bytes), Float64Array.of(3), { to: rational(2n) });
    expect(ray.intervals).toEqual([
      { from: ZERO, to: rational(1n, 3n), classes: [1] },
      { from: rational(1n, 3n), to: rational(2n), classes: [0] },
    ]);
    expect(ray.complete).toBe(true);
  });

  it('reports a point at which another logit only touches', () => {
    // logits 0 and -|s x - 1|: they tie at s = 1 only
    const bytes = model(
      [1, 1],
      [node('Gemm', ['x', 'v', 'c'], 'z'), node('Relu', ['z'], 'a'), node('Gemm', ['a', 'w'], 'y')],
      {
        v: tensor('float32', [1, 2], [1, -1]),
        c: tensor('float32', [2], [-1, 1]),
        w: tensor('float32', [2, 2], [0, -1, 0, -1]),
      },
    );
    const ray = classesAlongRay(lowerBytes(bytes), Float64Array.of(1), { to: rational(3n) });
    expect(ray.intervals).toEqual([
      { from: ZERO, to: rational(1n), classes: [0] },
      { from: rational(1n), to: rational(3n), classes: [0] },
    ]);
  });

  it('agrees with exact evaluation inside every interval, at random factors and at the ends', () => {
    const random = seeded(5);
    let changes = 0;
    for (let i = 0; i < 60; i++) {
      const { bytes, inputs, text } = tinyNetwork(random, { maxRelus: 6 });
      const network = lowerBytes(bytes);
      const x = Float64Array.from({ length: inputs }, () => random.int(-24, 24) / 8);
      const to = rational(4n);
      const { intervals, complete } = classesAlongRay(network, x, { to });
      expect(complete).toBe(true);
      expect(intervals[0]!.from).toEqual(ZERO);
      expect(intervals.at(-1)!.to).toEqual(to);
      intervals.forEach((interval, k) => {
        expect(classesAt(network, x, half(interval.from, interval.to)), text).toEqual(interval.classes);
        if (k === 0) return;
        expect(interval.from).toEqual(intervals[k - 1]!.to);
        const tied = classesAt(network, x, interval.from);
        expect(tied, text).toEqual(
          expect.arrayContaining([...interval.classes, ...intervals[k - 1]!.classes]),
        );
      });
      changes += intervals.length - 1;
      for (let k = 0; k < 20; k++) {
        const s = rational(BigInt(random.int(1, 3999)), 1000n);
        const inside = intervals.find(({ from, to: end }) => compare(from, s) < 0 && compare(s, end) < 0);
        if (inside !== undefined) expect(classesAt(network, x, s), text).toEqual(inside.classes);
      }
    }
    expect(changes).toBeGreaterThan(10);
  });
});
