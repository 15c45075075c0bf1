/** The three back ends against enumeration: truth is exact small-integer arithmetic over all 0/1 points. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Adapter, loadAdapter } from '../../src/solvers/adapter.js';
import { guardModel, guardOutcome } from '../../src/solvers/guard.js';
import type { LinearModel, SolveResult, SolverName } from '../../src/solvers/solver.js';
import { boxedLp, enumerate, linear, mixedBinaryModel } from './models.js';

const adapters = new Map<SolverName, Adapter>();

beforeAll(async () => {
  for (const name of ['glpk', 'highs', 'jslp'] as const) adapters.set(name, await loadAdapter(name));
});

/** Guard, native solver, guard: what `solve` does, in this thread. */
function solveHere(name: SolverName, model: LinearModel): SolveResult {
  const adapter = adapters.get(name)!;
  const guarded = guardModel(model);
  if (guarded.kind === 'refused') throw new Error(guarded.text);
  const outcome = adapter.run(guarded.model, 10);
  return guardOutcome(model, { ...outcome, solver: name, version: adapter.version, seconds: 0 });
}

describe('random tiny MIPs', () => {
  it.each(['glpk', 'highs', 'jslp'] as const)('%s agrees with enumeration', (name) => {
    let open = 0;
    let solved = 0;
    fc.assert(
      fc.property(mixedBinaryModel, (dense) => {
        const truth = enumerate(dense);
        const result = solveHere(name, linear(dense));
        if (result.status === 'unknown') {
          open++;
          return;
        }
        solved++;
        if (truth === null) expect(result.status).toBe('infeasible');
        else {
          expect(result.status).toBe('optimal');
          if (result.status === 'optimal') expect(result.objective).toBeCloseTo(truth, 6);
        }
      }),
      { numRuns: 300, seed: 20 },
    );
    // Never answering would agree as well.
    expect(open).toBeLessThan(solved / 20);
  });
});

describe('random LPs', () => {
  it('GLPK and HiGHS agree', () => {
    fc.assert(
      fc.property(boxedLp, (dense) => {
        const model = linear(dense);
        const [a, b] = [solveHere('glpk', model), solveHere('highs', model)];
        expect(a.status).toBe(b.status);
        if (a.status === 'optimal' && b.status === 'optimal') {
          expect(a.objective).toBeCloseTo(b.objective, 5);
        }
      }),
      { numRuns: 300, seed: 21 },
    );
  });
});
