/** Exported text read back by HiGHS's own readers must have the optimum of the array model. */
import fc from 'fast-check';
import type { Highs } from 'highs';
import { beforeAll, describe, expect, it } from 'vitest';
import { toLp, toMps } from '../../src/solvers/export.js';
import { highsModule, toHighs } from '../../src/solvers/highs.js';
import type { LinearModel } from '../../src/solvers/solver.js';
import { boxedLp, linear, mixedBinaryModel } from './models.js';

let highs: Highs;
beforeAll(async () => {
  highs = await highsModule();
});

/** Status and optimum of a model given as arrays or as text. */
function answer(source: Parameters<Highs['createModel']>[0]): [number, number | null] {
  const native = highs.createModel(source);
  try {
    native.options.set({ output_flag: false });
    const { modelStatus } = native.run();
    return [
      modelStatus,
      modelStatus === highs.constants.modelStatus.optimal ? native.getObjectiveValue() : null,
    ];
  } finally {
    native.dispose();
  }
}

function expectSame(model: LinearModel): void {
  const [status, optimum] = answer(toHighs(highs, model));
  for (const source of [
    { format: 'lp', data: toLp(model) },
    { format: 'mps', data: toMps(model) },
  ] as const) {
    const [readStatus, readOptimum] = answer(source);
    expect(readStatus).toBe(status);
    if (optimum !== null) expect(readOptimum).toBeCloseTo(optimum, 6);
  }
}

describe('round trip', () => {
  it('keeps the optimum of random MIPs', () => {
    fc.assert(
      fc.property(mixedBinaryModel, (dense) => expectSame(linear(dense))),
      { numRuns: 100, seed: 30 },
    );
  });

  it('keeps the optimum of random LPs', () => {
    fc.assert(
      fc.property(boxedLp, (dense) => expectSame(linear(dense))),
      { numRuns: 100, seed: 31 },
    );
  });

  it('keeps every kind of bound and every double', () => {
    const model = linear({
      cost: [1, 0, 0, 0, 0, 0],
      lower: [-Infinity, -Infinity, 0, -2, 0.1, 1e-300],
      upper: [Infinity, -3, Infinity, 7.25, 0.1, 1e15],
      rows: [
        [[1, 1 / 3, 0, 0, 0, 0], -Infinity, 0.1 + 0.2],
        [[0, 1, 1e-7, 0, 0, 123456789.123], 1e-5, Infinity],
        [[0, 0, 1, -1, 0, 0], -1, 1],
        [[0, 0, 0, 1, 1, 0], 2, 2],
        [[0, 0, 0, 0, 1, 1], -Infinity, Infinity],
      ],
    });
    for (const source of [
      { format: 'lp', data: toLp(model) },
      { format: 'mps', data: toMps(model) },
    ] as const) {
      const read = highs.withModel(source, (native) => native.getLp('csr'));
      // Columns keep their order in MPS; in LP they come in order of appearance, here the objective's.
      const order = [...read.colLower.keys()].sort((a, b) => read.colLower[a]! - read.colLower[b]!);
      const expected = [...model.lower.keys()].sort((a, b) => model.lower[a]! - model.lower[b]!);
      expect(order.map((j) => read.colLower[j])).toEqual(expected.map((j) => model.lower[j]));
      expect(Array.from(read.colUpper).sort()).toEqual(Array.from(model.upper).sort());
      const finite = (values: Float64Array) => Array.from(values).filter(Number.isFinite).sort();
      expect(finite(read.rowLower)).toEqual(finite(model.rowLower));
      expect(finite(read.rowUpper)).toEqual(finite(model.rowUpper));
      for (const a of [1 / 3, 1e-7, 123456789.123]) expect(Array.from(read.matrix.values)).toContain(a);
    }
  });
});

it('models of the size of a network: more coefficients than a call takes as arguments', () => {
  const size = 400;
  const ones = Array.from({ length: size }, () => 1);
  const model = linear({
    cost: ones,
    lower: ones.map(() => 0),
    upper: ones,
    integer: ones,
    rows: ones.map((_, i) => [ones, -Infinity, i + 1] as const),
  });
  for (const source of [
    { format: 'lp', data: toLp(model) },
    { format: 'mps', data: toMps(model) },
  ] as const) {
    const read = highs.withModel(source, (native) => native.getLp('csr'));
    expect([read.colUpper.length, read.rowUpper.length, read.matrix.values.length]).toEqual([
      size,
      size,
      size * size,
    ]);
  }
});

describe('names', () => {
  it('are made safe and unique, also for readers', () => {
    const model: LinearModel = {
      ...linear({
        cost: [1, 1, 1, 1, 1, 1],
        lower: [1, 2, 3, 4, 5, 6],
        upper: [9, 9, 9, 9, 9, 9],
        rows: [
          [[1, 1, 0, 0, 0, 0], 4, 5],
          [[0, 0, 1, 1, 1, 1], 19, Infinity],
          [[1, 0, 0, 0, 0, 0], -Infinity, 8],
        ],
      }),
      columnNames: ['z a', 'z+a', 'free', 'e12', '3x', 'inf'],
      rowNames: ['a', 'a', 'a_lo'],
    };
    expectSame(model);
    const names = highs.withModel({ format: 'mps', data: toMps(model) }, (native) =>
      Array.from({ length: 6 }, (_, j) => native.getColName(j)),
    );
    expect(new Set(names).size).toBe(6);
    for (const name of names) expect(name).toMatch(/^[A-Za-z]\w*$/);
  });
});

it('refuses what it cannot write', () => {
  const model = linear({ cost: [Number.NaN], lower: [0], upper: [1], rows: [] });
  expect(() => toLp(model)).toThrow(/not finite/);
  expect(() => toMps({ ...model, cost: Float64Array.of(1), lower: Float64Array.of(2) })).toThrow(/crossed/);
});
