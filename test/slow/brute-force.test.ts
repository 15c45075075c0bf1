/** The comparison of test/property/brute-force.test.ts on many more seeds. */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const BLOCK = 250;

describe('branch and bound and brute force agree on many random triples', () => {
  it.each(Array.from({ length: 8 }, (_, i) => 20_000 + i * BLOCK))('seeds from %i on', async (from) => {
    const engines = [{ engine: 'bab', timeoutSeconds: 10 } as const];
    const tally = await judgeSeeds({ from, to: from + BLOCK }, { maxRelus: 14 }, engines);
    expect(tally.faults).toEqual([]);
    // A measure of completeness, not of truth: weights of very different scale (seeds 20253, 21387) and margins at
    // rounding level (21446, 21645) stay open, and some end on the clock; up to 4 of some 2,000 triples were seen.
    expect(tally.undecided.length).toBeLessThanOrEqual(tally.triples / 200);
  });
});
