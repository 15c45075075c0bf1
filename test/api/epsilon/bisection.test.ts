/** The search for the largest proved epsilon, against claims whose threshold is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestEpsilon } from '../../../src/api/epsilon/bisection.js';

describe('the largest epsilon', () => {
  it('is bracketed within a hundredth, whatever the start', async () => {
    const positive = fc.double({ min: 0.001, max: 10, noNaN: true });
    await fc.assert(
      fc.asyncProperty(positive, positive, async (start, threshold) => {
        const tried: number[] = [];
        const bracket = await largestEpsilon(start, Infinity, async (epsilon) => {
          tried.push(epsilon);
          return epsilon < threshold ? 'holds' : 'violated';
        });
        expect(tried).toContain(bracket.proved);
        expect(tried).toContain(bracket.refuted);
        expect(bracket.proved!).toBeLessThan(threshold);
        expect(bracket.refuted!).toBeGreaterThanOrEqual(threshold);
        expect(bracket.refuted! - bracket.proved!).toBeLessThanOrEqual(0.01 * bracket.refuted!);
        expect(bracket).toMatchObject({ open: null, probes: tried.length });
      }),
    );
  });

  it('what stays open is no refutation', async () => {
    const verdict = (epsilon: number) => (epsilon < 1 ? 'holds' : epsilon < 2 ? 'unknown' : 'violated');
    const { proved, open, refuted } = await largestEpsilon(4, Infinity, async (epsilon) => verdict(epsilon));
    expect(proved).toBeGreaterThan(0.98);
    expect(proved).toBeLessThan(1);
    expect(open).toBeGreaterThanOrEqual(1);
    expect(refuted).toBe(2);
  });

  it('ends at the whole domain, and with nothing where nothing is proved', async () => {
    const all = await largestEpsilon(0.3, 1, async () => 'holds');
    expect(all).toEqual({ proved: 1, refuted: null, open: null, probes: 3 });
    const none = await largestEpsilon(0.5, 1, async () => 'violated');
    expect(none.proved).toBe(null);
    const interrupted = await largestEpsilon(0.5, 1, async () => null);
    expect(interrupted).toEqual({ proved: null, refuted: null, open: null, probes: 0 });
  });
});
