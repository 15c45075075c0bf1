import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilson95 } from '../../src/mining/wilson.js';

describe('wilson95', () => {
  // Published values: Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (score), four decimals.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i gives [%d, %d]', (count, of, low, high) => {
    const interval = wilson95(count, of);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
    expect(interval.value).toBe(count / of);
  });

  it('knows nothing without samples', () => {
    expect(wilson95(0, 0)).toEqual({ count: 0, of: 0, value: null, low: 0, high: 1 });
  });

  it('has the ends at which the score test is just not significant', () => {
    // p is an end iff (share - p)^2 = z^2 p (1 - p) / n.
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5000 }), fc.nat(), (of, raw) => {
        const count = 1 + (raw % (of - 1));
        const { low, high } = wilson95(count, of);
        for (const p of [low, high]) {
          expect((count / of - p) ** 2).toBeCloseTo((1.959963984540054 ** 2 * p * (1 - p)) / of, 10);
        }
        expect(low).toBeLessThan(count / of);
        expect(high).toBeGreaterThan(count / of);
      }),
    );
  });

  it('is symmetric and stays in [0, 1]', () => {
    for (let count = 0; count <= 7; count++) {
      const [a, b] = [wilson95(count, 7), wilson95(7 - count, 7)];
      expect(a.low).toBeCloseTo(1 - b.high, 12);
      expect(a.low).toBeGreaterThanOrEqual(0);
      expect(a.high).toBeLessThanOrEqual(1);
    }
  });

  it('refuses what is no proportion', () => {
    expect(() => wilson95(3, 2)).toThrow(/not a proportion/);
  });
});
