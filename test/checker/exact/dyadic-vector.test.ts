import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addVectors,
  compareAt,
  concatVectors,
  dotVectors,
  type ExactVector,
  elementAt,
  fromDoubles,
  fromRationals,
  rescale,
  scaleVector,
  signAt,
  sliceVector,
} from '../../../src/checker/exact/dyadic-vector.js';
import { pullBack } from '../../../src/checker/exact/linear-exact.js';
import {
  add,
  compare,
  fromDouble,
  multiply,
  type Rational,
  rational,
  signOf,
  ZERO,
} from '../../../src/checker/exact/rational.js';
import type { LinearLayer } from '../../../src/network/network.js';
import { decode, frac, plus, same, times, weightBetween } from './naive.js';
import { networkAndPoint } from './networks.js';

const number = fc
  .tuple(fc.bigInt({ min: -1000n, max: 1000n }), fc.bigInt({ min: 1n, max: 200n }), fc.nat({ max: 80 }))
  .map(([n, d, shift]) => rational(n, d << BigInt(shift)));
const list = fc.array(number, { maxLength: 6 });
const pair = fc.array(fc.tuple(number, number), { maxLength: 6 });
const elements = (vector: ExactVector): Rational[] => vector.num.map((_, i) => elementAt(vector, i));

describe('vectors with a shared denominator', () => {
  it('hold rationals and doubles exactly', () => {
    fc.assert(
      fc.property(list, fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (values, doubles) => {
        expect(elements(fromRationals(values))).toEqual(values);
        expect(elements(fromDoubles(doubles))).toEqual(doubles.map(fromDouble));
      }),
    );
  });

  it('compute element by element like rationals', () => {
    fc.assert(
      fc.property(pair, number, (pairs, factor) => {
        const left = pairs.map(([a]) => a);
        const right = pairs.map(([, b]) => b);
        const a = fromRationals(left);
        const b = fromRationals(right);
        expect(elements(addVectors(a, b))).toEqual(pairs.map(([x, y]) => add(x, y)));
        expect(elements(scaleVector(a, factor))).toEqual(left.map((x) => multiply(x, factor)));
        expect(dotVectors(a, b)).toEqual(pairs.reduce((sum, [x, y]) => add(sum, multiply(x, y)), ZERO));
        const both = concatVectors([a, b]);
        expect(elements(both)).toEqual([...left, ...right]);
        expect(elements(sliceVector(both, left.length, both.num.length))).toEqual(right);
        left.forEach((x, i) => {
          expect(signAt(a, i)).toBe(signOf(x));
          expect(compareAt(a, i, 0)).toBe(compare(x, left[0]!));
        });
      }),
    );
  });

  it('refuse units that would round, and lengths that differ', () => {
    const half = fromDoubles([0.5]);
    expect(() => rescale(half, 0, 1n)).toThrow(RangeError);
    expect(() => rescale(fromRationals([rational(1n, 3n)]), 0, 5n)).toThrow(RangeError);
    expect(() => addVectors(half, fromDoubles([]))).toThrow(RangeError);
    expect(() => dotVectors(half, fromDoubles([1, 2]))).toThrow(RangeError);
  });
});

describe('pulling a form back through a linear layer', () => {
  it('equals the transposed product by definition', () => {
    fc.assert(
      fc.property(networkAndPoint, fc.array(number, { minLength: 60, maxLength: 60 }), ({ net }, pool) => {
        for (const layer of net.layers.filter((each): each is LinearLayer => each.kind === 'linear')) {
          const y = Array.from({ length: layer.map.rows }, (_, i) => pool[i % pool.length]!);
          const { coefficients, constant } = pullBack(layer, fromRationals(y));
          const scaled = y.map(({ num, den }, i) => {
            const by = decode(layer.divisor?.[i] ?? 1);
            return times(frac(num, den), frac(by.d, by.n));
          });
          const expectedConstant = scaled.reduce(
            (sum, each, i) => plus(sum, times(each, decode(layer.bias[i]!))),
            frac(0n),
          );
          expect(same(frac(constant.num, constant.den), expectedConstant)).toBe(true);
          for (let j = 0; j < layer.map.cols; j++) {
            const expected = scaled.reduce(
              (sum, each, i) => plus(sum, times(each, weightBetween(layer.map, i, j))),
              frac(0n),
            );
            const { num, den } = elementAt(coefficients, j);
            expect(same(frac(num, den), expected)).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
