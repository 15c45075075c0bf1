/** The comparison of test/property/milp-agreement.test.ts on larger networks, without the tiny solver. */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const ENGINES = [
  { engine: 'milp', solver: 'glpk', timeoutSeconds: 10 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 10 },
] as const;

describe('MILP solvers against brute force', () => {
  it.each([30_000, 30_100, 30_200])('give no wrong answer on seeds from %i on', async (from) => {
    const tally = await judgeSeeds({ from, to: from + 100 }, { maxRelus: 14 }, ENGINES);
    expect(tally.faults).toEqual([]);
  });
});
