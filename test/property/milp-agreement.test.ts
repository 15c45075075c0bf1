/**
 * The MILP engine with each of its solvers, and branch and bound, on the same random properties of tiny networks: none
 * may contradict the truth, so none contradicts another. javascript-lp-solver takes part as a third opinion.
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const ENGINES = [
  { engine: 'milp', solver: 'glpk', timeoutSeconds: 10 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 10 },
  { engine: 'milp', solver: 'jslp', timeoutSeconds: 10 },
  { engine: 'bab', timeoutSeconds: 10 },
] as const;

describe('three MILP solvers and branch and bound', () => {
  let triples = 0;
  it.each([10_000, 10_010])('give no wrong answer on seeds from %i on', async (from) => {
    const tally = await judgeSeeds({ from, to: from + 10 }, { maxRelus: 8 }, ENGINES);
    expect(tally.faults).toEqual([]);
    triples += tally.triples / ENGINES.length;
  });

  it('were asked about a hundred properties', () => {
    expect(triples).toBeGreaterThanOrEqual(100);
  });
});
