/** Statuses, deadlines and worker life, through worker threads; expected values by hand. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { closeSolvers, solve, solveUnguarded } from '../../src/solvers/solve.js';
import type { LinearModel, SolverName } from '../../src/solvers/solver.js';
import { workerUrl } from '../../src/util/worker-url.js';
import { linear, marketSplit } from './models.js';

const ALL: readonly SolverName[] = ['glpk', 'highs', 'jslp'];
const NATIVE: readonly SolverName[] = ['glpk', 'highs'];
/** Not solved in any time a test may take; the limits below are far shorter. */
const HARD = marketSplit(6, 60);

afterAll(closeSolvers);

const withSolver = (solver: SolverName, timeoutSeconds = 20) => ({ solver, timeoutSeconds });

describe.each(ALL)('%s', (solver) => {
  it('finds an optimum, with a negative lower bound and a free column', async () => {
    // min x + 2y, x in [-5, 5], y free, x + y >= 1: y = 1 - x costs 2 - x, least at x = 5.
    const model = linear({
      cost: [1, 2],
      lower: [-5, -Infinity],
      upper: [5, Infinity],
      rows: [[[1, 1], 1, Infinity]],
    });
    const result = await solve(model, withSolver(solver));
    expect(result).toMatchObject({ status: 'optimal', objective: -3, solver });
    if (result.status === 'optimal') expect(Array.from(result.x)).toEqual([5, -4]);
  });

  it('does not take 0 for the lower bound of anything', async () => {
    // The trap: a column without a declared lower bound, and one with only an upper bound, start at 0.
    const down = linear({ cost: [1], lower: [-5], upper: [Infinity], rows: [[[1], -9, 9]] });
    expect(await solve(down, withSolver(solver))).toMatchObject({ status: 'optimal', objective: -5 });
    const onlyUpper = linear({ cost: [-1], lower: [-Infinity], upper: [-2], rows: [[[1], -9, 9]] });
    expect(await solve(onlyUpper, withSolver(solver))).toMatchObject({ status: 'optimal', objective: 2 });
    const boxed = linear({ cost: [1], lower: [0], upper: [1], rows: [] });
    expect(await solve(boxed, withSolver(solver))).toMatchObject({ status: 'optimal', objective: 0 });
  });

  it('keeps a binary fixed', async () => {
    const model = linear({
      cost: [1, 1],
      lower: [1, 0],
      upper: [1, 1],
      integer: [1, 1],
      rows: [[[1, 1], 0, 2]],
    });
    expect(await solve(model, withSolver(solver))).toMatchObject({ status: 'optimal', objective: 1 });
  });

  it('says infeasible for an LP, for a MIP whose relaxation is, and for one that is only without fractions', async () => {
    const lp = linear({ cost: [1, 1], lower: [0, 0], upper: [1, 1], rows: [[[1, 1], 2.5, Infinity]] });
    const half = {
      ...lp,
      integer: Uint8Array.of(1, 1),
      rowLower: Float64Array.of(0.5),
      rowUpper: Float64Array.of(0.5),
    };
    for (const model of [lp, { ...lp, integer: Uint8Array.of(1, 1) }, half]) {
      expect((await solve(model, withSolver(solver))).status).toBe('infeasible');
    }
  });

  it('says unbounded for an LP, and never anything but unbounded or unknown for a MIP', async () => {
    const lp = linear({ cost: [-1, 0], lower: [0, 0], upper: [Infinity, 1], rows: [[[1, -1], 0, Infinity]] });
    expect((await solve(lp, withSolver(solver))).status).toBe('unbounded');
    const mip = { ...lp, integer: Uint8Array.of(0, 1) };
    expect((await solve(mip, withSolver(solver))).status).toMatch(/^(unbounded|unknown)$/);
  });

  it('answers by position, whatever the names say', async () => {
    const model: LinearModel = {
      ...linear({
        cost: [1, 3],
        lower: [0, 0],
        upper: [4, 4],
        rows: [
          [[1, 0], 1, 4],
          [[0, 1], 2, 4],
        ],
      }),
      columnNames: ['same', 'same'],
      rowNames: ['c', 'c'],
    };
    const result = await solve(model, withSolver(solver));
    expect(result).toMatchObject({ status: 'optimal', objective: 7 });
    if (result.status === 'optimal') expect(Array.from(result.x)).toEqual([1, 2]);
  });

  it('never sees NaN, and a malformed model is an error', async () => {
    const model = linear({ cost: [1], lower: [0], upper: [1], rows: [[[Number.NaN], 1, 1]] });
    expect(await solve(model, withSolver(solver))).toMatchObject({ status: 'unknown', reason: 'numerical' });
    const twice: LinearModel = {
      ...model,
      rowStart: Int32Array.of(0, 2),
      col: Int32Array.of(0, 0),
      value: Float64Array.of(1, 1),
    };
    await expect(solve(twice, withSolver(solver))).rejects.toThrow(/column 0 twice/);
  });
});

describe.each(NATIVE)('%s limits', (solver) => {
  it('a MIP that runs out of time is unknown, whatever incumbent it has', async () => {
    expect(await solve(HARD, withSolver(solver, 0.2))).toMatchObject({
      status: 'unknown',
      reason: 'timeout',
    });
  });

  it('an abort ends it at once, and the next request is answered by a new thread', async () => {
    const control = new AbortController();
    const running = solve(HARD, { ...withSolver(solver, 60), signal: control.signal });
    setTimeout(() => control.abort(), 100);
    expect(await running).toMatchObject({ status: 'unknown', reason: 'interrupted' });
    const easy = linear({ cost: [1], lower: [2], upper: [3], rows: [] });
    expect(await solve(easy, withSolver(solver))).toMatchObject({ status: 'optimal', objective: 2 });
  });

  it('an abort before the start never starts it', async () => {
    const result = await solve(HARD, { ...withSolver(solver), signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: 'unknown', reason: 'interrupted' });
  });
});

describe('worker life', () => {
  it('a native abort is a crash, and the next request is answered by a new thread', async () => {
    // GLPK aborts on a column that is twice in a row; the guard would have stopped this model.
    const twice: LinearModel = {
      ...linear({ cost: [1], lower: [0], upper: [1], rows: [[[1], 0, 1]] }),
      rowStart: Int32Array.of(0, 2),
      col: Int32Array.of(0, 0),
      value: Float64Array.of(1, 1),
    };
    expect(await solveUnguarded(twice, withSolver('glpk'))).toMatchObject({
      status: 'unknown',
      reason: 'solver-crash',
    });
    const easy = linear({ cost: [1], lower: [2], upper: [3], rows: [] });
    expect(await solve(easy, withSolver('glpk'))).toMatchObject({ status: 'optimal', objective: 2 });
  });

  it('requests at the same time do not wait for each other or mix', async () => {
    const models = [1, 2, 3, 4].map((v) => linear({ cost: [1], lower: [v], upper: [9], rows: [] }));
    const results = await Promise.all(models.map((model) => solve(model, withSolver('glpk'))));
    expect(results.map((r) => (r.status === 'optimal' ? r.objective : r.status))).toEqual([1, 2, 3, 4]);
  });

  it('leaves the caller its arrays, and takes shared ones', async () => {
    const model = linear({ cost: [1], lower: [2], upper: [3], rows: [[[1], 0, 9]] });
    const shared = new Float64Array(new SharedArrayBuffer(8));
    shared[0] = 2.5;
    const result = await solve({ ...model, lower: shared }, withSolver('highs'));
    expect(result).toMatchObject({ status: 'optimal', objective: 2.5 });
    expect(Array.from(model.cost)).toEqual([1]);
    expect(Array.from(shared)).toEqual([2.5]);
  });

  it('can be closed and used again', async () => {
    await closeSolvers();
    const easy = linear({ cost: [1], lower: [2], upper: [3], rows: [] });
    expect(await solve(easy, withSolver('jslp'))).toMatchObject({ status: 'optimal', objective: 2 });
  });

  it('an idle solver does not keep the process alive', () => {
    const script = `
      import { solve } from ${JSON.stringify(workerUrl('solvers/solve.js').href)};
      const one = (v) => Float64Array.of(v);
      const none = new Float64Array(0);
      const model = { kind: 'linear-model', columns: 1, rows: 0, cost: one(1), lower: one(2), upper: one(3),
        integer: new Uint8Array(1), rowStart: Int32Array.of(0), col: new Int32Array(0), value: none,
        rowLower: none, rowUpper: none };
      for (const solver of ['glpk', 'highs', 'jslp']) {
        console.log((await solve(model, { solver, timeoutSeconds: 20 })).objective);
      }`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(run).toMatchObject({ status: 0, signal: null, stdout: '2\n2\n2\n', stderr: '' });
  });

  it('refuses a timeout that is none', async () => {
    const easy = linear({ cost: [1], lower: [2], upper: [3], rows: [] });
    await expect(solve(easy, withSolver('glpk', 0))).rejects.toThrow(RangeError);
    await expect(solve(easy, withSolver('glpk', Number.NaN))).rejects.toThrow(RangeError);
  });
});

describe('jslp', () => {
  it('refuses what it is known to get wrong', async () => {
    expect(await solve(marketSplit(1, 16), withSolver('jslp'))).toMatchObject({
      status: 'unknown',
      reason: 'unsupported',
    });
  });
});

describe('HiGHS tolerances', () => {
  it('an LP infeasible by 1e-8 is not optimal, as it is with the defaults', async () => {
    const model = linear({ cost: [1], lower: [0], upper: [1], rows: [[[1], 1 + 1e-8, 2]] });
    expect((await solve(model, withSolver('highs'))).status).toBe('infeasible');
  });
});
