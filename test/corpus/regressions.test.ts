/**
 * Cases that once went wrong, by the seed that found them. The generators (test/helpers/random-*.ts) must keep giving
 * the same cases for a seed; the truth is recomputed by brute force each time.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { closeSolvers } from '../../src/solvers/solve.js';
import { type HarnessOptions, openHarness } from '../helpers/engine-harness.js';
import { judge } from '../helpers/judge.js';
import { seeded } from '../helpers/random.js';
import { randomClaim } from '../helpers/random-claims.js';
import { tinyNetwork } from '../helpers/random-networks.js';

const BAB = { engine: 'bab', timeoutSeconds: 20 } as const;
const GLPK = { engine: 'milp', solver: 'glpk', timeoutSeconds: 20 } as const;

interface Case {
  readonly what: string;
  readonly seed: number;
  readonly claim: number;
  /** End of the obligation's id. */
  readonly obligation: string;
  readonly options: HarnessOptions;
  /** The truth the case is about, so that a changed generator is noticed. */
  readonly truth: string;
  readonly verdict?: 'sat' | 'unsat';
}

const CASES: readonly Case[] = [
  {
    what: 'a chord with a tiny slope made the LP refuse every later change of a row',
    ...{ seed: 16, claim: 2, obligation: '0/1', options: BAB, truth: 'open', verdict: 'sat' },
  },
  {
    what: 'a max layer over unbounded inputs crashed the search for an inner point',
    ...{ seed: 17, claim: 0, obligation: '0/1', options: BAB, truth: 'open' },
  },
  {
    what: 'a margin in doubles claimed an ulp more than the checker could prove',
    ...{ seed: 36, claim: 2, obligation: '0/2', options: BAB, truth: 'empty', verdict: 'unsat' },
  },
  {
    what: 'a coefficient of an unbounded input was zero in doubles and not in exact arithmetic',
    ...{ seed: 137, claim: 0, obligation: '0/3', options: BAB, truth: 'empty' },
  },
  {
    what: 'an LP without bound gave no point, so an obvious counterexample was missed',
    ...{ seed: 0, claim: 2, obligation: '0/1', options: BAB, truth: 'open', verdict: 'sat' },
  },
  {
    what: 'a box of one point left the solver no column',
    ...{ seed: 1, claim: 1, obligation: 'e0.1/1', options: BAB, truth: 'thin', verdict: 'sat' },
  },
  {
    what: 'an LP that ended without a basis crashed the search',
    ...{ seed: 20_583, claim: 0, obligation: '0/1', options: BAB, truth: 'empty' },
  },
  {
    what: 'logits that always tie left the inner point no depth, so it sat on the literals',
    ...{ seed: 304, claim: 1, obligation: '0/1', options: BAB, truth: 'open', verdict: 'sat' },
  },
  {
    what: 'GLPK called a region infeasible that has an interior: rows of very different scale, with binaries',
    ...{ seed: 116, claim: 2, obligation: 'nap/2', options: GLPK, truth: 'open' },
  },
  {
    what: 'GLPK called an unbounded region infeasible that has an interior',
    ...{ seed: 130, claim: 2, obligation: 'empty/1', options: GLPK, truth: 'open' },
  },
  {
    what: 'GLPK called a flat region infeasible that has points',
    ...{ seed: 174, claim: 1, obligation: 'non-ambiguity/0-1', options: GLPK, truth: 'thin' },
  },
];

afterAll(closeSolvers);

describe('cases that once went wrong', () => {
  it.each(CASES)('$what (seed $seed)', async ({ seed, claim, obligation: id, options, truth, verdict }) => {
    const random = seeded(seed);
    const tiny = tinyNetwork(random, { maxRelus: 14 });
    const harness = await openHarness(tiny.bytes);
    let obligations = randomClaim(random, harness, tiny.classes).obligations;
    for (let n = 0; n < claim; n++) obligations = randomClaim(random, harness, tiny.classes).obligations;
    const obligation = obligations.find((candidate) => candidate.id.endsWith(id))!;
    const result = await judge(harness, obligation, options);
    expect(result.truth).toBe(truth);
    expect(result.fault).toBeNull();
    if (verdict !== undefined) expect(result.verdict).toBe(verdict);
    await harness.close();
  });
});
