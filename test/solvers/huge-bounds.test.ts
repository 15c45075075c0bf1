/** An interval that begins where HiGHS sees infinity is refused for every solver, not an internal error. */
import { expect, it } from 'vitest';
import { PersistentLp } from '../../src/solvers/highs-model.js';
import { solve } from '../../src/solvers/solve.js';
import type { LinearModel } from '../../src/solvers/solver.js';

/** 1000 x within the row's bounds, x within the column's. */
function model(row: readonly [number, number], column: readonly [number, number]): LinearModel {
  return {
    kind: 'linear-model',
    columns: 1,
    rows: 1,
    cost: Float64Array.of(1),
    lower: Float64Array.of(column[0]),
    upper: Float64Array.of(column[1]),
    rowStart: Int32Array.of(0, 1),
    col: Int32Array.of(0),
    value: Float64Array.of(1e3),
    rowLower: Float64Array.of(row[0]),
    rowUpper: Float64Array.of(row[1]),
    integer: new Uint8Array(1),
  };
}

it.each([
  ['a row from 1e21 on', model([1e21, Infinity], [0, 1e6])],
  ['a row up to -1e20', model([-Infinity, -1e20], [-1e6, 0])],
  ['a column fixed at 1e20', model([0, Infinity], [1e20, 1e20])],
])('%s gives no model', async (_, huge) => {
  expect(await PersistentLp.create(huge)).toMatchObject({ kind: 'refused', reason: 'numerical' });
  expect(await solve(huge, { solver: 'highs', timeoutSeconds: 5 })).toMatchObject({
    status: 'unknown',
    reason: 'numerical',
  });
});

it('bounds that only widen are no reason to refuse: 1000 x >= 1 has its least x at 0.001', async () => {
  const created = await PersistentLp.create(model([1, 1e21], [0, 1e21]));
  if (created.kind !== 'ready') throw new Error(created.text);
  const result = created.lp.solve(5);
  created.lp.dispose();
  expect(result).toMatchObject({ status: 'optimal', objective: expect.closeTo(0.001, 9) });
});

it('bounds that begin there later only widen: the least x of a column moved to [1e21, 1e22] is not above it', async () => {
  const created = await PersistentLp.create(model([0, Infinity], [0, 1e22]));
  if (created.kind !== 'ready') throw new Error(created.text);
  created.lp.setBounds(0, 1e21, 1e22);
  created.lp.setRowBounds(0, 1e21, Infinity);
  const result = created.lp.solve(5);
  created.lp.dispose();
  // Nothing may be claimed beyond the interval that the solver was given.
  if (result.status === 'optimal') expect(result.objective).toBeLessThanOrEqual(1e21);
  else expect(result.status).not.toBe('infeasible');
});
