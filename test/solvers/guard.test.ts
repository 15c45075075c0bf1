/** What is refused, what is widened, and what is not believed afterwards. Expected values by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardModel, guardOutcome } from '../../src/solvers/guard.js';
import { checkPoint } from '../../src/solvers/recheck.js';
import type { LinearModel, SolveResult } from '../../src/solvers/solver.js';
import { linear } from './models.js';

const plain = linear({ cost: [1, 1], lower: [0, 0], upper: [1, 1], rows: [[[1, 1], 1, Infinity]] });

function optimal(objective: number, ...x: number[]): SolveResult {
  return {
    solver: 'glpk',
    version: '',
    nativeStatus: 'OPT',
    seconds: 0,
    status: 'optimal',
    objective,
    x: Float64Array.from(x),
  };
}

describe('before', () => {
  it('passes a plain model through as it is', () => {
    expect(guardModel(plain)).toEqual({ kind: 'ready', model: plain, widened: 0 });
  });

  const cases: [string, LinearModel, string][] = [
    ['NaN cost', { ...plain, cost: Float64Array.of(Number.NaN, 1) }, 'numerical'],
    ['infinite cost', { ...plain, cost: Float64Array.of(Infinity, 1) }, 'numerical'],
    ['NaN coefficient', { ...plain, value: Float64Array.of(1, Number.NaN) }, 'numerical'],
    ['infinite coefficient', { ...plain, value: Float64Array.of(1, -Infinity) }, 'numerical'],
    ['NaN bound', { ...plain, lower: Float64Array.of(Number.NaN, 0) }, 'numerical'],
    ['NaN row bound', { ...plain, rowLower: Float64Array.of(Number.NaN) }, 'numerical'],
    ['crossed bounds', { ...plain, lower: Float64Array.of(2, 0) }, 'numerical'],
    ['crossed row', { ...plain, rowUpper: Float64Array.of(0) }, 'numerical'],
    ['lower bound of +Infinity', { ...plain, rowLower: Float64Array.of(Infinity) }, 'numerical'],
    ['huge coefficient', { ...plain, value: Float64Array.of(1, 2e9) }, 'numerical'],
    ['huge big-M', { ...plain, integer: Uint8Array.of(0, 1), value: Float64Array.of(1, 2e6) }, 'numerical'],
    [
      'general integer',
      { ...plain, integer: Uint8Array.of(0, 1), upper: Float64Array.of(1, 7) },
      'unsupported',
    ],
    ['no columns', linear({ cost: [], lower: [], upper: [], rows: [] }), 'unsupported'],
  ];
  it.each(cases)('refuses %s', (_, model, reason) => {
    expect(guardModel(model)).toMatchObject({ kind: 'refused', reason });
  });

  it('throws for malformed arrays, which are bugs', () => {
    expect(() => guardModel({ ...plain, cost: Float64Array.of(1) })).toThrow(
      /cost has 1 entries, expected 2/,
    );
    expect(() => guardModel({ ...plain, col: Int32Array.of(0, 0) })).toThrow(/column 0 twice/);
    expect(() => guardModel({ ...plain, col: Int32Array.of(0, 2) })).toThrow(/column 2 of 2/);
    expect(() => guardModel({ ...plain, rowStart: Int32Array.of(0, 1) })).toThrow(/row starts/);
  });
});

describe('tiny coefficients', () => {
  it('widen the row when the column is bounded', () => {
    // 1e-10 y with y in [-4, 2] lies in [-4e-10, 2e-10].
    const model = linear({ cost: [1, 0], lower: [0, -4], upper: [9, 2], rows: [[[1, 1e-10], 1, 2]] });
    const guarded = guardModel(model);
    if (guarded.kind !== 'ready') throw new Error(guarded.text);
    expect(guarded.widened).toBe(1);
    expect(Array.from(guarded.model.col)).toEqual([0]);
    expect(guarded.model.rowLower[0]).toBeLessThan(1 - 2e-10 + 1e-15);
    expect(guarded.model.rowUpper[0]).toBeGreaterThan(2 + 4e-10 - 1e-15);
  });

  it('are refused when the column is not bounded', () => {
    const model = linear({ cost: [1, 0], lower: [0, -Infinity], upper: [9, 2], rows: [[[1, 1e-10], 1, 2]] });
    expect(guardModel(model)).toMatchObject({ kind: 'refused', reason: 'numerical' });
  });

  it('widen by no less than the exact contribution', () => {
    const tiny = fc.double({ min: -1e-10, max: 1e-10, noNaN: true });
    const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const part = fc.tuple(tiny, bound, bound);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), bound, bound, (parts, p, q) => {
        const model = linear({
          cost: parts.map(() => 0),
          lower: parts.map(([, l, u]) => Math.min(l, u)),
          upper: parts.map(([, l, u]) => Math.max(l, u)),
          rows: [[parts.map(([a]) => a), Math.min(p, q), Math.max(p, q)]],
        });
        const guarded = guardModel(model);
        if (guarded.kind !== 'ready') throw new Error(guarded.text);
        expect(guarded.model.value.length).toBe(0);
        // rest >= lower - most and rest <= upper - least must both be implied, in exact arithmetic.
        const products = parts.map(([a, l, u]) => {
          const [x, y] = [exact(a) * exact(l), exact(a) * exact(u)];
          return x > y ? { most: x, least: y } : { most: y, least: x };
        });
        const most = products.reduce((sum, product) => sum + product.most, 0n);
        const least = products.reduce((sum, product) => sum + product.least, 0n);
        const needLower = exact(model.rowLower[0]!) * exact(1) - most;
        const needUpper = exact(model.rowUpper[0]!) * exact(1) - least;
        expect(exact(guarded.model.rowLower[0]!) * exact(1) <= needLower).toBe(true);
        expect(exact(guarded.model.rowUpper[0]!) * exact(1) >= needUpper).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

/** A double times 2^1074, which is an integer. */
function exact(v: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, v);
  const raw = bits.getBigUint64(0);
  const exponent = (raw >> 52n) & 0x7ffn;
  const fraction = raw & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return v < 0 ? -magnitude : magnitude;
}

describe('after', () => {
  it('believes a point that holds and recomputes its objective', () => {
    expect(guardOutcome(plain, optimal(1 + 1e-9, 1, 0))).toMatchObject({ status: 'optimal', objective: 1 });
  });

  const bad: [string, LinearModel, SolveResult][] = [
    ['a broken row', plain, optimal(0, 0, 0)],
    ['a broken bound', plain, optimal(2, 2, 0)],
    ['NaN', plain, optimal(1, Number.NaN, 1)],
    ['a wrong objective', plain, optimal(0.5, 1, 0)],
    ['too few values', plain, optimal(1, 1)],
    ['a fractional binary', { ...plain, integer: Uint8Array.of(1, 1) }, optimal(1, 0.5, 0.5)],
  ];
  it.each(bad)('does not believe %s', (_, model, result) => {
    expect(guardOutcome(model, result)).toMatchObject({ status: 'unknown', reason: 'numerical', x: null });
  });

  it('does not take an activity that overflowed to NaN for feasible', () => {
    const model = linear({ cost: [0, 0], lower: [0, 0], upper: [1e308, 1e308], rows: [[[1e9, -1e9], 0, 0]] });
    expect(checkPoint(model, Float64Array.of(1e308, 1e308)).kind).toBe('violated');
  });
});
