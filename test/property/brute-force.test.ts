/**
 * Branch and bound against brute force on random tiny networks: 2 to 14 ReLUs, degenerate weights, leaky slopes, max
 * layers, residual sums; point, flat and unbounded boxes; free, full, contradictory and boundary-only NAPs. The truth
 * comes from enumerating linear regions in exact arithmetic (test/helpers/brute-force.ts).
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const BLOCK = 50;
const BLOCKS = 8;

describe('branch and bound and brute force agree on random triples of network, NAP and property', () => {
  let triples = 0;
  it.each(Array.from({ length: BLOCKS }, (_, i) => i * BLOCK))('seeds from %i on', async (from) => {
    const engines = [{ engine: 'bab', timeoutSeconds: 5, maxNodes: 2000 } as const];
    const tally = await judgeSeeds({ from, to: from + BLOCK }, { maxRelus: 14 }, engines);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided).toEqual([]);
    triples += tally.triples;
  });

  it('are at least two thousand', () => {
    expect(triples).toBeGreaterThanOrEqual(2000);
  });
});
