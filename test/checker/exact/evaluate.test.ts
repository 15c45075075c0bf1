import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elementAt,
  exactVector,
  fromDoubles,
  fromRationals,
  vectorToDoubles,
} from '../../../src/checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../../../src/checker/exact/evaluate.js';
import { fromDouble, rational } from '../../../src/checker/exact/rational.js';
import type { LinearLayer } from '../../../src/network/network.js';
import { InputError } from '../../../src/util/errors.js';
import { dense, network, relu } from '../../helpers/layers.js';
import { decode, frac, naiveEvaluate, same } from './naive.js';
import { networkAndPoint } from './networks.js';

/** Dense layers with ReLU between them, in plain float64 loops. */
function floatForward(layers: readonly LinearLayer[], point: Float64Array): number[] {
  let x = Array.from(point);
  for (const [number, { map, bias }] of layers.entries()) {
    const z = Array.from(bias, (b, i) => x.reduce((sum, a, j) => sum + map.weight[i * map.cols + j]! * a, b));
    x = number === layers.length - 1 ? z : z.map((value) => Math.max(value, 0));
  }
  return x;
}

describe('exact evaluation', () => {
  it('equals a naive evaluation by definition, on every layer kind', () => {
    fc.assert(
      fc.property(networkAndPoint, ({ net, point }) => {
        const exact = evaluateExact(net, point);
        const naive = naiveEvaluate(net, Array.from(point, decode));
        for (const [id, tensor] of naive.entries()) {
          const found = exact.values[id]!;
          expect(found.num.length).toBe(tensor.length);
          for (const [i, expected] of tensor.entries()) {
            const { num, den } = elementAt(found, i);
            expect(same(frac(num, den), expected)).toBe(true);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('agrees with a float64 forward pass within its rounding error', () => {
    const small = fc.float({ min: -1, max: 1, noNaN: true });
    const many = (length: number) => fc.array(small, { minLength: length, maxLength: length });
    const rows = (count: number, cols: number) =>
      fc.array(many(cols), { minLength: count, maxLength: count });
    const parts = fc.tuple(rows(8, 6), many(8), rows(7, 8), many(7), rows(4, 7), many(4), many(6));
    fc.assert(
      fc.property(parts, ([w1, b1, w2, b2, w3, b3, x]) => {
        const layers = [dense([0], 1, w1, b1), dense([2], 3, w2, b2), dense([4], 5, w3, b3)] as const;
        const net = network([6, 8, 8, 7, 7, 4], [layers[0], relu(1, 2), layers[1], relu(3, 4), layers[2]]);
        const point = Float64Array.from(x);
        const logits = vectorToDoubles(exactLogits(net, evaluateExact(net, point)));
        // Magnitudes stay below 9 * 8 * 8; 25 additions and products at most: 1e-12 is far above the error.
        floatForward(layers, point).forEach((value, i) => {
          expect(Math.abs(logits[i]! - value)).toBeLessThanOrEqual(1e-12);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('takes rational points: a third, three times, is one', () => {
    const net = network([1, 1], [dense([0], 1, [[3]], [0])]);
    const third = fromRationals([rational(1n, 3n)]);
    expect(elementAt(exactLogits(net, evaluateExact(net, third)), 0)).toEqual(rational(1n));
    // The double nearest to a third is not one: 3 * 6004799503160661 = 2^54 - 1.
    const near = evaluateExact(net, Float64Array.of(1 / 3));
    expect(elementAt(exactLogits(net, near), 0)).toEqual(rational((1n << 54n) - 1n, 1n << 54n));
  });

  it('divides exactly: mean of three thirds, and a divisor that is not dyadic', () => {
    const net = network(
      [3, 2],
      [
        dense(
          [0],
          1,
          [
            [1, 1, 1],
            [1, 0, 0],
          ],
          [0, 1],
          [3, 0.1],
        ),
      ],
    );
    const logits = exactLogits(net, evaluateExact(net, Float64Array.of(1, 2, 4)));
    expect(elementAt(logits, 0)).toEqual(rational(7n, 3n));
    // (1 + 1) / 0.1 with the stored 0.1 = 3602879701896397 / 2^55
    expect(elementAt(logits, 1)).toEqual(rational(1n << 56n, 3602879701896397n));
  });

  it('does not absorb a small bias (Zombori et al., ICLR 2021)', () => {
    const bias = Math.fround(1e-3);
    const weight = Math.fround(1e17);
    const net = network(
      [2, 1, 1, 2],
      [dense([0], 1, [[weight, -weight]], [bias]), relu(1, 2), dense([2], 3, [[1000], [-2000]], [0, 1])],
    );
    const tensors = evaluateExact(net, Float64Array.of(1, 1));
    expect(elementAt(tensors.values[2]!, 0)).toEqual(fromDouble(bias));
    // g1 = 1000 s > 0 and g2 = 1 - 2000 s < 0, where absorbing the bias gives 0 and 1.
    expect(exactClass(exactLogits(net, tensors)).winners).toEqual([0]);
    expect(weight + bias - weight).toBe(0);
    const off = evaluateExact(net, Float64Array.of(0, 1));
    expect(exactClass(exactLogits(net, off)).winners).toEqual([1]);
  });

  it('keeps subnormal and huge numbers apart', () => {
    const net = network([2, 1], [dense([0], 1, [[Number.MAX_VALUE, Number.MIN_VALUE]], [-1e308])]);
    const logits = exactLogits(net, evaluateExact(net, Float64Array.of(0, Number.MIN_VALUE)));
    const expected = (1n << 2148n) * -BigInt(1e308) + 1n;
    expect(elementAt(logits, 0)).toEqual(rational(expected, 1n << 2148n));
  });

  it('shows ties', () => {
    expect(exactClass(fromDoubles([1, 3, 3, 2])).winners).toEqual([1, 2]);
    expect(exactClass(exactVector([-5n, -4n], 3, 7n)).winners).toEqual([1]);
    expect(exactClass(fromDoubles([0, -0])).winners).toEqual([0, 1]);
    // 0.1 + 0.2 and 0.3 tie in no arithmetic: as doubles they differ, exactly added they differ too.
    const net = network([1, 2], [dense([0], 1, [[0.1], [0.3]], [0.2, 0])]);
    expect(exactClass(exactLogits(net, evaluateExact(net, Float64Array.of(1)))).winners).toEqual([0]);
  });

  it('refuses points that do not fit', () => {
    const net = network([2, 1], [dense([0], 1, [[1, 1]], [0])]);
    expect(() => evaluateExact(net, Float64Array.of(1))).toThrow(InputError);
    expect(() => evaluateExact(net, Float64Array.of(1, NaN))).toThrow(/finite/);
    const broken = network([1, 1], [dense([0], 1, [[Infinity]], [0])]);
    expect(() => evaluateExact(broken, Float64Array.of(1))).toThrow(InputError);
  });
});
