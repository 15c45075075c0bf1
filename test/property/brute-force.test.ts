/**
 * Branch and bound against brute force on random tiny networks: 2 to 14 ReLUs, degenerate weights, leaky slopes, max
 * layers, residual sums; point, flat and unbounded boxes; free, full, contradictory and boundary-only NAPs. The truth
 * comes from enumerating linear regions in exact arithmetic (test/helpers/brute-force.ts). Thousands more: test/slow.
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const BLOCK = 50;
const BLOCKS = 3;

describe('branch and bound and brute force agree on random triples of network, NAP and property', () => {
  const counts: Record<string, number> = {};
  let triples = 0;
  it.each(Array.from({ length: BLOCKS }, (_, i) => i * BLOCK))('seeds from %i on', async (from) => {
    const engines = [{ engine: 'bab', timeoutSeconds: 30, maxNodes: 500 } as const];
    const tally = await judgeSeeds({ from, to: from + BLOCK }, { maxRelus: 14 }, engines);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided).toEqual([]);
    triples += tally.triples;
    for (const [key, count] of Object.entries(tally.counts)) counts[key] = (counts[key] ?? 0) + count;
  });

  it('are many hundreds, and excuses are rare', () => {
    expect(triples).toBeGreaterThanOrEqual(700);
    const excused = (reason: string): number =>
      Object.entries(counts).reduce(
        (sum, [key, count]) => (key.includes(`(${reason})`) ? sum + count : sum),
        0,
      );
    expect(excused('max layer')).toBeLessThanOrEqual(triples / 200);
    expect(excused('magnitude')).toBeLessThanOrEqual(triples / 200);
    expect(excused('thin')).toBeLessThanOrEqual(triples / 100);
    expect(excused('unbounded')).toBeLessThanOrEqual(triples / 50);
  });
});
