import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CutStep, LinStep, ProofStep } from '../../src/certificate/proof.js';
import { dense, network, relu } from '../helpers/layers.js';
import { obligation, prove } from './prove.js';

/** t1 = w.x + b, t2 = relu(t1), t3 = t2 - c.x: the cut's left side minus its right side, but for the constant. */
function neuron(weights: readonly number[], bias: number, c: readonly number[], slope = 0) {
  const size = weights.length;
  return network(
    [size, 1, 1, 1],
    [
      dense([0], 1, [[...weights]], [bias]),
      relu(1, 2, slope),
      dense([2, 0], 3, [[1, ...c.map((v) => -v)]], [0]),
    ],
  );
}

const atLeast = (bound: number) => ({ outputs: [{ terms: [{ output: 0, coefficient: 1 }], bound }] });
const ALL = (c: readonly number[]): CutStep => ({
  rule: 'cut',
  layer: 't2',
  index: 0,
  full: [],
  part: { index: c.map((_, k) => k), value: [...c] },
});
const LIN: LinStep = { rule: 'lin', weights: [1], pass: [], cuts: [{ cut: 0, weight: 1 }] };

/** The largest relu(w.x + b) - c.x over the box: at a corner, since it is convex. Exact for eighths. */
function largest(
  w: readonly number[],
  b: number,
  c: readonly number[],
  low: readonly number[],
  high: readonly number[],
) {
  let most = -Infinity;
  for (let corner = 0; corner < 2 ** w.length; corner++) {
    let [z, cx] = [b, 0];
    w.forEach((weight, k) => {
      const x = (corner >> k) % 2 === 0 ? low[k]! : high[k]!;
      z += weight * x;
      cx += c[k]! * x;
    });
    most = Math.max(most, Math.max(z, 0) - cx);
  }
  return most;
}

const eighth = fc.integer({ min: -32, max: 32 }).map((n) => n / 8);

describe('cut', () => {
  it('gives the exact maximum over the corners, for any coefficients', () => {
    const inputs = fc.array(fc.tuple(eighth, eighth, eighth, eighth, fc.boolean()), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(inputs, eighth, (columns, bias) => {
        const w = columns.map(([weight]) => weight);
        const c = columns.map(([weight, own, , , full]) => (full ? weight : own));
        const low = columns.map(([, , p, q]) => Math.min(p, q));
        const high = columns.map(([, , p, q]) => Math.max(p, q));
        const net = neuron(w, bias, c);
        const most = largest(w, bias, c, low, high);
        const listed = columns.map(([, , , , full], k) => ({ full, k }));
        const part = listed.filter(({ full }) => !full).map(({ k }) => k);
        const cut: CutStep = {
          rule: 'cut',
          layer: 't2',
          index: 0,
          full: listed.filter(({ full }) => full).map(({ k }) => k),
          part: { index: part, value: part.map((k) => c[k]!) },
        };
        const box = { lower: low, upper: high };
        expect(
          prove(net, obligation(net, { ...box, ...atLeast(most + 1e-9) }), [cut, LIN]).outcome.kind,
        ).toBe('valid');
        // Some corner reaches the bound: no proof may exist.
        expect(prove(net, obligation(net, { ...box, ...atLeast(most) }), [cut, LIN]).outcome.kind).toBe(
          'invalid',
        );
      }),
      { numRuns: 300 },
    );
  });
  it('shows more than the triangle: relu(x0 + x1) - x0 <= 1 on [-1, 1]^2, where the chord gives 2', () => {
    const net = neuron([1, 1], 0, [1, 0]);
    const region = obligation(net, atLeast(1.001));
    const cut: CutStep = { rule: 'cut', layer: 't2', index: 0, full: [0], part: { index: [], value: [] } };
    expect(prove(net, region, [cut, LIN]).outcome.kind).toBe('valid');
    expect(prove(net, region, [{ rule: 'lin', weights: [1], pass: [] }]).outcome.kind).toBe('invalid');
  });
  it('rests on the intervals of its branch only', () => {
    // With x0 <= 0, a <= 0: wrong for x0 > 0.
    const net = neuron([1], 0, [0]);
    const region = obligation(net, atLeast(0.5));
    const split: ProofStep = { rule: 'split', tensor: 't0', index: 0, at: 0 };
    const cut = ALL([0]);
    const steps: ProofStep[] = [split, cut, LIN, { ...LIN, cuts: [{ cut: 0, weight: 1 }] }];
    expect(prove(net, region, steps).outcome).toMatchObject({
      kind: 'invalid',
      rejection: { place: 'proof, step 3', found: 'cut 0' },
    });
  });
  it('made before a split it serves both branches', () => {
    const net = neuron([1, 1], 0, [1, 0]);
    const cut: CutStep = { rule: 'cut', layer: 't2', index: 0, full: [0], part: { index: [], value: [] } };
    const split: ProofStep = { rule: 'split', tensor: 't0', index: 1, at: 0 };
    expect(prove(net, obligation(net, atLeast(1.001)), [cut, split, LIN, LIN]).outcome.kind).toBe('valid');
  });
  it('is counted in the margin: -g >= bound - d', () => {
    const net = neuron([1, 1], 0, [1, 0]);
    const cut: CutStep = { rule: 'cut', layer: 't2', index: 0, full: [0], part: { index: [], value: [] } };
    const { margin } = prove(net, obligation(net, atLeast(3)), [cut, LIN]);
    expect(margin).toBeGreaterThan(2 - 1e-9);
    expect(margin).toBeLessThanOrEqual(2);
  });
});

describe('refused', () => {
  const net = neuron([1, 1], 0, [1, 0]);
  const region = obligation(net, atLeast(1.001));
  const good: CutStep = { rule: 'cut', layer: 't2', index: 0, full: [0], part: { index: [], value: [] } };
  const kind = (steps: readonly ProofStep[], own = net, of = region) => prove(own, of, steps).outcome;
  it('a cut of a leaky ReLU, of another layer, of no neuron', () => {
    const leaky = neuron([1, 1], 0, [1, 0], 0.5);
    expect(kind([good, LIN], leaky, obligation(leaky, atLeast(1.001)))).toMatchObject({
      rejection: { rule: 'cut' },
    });
    for (const wrong of [
      { layer: 't1' },
      { layer: 't3' },
      { layer: 'nothing' },
      { index: 1 },
      { index: -1 },
      { index: 0.5 },
    ])
      expect(kind([{ ...good, ...wrong }, LIN])).toMatchObject({
        rejection: { rule: 'cut', place: 'proof, step 0' },
      });
  });
  it('inputs twice, out of order, out of range, without numbers', () => {
    const parts: Partial<CutStep>[] = [
      { full: [0, 0] },
      { full: [1, 0] },
      { full: [2] },
      { full: [-1] },
      { full: [0], part: { index: [0], value: [1] } },
      { part: { index: [1], value: [] } },
      { part: { index: [1], value: [Number.NaN] } },
      { part: { index: [1], value: [Infinity] } },
    ];
    for (const part of parts)
      expect(kind([{ ...good, ...part }, LIN])).toMatchObject({ rejection: { rule: 'cut' } });
  });
  it('inputs without bounds', () => {
    const open = obligation(net, { lower: [-1, -Infinity], upper: [1, Infinity], ...atLeast(1.001) });
    expect(kind([good, LIN], net, open)).toMatchObject({ rejection: { expected: 'a finite constant' } });
  });
  it('a cut that is not there, named twice, or with a negative weight', () => {
    const named = (...cuts: { cut: number; weight: number }[]): ProofStep => ({ ...LIN, cuts });
    for (const step of [
      named({ cut: 1, weight: 1 }),
      named({ cut: -1, weight: 1 }),
      named({ cut: 0, weight: 0.5 }, { cut: 0, weight: 0.5 }),
      named({ cut: 0, weight: -1 }),
      named({ cut: 0, weight: Number.NaN }),
    ]) {
      expect(kind([good, step])).toMatchObject({ rejection: { rule: 'lin', place: 'proof, step 1' } });
    }
    expect(kind([LIN])).toMatchObject({ rejection: { rule: 'lin' } });
  });
  it('a cut alone closes nothing', () => {
    expect(kind([good])).toMatchObject({ rejection: { rule: 'closure' } });
  });
});
