/**
 * More seeds of test/property: with a limit on nodes instead of time, where none may stay undecided; on the path that
 * large networks take; and for the MILP solvers, the tiny one among them.
 */
import { describe, expect, it } from 'vitest';
import { judgeSeeds } from '../helpers/judge.js';

const LIMITS = { engine: 'bab', timeoutSeconds: 30, maxNodes: 500 } as const;
const MILP = ['glpk', 'highs', 'jslp'] as const;

describe('engines agree with brute force', () => {
  it.each([150, 200, 250, 300, 350, 400])('branch and bound on seeds from %i on', async (from) => {
    const tally = await judgeSeeds({ from, to: from + 50 }, { maxRelus: 14 }, [LIMITS]);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided).toEqual([]);
  });

  it.each([3020, 3040])('suffixes, tightened bounds and cubes on seeds from %i on', async (from) => {
    const tally = await judgeSeeds({ from, to: from + 20 }, { maxRelus: 12 }, [
      { ...LIMITS, directNeurons: 0 },
    ]);
    expect(tally.faults).toEqual([]);
    expect(tally.undecided).toEqual([]);
  });

  it.each([10_020, 10_040])('MILP solvers on seeds from %i on', async (from) => {
    const engines = [
      ...MILP.map((solver) => ({ engine: 'milp', solver, timeoutSeconds: 10 }) as const),
      { engine: 'bab', timeoutSeconds: 10 } as const,
    ];
    const tally = await judgeSeeds({ from, to: from + 20 }, { maxRelus: 8 }, engines);
    expect(tally.faults).toEqual([]);
  });
});
