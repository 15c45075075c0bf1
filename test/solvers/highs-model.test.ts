/** Multipliers are what certificates are made of: bounds are recomputed from them alone, with naive dense loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LpResult, PersistentLp } from '../../src/solvers/highs-model.js';
import type { LinearModel } from '../../src/solvers/solver.js';
import { boxedLp, linear, marketSplit } from './models.js';

async function create(model: LinearModel): Promise<PersistentLp> {
  const created = await PersistentLp.create(model);
  if (created.kind === 'refused') throw new Error(created.text);
  return created.lp;
}

/** sum_i (y_i > 0 ? y_i rowLower_i : y_i rowUpper_i) + min over the box of (cost - A'y).x, term by term. */
function boundFrom(model: LinearModel, y: Float64Array, cost: Float64Array): number {
  let bound = 0;
  const residual = Array.from(cost);
  for (let i = 0; i < model.rows; i++) {
    if (y[i]! > 0) bound += y[i]! * model.rowLower[i]!;
    if (y[i]! < 0) bound += y[i]! * model.rowUpper[i]!;
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      residual[model.col[k]!]! -= y[i]! * model.value[k]!;
    }
  }
  residual.forEach((d, j) => {
    if (d !== 0) bound += Math.min(d * model.lower[j]!, d * model.upper[j]!);
  });
  return bound;
}

function expectProof(model: LinearModel, result: LpResult): void {
  if (result.status === 'optimal') {
    const bound = boundFrom(model, result.rowDual, model.cost);
    expect(bound).toBeCloseTo(result.objective, 6);
    expect(result.dualBound).toBeCloseTo(bound, 9);
    const atPoint = model.cost.reduce((sum, c, j) => sum + c * result.x[j]!, 0);
    expect(atPoint).toBeCloseTo(result.objective, 6);
  } else {
    expect(result.status).toBe('infeasible');
    if (result.status !== 'infeasible') return;
    // 0 >= beta(y) - A'y.x for all feasible x; positive over the whole box means there is none.
    expect(boundFrom(model, result.ray, new Float64Array(model.columns))).toBeGreaterThan(0);
  }
}

describe('multipliers', () => {
  it('prove the optimum or the infeasibility of random LPs by themselves', async () => {
    const seen = { optimal: 0, infeasible: 0 };
    await fc.assert(
      fc.asyncProperty(boxedLp, async (dense) => {
        const model = linear(dense);
        const lp = await create(model);
        try {
          const result = lp.solve(10);
          expectProof(model, result);
          if (result.status === 'optimal' || result.status === 'infeasible') seen[result.status]++;
        } finally {
          lp.dispose();
        }
      }),
      { numRuns: 400, seed: 22 },
    );
    expect(seen.optimal).toBeGreaterThan(50);
    expect(seen.infeasible).toBeGreaterThan(50);
  });

  it('have the documented signs: positive leans on the lower bound of a row', async () => {
    // min x, x >= 2 as a row: bound 1 * 2. max x (min -x), x <= 3 as a row: bound -1 * 3.
    const model = linear({ cost: [1], lower: [-10], upper: [10], rows: [[[1], 2, 3]] });
    const lp = await create(model);
    const low = lp.solve(10);
    lp.setCost(Float64Array.of(-1));
    const high = lp.solve(10);
    lp.setRowBounds(0, 11, 12);
    const above = lp.solve(10);
    lp.setRowBounds(0, -12, -11);
    const below = lp.solve(10);
    lp.dispose();
    expect(low).toMatchObject({ status: 'optimal', objective: 2, rowDual: Float64Array.of(1) });
    expect(high).toMatchObject({ status: 'optimal', objective: -3, rowDual: Float64Array.of(-1) });
    expect(above).toMatchObject({ status: 'infeasible', ray: Float64Array.of(1) });
    expect(below).toMatchObject({ status: 'infeasible', ray: Float64Array.of(-1) });
  });
});

describe('warm changes', () => {
  it('give the same as a fresh LP after any sequence of bounds, rows and costs', async () => {
    const step = fc.record({
      kind: fc.constantFrom('bounds', 'row', 'cost', 'sparse'),
      at: fc.nat(),
      a: fc.integer({ min: -5, max: 5 }),
      b: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(boxedLp, fc.array(step, { minLength: 1, maxLength: 8 }), async (dense, steps) => {
        const warm = await create(linear(dense));
        try {
          for (const { kind, at, a, b } of steps) {
            const column = at % warm.model.columns;
            if (kind === 'bounds') warm.setBounds(column, a, a + b);
            else if (kind === 'row' && warm.model.rows > 0) warm.setRowBounds(at % warm.model.rows, a, a + b);
            else if (kind === 'cost') warm.setCost(warm.model.cost.map((c, j) => (j === column ? a : c)));
            else if (kind === 'sparse') warm.setCost({ columns: [column], values: [a] });
            const result = warm.solve(10);
            expectProof(warm.model, result);
            const fresh = await create(warm.model);
            const again = fresh.solve(10);
            fresh.dispose();
            expect(again.status).toBe(result.status);
            if (again.status === 'optimal' && result.status === 'optimal') {
              expect(result.objective).toBeCloseTo(again.objective, 6);
            }
          }
        } finally {
          warm.dispose();
        }
      }),
      { numRuns: 80, seed: 23 },
    );
  });

  it('a basis carries over to an equal LP', async () => {
    const model = linear({ cost: [-1, -2], lower: [0, 0], upper: [9, 9], rows: [[[1, 1], -Infinity, 4]] });
    const first = await create(model);
    first.solve(10);
    const second = await create(model);
    second.setBasis(first.getBasis());
    expect(second.solve(10)).toMatchObject({ status: 'optimal', objective: -8 });
    expect(second.iterations).toBe(0);
    first.dispose();
    second.dispose();
  });
});

describe('limits and misuse', () => {
  it('a zero time limit is unknown, and the clock starts anew at the next solve', async () => {
    const lp = await create(marketSplit(6, 60));
    expect(lp.solve(0)).toMatchObject({ status: 'unknown', reason: 'timeout' });
    expect(lp.solve(10).status).toBe('optimal');
    lp.dispose();
  });

  it('tells unbounded from infeasible', async () => {
    const unbounded = await create(linear({ cost: [1], lower: [-Infinity], upper: [Infinity], rows: [] }));
    expect(unbounded.solve(10).status).toBe('unbounded');
    unbounded.dispose();
    const infeasible = await create(
      linear({
        cost: [1, 1],
        lower: [-Infinity, -Infinity],
        upper: [Infinity, Infinity],
        rows: [
          [[1, 0], 1, 1],
          [[2, 0], 3, 3],
        ],
      }),
    );
    expect(infeasible.solve(10).status).toBe('infeasible');
    infeasible.dispose();
  });

  it('refuses crossed and NaN bounds, and models that the guard refuses', async () => {
    const lp = await create(linear({ cost: [1], lower: [0], upper: [1], rows: [[[1], 0, 1]] }));
    expect(() => lp.setBounds(0, 1, 0)).toThrow(RangeError);
    expect(() => lp.setBounds(0, Number.NaN, 1)).toThrow(RangeError);
    expect(() => lp.setRowBounds(1, 0, 1)).toThrow(RangeError);
    expect(() => lp.setCost(Float64Array.of(Number.NaN))).toThrow(RangeError);
    lp.dispose();
    lp.dispose();
    const refused = await PersistentLp.create(
      linear({ cost: [Number.NaN], lower: [0], upper: [1], rows: [] }),
    );
    expect(refused).toMatchObject({ kind: 'refused', reason: 'numerical' });
  });

  it('keeps columns whose tiny coefficients were taken out inside the bounds that paid for it', async () => {
    const lp = await create(
      linear({ cost: [1, 0], lower: [0, 0], upper: [1, 1], rows: [[[1, 1e-12], 0.5, 2]] }),
    );
    lp.setBounds(1, 0.25, 0.5);
    expect(() => lp.setBounds(1, 0, 2)).toThrow(RangeError);
    lp.dispose();
  });

  it('lets only rows that lost no tiny coefficient move', async () => {
    const lp = await create(
      linear({
        cost: [1, 0],
        lower: [0, 0],
        upper: [1, 1],
        rows: [
          [[1, 1e-12], 0.5, 2],
          [[1, 1], 0, 2],
        ],
      }),
    );
    expect(() => lp.setRowBounds(0, 0.75, 2)).toThrow(RangeError);
    lp.setRowBounds(1, 0.75, 2);
    expect(lp.solve(10)).toMatchObject({ status: 'optimal' });
    lp.dispose();
  });
});

describe('rows that come and go', () => {
  it('count while they are there: min -x - y, with x + y <= 3, then x <= 1 as well', async () => {
    const base = { lower: [0, 0], upper: [2, 2] };
    const lp = await create({
      kind: 'linear-model',
      columns: 2,
      rows: 1,
      cost: Float64Array.of(-1, -2),
      lower: Float64Array.from(base.lower),
      upper: Float64Array.from(base.upper),
      integer: new Uint8Array(2),
      rowStart: Int32Array.of(0, 2),
      col: Int32Array.of(0, 1),
      value: Float64Array.of(1, 1),
      rowLower: Float64Array.of(-Infinity),
      rowUpper: Float64Array.of(3),
    });
    try {
      const objective = (): number => {
        const result = lp.solve(10);
        expectProof(lp.model, result);
        return result.status === 'optimal' ? result.objective : Number.NaN;
      };
      // x = 1, y = 2.
      expect(objective()).toBeCloseTo(-5, 9);
      lp.addRows([
        { lower: -Infinity, upper: 0.5, columns: [0], values: [1] },
        { lower: -Infinity, upper: 1, columns: [1, 0], values: [1, 0.5] },
      ]);
      // y <= 1 - x / 2: -x - 2 y >= -2, at every x <= 1/2.
      expect(objective()).toBeCloseTo(-2, 9);
      lp.removeRows([2]);
      expect(lp.model.rows).toBe(2);
      // x = 1/2, y = 2.
      expect(objective()).toBeCloseTo(-4.5, 9);
      lp.setRowBounds(1, -Infinity, Infinity);
      lp.removeRows([1]);
      expect(objective()).toBeCloseTo(-5, 9);
    } finally {
      lp.dispose();
    }
  });
});
