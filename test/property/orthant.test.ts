/**
 * Claims about the orthant against brute force on random tiny networks without biases. The engines and the checker work on
 * the cross-section sum x = 1; the truth is looked for where 1 <= sum x <= 2, so an agreement is also one about the lift.
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const BAB = { engine: 'bab', timeoutSeconds: 30, maxNodes: 500 } as const;
const ENGINES = [
  BAB,
  { ...BAB, directNeurons: 0 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 10 },
] as const;

describe('claims about the orthant', () => {
  const counts: Record<string, number> = {};
  it.each([20_000, 20_003])('engines and brute force agree on seeds from %i on', async (from) => {
    const network = { maxRelus: 10, biases: false };
    const tally = await judgeSeeds({ from, to: from + 3, orthant: true }, network, ENGINES);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided.filter((name) => name.includes(', bab '))).toEqual([]);
    for (const [key, count] of Object.entries(tally.counts)) counts[key] = (counts[key] ?? 0) + count;
  });

  it('both proofs and counterexamples were among the answers', () => {
    expect(counts['empty -> unsat']).toBeGreaterThan(1);
    expect(counts['open -> sat']).toBeGreaterThan(1);
  });
});
