/**
 * The same as brute-force.test.ts on the path that large networks take: suffixes, gradient search, bounds tightened by dual
 * ascent and LPs with their lemmas, cubes, and only then the whole network.
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

describe('suffixes, tightened bounds and cubes agree with brute force', () => {
  it.each([3000])('seeds from %i on', async (from) => {
    const engines = [{ engine: 'bab', timeoutSeconds: 30, maxNodes: 500, directNeurons: 0 } as const];
    const tally = await judgeSeeds({ from, to: from + 20 }, { maxRelus: 12 }, engines);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided).toEqual([]);
    expect(tally.triples).toBeGreaterThan(50);
  });
});
