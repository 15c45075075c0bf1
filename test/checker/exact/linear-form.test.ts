import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDoubles, fromRationals } from '../../../src/checker/exact/dyadic-vector.js';
import {
  atLeast,
  exceeds,
  maximiseOverBox,
  minimiseOverBox,
  valueAt,
} from '../../../src/checker/exact/linear-form.js';
import {
  compare,
  fromDouble,
  negate,
  type Rational,
  rational,
  ZERO,
} from '../../../src/checker/exact/rational.js';
import { InputError } from '../../../src/util/errors.js';

const box = (lower: number[], upper: number[]) => ({
  lower: Float64Array.from(lower),
  upper: Float64Array.from(upper),
});
const coefficient = fc
  .tuple(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: 1n, max: 12n }))
  .map(([n, d]) => rational(n, d));
const end = fc.double({ min: -100, max: 100, noNaN: true });

describe('linear forms over a box', () => {
  it('have their optimum at the best of all corners (brute force)', () => {
    const entry = fc.tuple(coefficient, end, end);
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), coefficient, (entries, constant) => {
        const lower = entries.map(([, a, b]) => Math.min(a, b));
        const upper = entries.map(([, a, b]) => Math.max(a, b));
        const form = fromRationals(entries.map(([c]) => c));
        const values: Rational[] = [];
        for (let mask = 0; mask < 1 << entries.length; mask++) {
          const corner = entries.map((_, i) => ((mask >> i) & 1 ? upper[i]! : lower[i]!));
          values.push(valueAt(form, constant, fromDoubles(corner)));
        }
        values.sort(compare);
        const region = box(lower, upper);
        const least = values[0]!;
        const most = values.at(-1)!;
        expect(minimiseOverBox(form, constant, region)).toEqual({ kind: 'finite', value: least });
        expect(maximiseOverBox(form, constant, region)).toEqual({ kind: 'finite', value: most });
      }),
    );
  });

  it('are unbounded only towards an infinite end with a non-zero coefficient', () => {
    const region = box([0, -Infinity, -1], [Infinity, Infinity, 1]);
    const at = (c: number[]) => minimiseOverBox(fromDoubles(c), rational(1n), region);
    expect(at([2, 0, 3])).toEqual({ kind: 'finite', value: rational(-2n) });
    expect(at([-2, 0, 3])).toEqual({ kind: 'unbounded' });
    expect(at([2, 1e-300, 3])).toEqual({ kind: 'unbounded' });
    expect(maximiseOverBox(fromDoubles([2, 0, 3]), ZERO, region)).toEqual({ kind: 'unbounded' });
    expect(maximiseOverBox(fromDoubles([-2, 0, 3]), ZERO, region)).toEqual({
      kind: 'finite',
      value: rational(3n),
    });
  });

  it('know an empty box, also one that is empty at infinity', () => {
    expect(minimiseOverBox(fromDoubles([0, 0]), ZERO, box([0, 1], [1, 0.5]))).toEqual({
      kind: 'empty-box',
      index: 1,
    });
    const beyond = minimiseOverBox(fromDoubles([-1]), ZERO, box([Infinity], [Infinity]));
    expect(beyond.kind).toBe('empty-box');
    expect(minimiseOverBox(fromDoubles([1]), ZERO, box([2], [2]))).toEqual({
      kind: 'finite',
      value: rational(2n),
    });
  });

  it('refuse NaN and misfits', () => {
    expect(() => minimiseOverBox(fromDoubles([1]), ZERO, box([NaN], [1]))).toThrow(InputError);
    expect(() => minimiseOverBox(fromDoubles([1]), ZERO, box([0, 0], [1, 1]))).toThrow(InputError);
  });

  it('decide strictly: a minimum of 0 does not exceed 0', () => {
    const zero = minimiseOverBox(fromDoubles([1]), ZERO, box([0], [1]));
    expect([atLeast(zero, ZERO), exceeds(zero, ZERO)]).toEqual([true, false]);
    const tiny = minimiseOverBox(fromDoubles([1]), fromDouble(Number.MIN_VALUE), box([0], [1]));
    expect(exceeds(tiny, ZERO)).toBe(true);
    expect(exceeds(tiny, negate(ZERO))).toBe(true);
    expect(atLeast({ kind: 'unbounded' }, ZERO)).toBe(false);
    expect(exceeds({ kind: 'empty-box', index: 0 }, ZERO)).toBe(true);
  });

  it('bound a small region from any multipliers', () => {
    // Region: x + y >= 1 in [0,1]^2; minimum of 2x + 3y is 2. For any m >= 0 the minimum of
    // 2x + 3y - m (x + y - 1) over the box is at most 2, and m = 2 reaches it.
    const region = box([0, 0], [1, 1]);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1000n }), (hundredths) => {
        const m = rational(hundredths, 100n);
        const form = fromRationals([rational(200n - hundredths, 100n), rational(300n - hundredths, 100n)]);
        const bound = minimiseOverBox(form, m, region);
        expect(bound.kind === 'finite' && compare(bound.value, rational(2n)) <= 0).toBe(true);
        if (hundredths === 200n) expect(bound).toEqual({ kind: 'finite', value: rational(2n) });
      }),
    );
    const best = minimiseOverBox(fromDoubles([0, 1]), rational(2n), region);
    expect(best).toEqual({ kind: 'finite', value: rational(2n) });
  });
});
