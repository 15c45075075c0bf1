/** Bounds that HiGHS would take for infinite are refused, not an internal error. */
import { expect, it } from 'vitest';
import { PersistentLp } from '../../src/solvers/highs-model.js';

it('a row bound of 1e21 gives no model', async () => {
  const created = await PersistentLp.create({
    kind: 'linear-model',
    columns: 1,
    rows: 1,
    cost: Float64Array.of(1),
    lower: Float64Array.of(0),
    upper: Float64Array.of(1e6),
    rowStart: Int32Array.of(0, 1),
    col: Int32Array.of(0),
    value: Float64Array.of(1e3),
    rowLower: Float64Array.of(1e21),
    rowUpper: Float64Array.of(Infinity),
    integer: new Uint8Array(1),
  });
  expect(created.kind).toBe('refused');
});
