/** The capacity simulation, against what can be worked out by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Capacity, simulate } from '../bench/capacity-model.js';

const free: Capacity = { workers: 1, checkers: 1, workerOverhead: 0, coordinatorOverhead: 0 };
const cost = fc.record({
  solve: fc.double({ min: 0.001, max: 10, noNaN: true }),
  check: fc.double({ min: 0, max: 1, noNaN: true }),
});
const jobs = fc.array(cost, { minLength: 1, maxLength: 60 });
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

describe('the capacity simulation', () => {
  it('one worker and no overhead: the sum of the work, then the last check', () => {
    const three = [1, 2, 3].map((solve) => ({ solve, check: 0.5 }));
    expect(simulate(three, free).wall).toBeCloseTo(6.5);
    expect(simulate(three, { ...free, workers: 3 }).wall).toBeCloseTo(3.5);
    expect(simulate(three, { ...free, workers: 3 }).limit).toBe('longest job');
  });

  it('is bounded below by each part alone, and above by everything in a row', () => {
    fc.assert(
      fc.property(
        jobs,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (list, workers, checkers) => {
          const capacity = { workers, checkers, workerOverhead: 0.01, coordinatorOverhead: 0.02 };
          const { wall } = simulate(list, capacity);
          const solving = sum(list.map(({ solve }) => solve + 0.01));
          const checking = sum(list.map(({ check }) => check));
          const slack = 1 + 1e-9;
          expect(wall * slack).toBeGreaterThanOrEqual(solving / workers);
          expect(wall * slack).toBeGreaterThanOrEqual(checking / checkers);
          expect(wall * slack).toBeGreaterThanOrEqual(
            Math.max(...list.map(({ solve, check }) => solve + check)),
          );
          expect(wall).toBeLessThanOrEqual((solving + checking + list.length * 0.02) * slack);
        },
      ),
    );
  });
});
