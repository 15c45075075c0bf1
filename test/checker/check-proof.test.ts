import { describe, expect, it } from 'vitest';
import type { ProofStep } from '../../src/certificate/proof.js';
import type { OutputConstraint } from '../../src/obligation/obligation.js';
import { dense, network, relu } from '../helpers/layers.js';
import { leads, obligation, prove } from './prove.js';

/** y0 = relu(x0 + x1), y1 = relu(x0 - x1) - 1 : tensors t0 (2), t1 = z, t2 = a, t3 = y. */
const tiny = network(
  [2, 2, 2, 2],
  [
    dense(
      [0],
      1,
      [
        [1, 1],
        [1, -1],
      ],
      [0, 0],
    ),
    relu(1, 2),
    dense(
      [2],
      3,
      [
        [1, 0],
        [0, 1],
      ],
      [0, -1],
    ),
  ],
);
const LIN = { rule: 'lin' as const, weights: [1], pass: [] };
const SPLIT_Z1 = { rule: 'split' as const, tensor: 't1', index: 1, at: 0 };
const OPEN = { lower: [-Infinity, -Infinity], upper: [Infinity, Infinity] };

const LEADS = { outputs: [leads(1, 0)] };

describe('lin', () => {
  it('closes what one bound closes: both active, y1 - y0 = -2 x1 - 1 <= -1 for x1 >= 0', () => {
    const region = obligation(tiny, { lower: [0, 0], naps: [[1, 1]], ...LEADS });
    const check = prove(tiny, region, [LIN]);
    expect(check.outcome).toEqual({ kind: 'valid' });
    expect(check.margin).toBeGreaterThan(1 - 1e-12);
    expect(check.margin).toBeLessThanOrEqual(1);
  });
  it('proves the margin exactly, and not one unit in the last place more', () => {
    const region = obligation(tiny, { lower: [0, 0], naps: [[1, 1]], ...LEADS });
    expect(prove(tiny, region, [LIN], 1)).toMatchObject({ outcome: { kind: 'valid' }, margin: 1 });
    expect(prove(tiny, region, [LIN], 1 + 2 ** -52).outcome).toMatchObject({
      kind: 'invalid',
      rejection: { rule: 'lin', place: 'proof, step 0', found: '1' },
    });
  });
  it('divides the margin by the weight: 3 T = -3', () => {
    const region = obligation(tiny, { lower: [0, 0], naps: [[1, 1]], ...LEADS });
    const triple = { ...LIN, weights: [3] };
    expect(prove(tiny, region, [triple], 1)).toMatchObject({ outcome: { kind: 'valid' }, margin: 1 });
    expect(prove(tiny, region, [triple], 1 + 2 ** -52).outcome.kind).toBe('invalid');
  });
  it('decides a tie exactly: y1 - y0 >= -1 has the point x1 = 0, the next double above -1 none', () => {
    const parts = { lower: [0, 0], naps: [[1, 1]] };
    const tie = obligation(tiny, { ...parts, outputs: [leads(1, 0, -1)] });
    expect(prove(tiny, tie, [LIN]).outcome).toMatchObject({ rejection: { found: 'an upper bound of 0' } });
    const next = obligation(tiny, { ...parts, outputs: [leads(1, 0, -1 + 2 ** -53)] });
    expect(prove(tiny, next, [LIN]).outcome.kind).toBe('valid');
  });
  it('does not close a region with a point: x = (1, -1) has y0 = 0, y1 = 1', () => {
    const check = prove(tiny, obligation(tiny, LEADS), [LIN]);
    expect(check.outcome).toMatchObject({ kind: 'invalid', rejection: { rule: 'lin' } });
  });
  it('combines constraints: y1 >= 3/4 and y0 >= 3/2 cannot both hold, as y0 + y1 = 2 x0 - 1 <= 1', () => {
    const only = (output: number, bound: number): OutputConstraint => ({
      terms: [{ output, coefficient: 1 }],
      bound,
    });
    const region = obligation(tiny, { naps: [[1, 1]], outputs: [only(1, 0.75), only(0, 1.5)] });
    expect(prove(tiny, region, [{ ...LIN, weights: [1, 1] }])).toMatchObject({
      outcome: { kind: 'valid' },
      margin: null,
    });
    expect(prove(tiny, region, [{ ...LIN, weights: [1, 0] }]).outcome.kind).toBe('invalid');
    expect(prove(tiny, region, [{ ...LIN, weights: [0, 1] }]).outcome.kind).toBe('invalid');
  });
  it('needs a finite bound on an unbounded domain: stopping at neurons with one-sided bounds gives one', () => {
    // Both inactive: a = 0, y1 - y0 = -1, whatever x is. Behind z nothing of x is left.
    const region = obligation(tiny, { ...OPEN, naps: [[-1, -1]], ...LEADS });
    expect(prove(tiny, region, [LIN], 1).outcome.kind).toBe('valid');
    // z0 active, z1 inactive: y1 - y0 = -z0 - 1 <= -1 needs z0 >= 0, so p = 0 for it (or stopping behind a).
    const half = obligation(tiny, { ...OPEN, naps: [[1, -1]], ...LEADS });
    expect(prove(tiny, half, [LIN]).outcome).toMatchObject({ rejection: { found: 'no finite upper bound' } });
    expect(prove(tiny, half, [{ ...LIN, stop: 't2' }], 1).outcome.kind).toBe('valid');
    const pass = [{ layer: 't2', index: [0], value: [0] }];
    expect(prove(tiny, half, [{ ...LIN, pass }], 1).outcome.kind).toBe('valid');
  });
});

describe('split', () => {
  // y1 - y0 = relu(x0 - x1) - relu(x0 + x1) - 1 on x1 >= 0: at most -1; the triangle relaxation gives more.
  const region = obligation(tiny, { lower: [-1, 0], ...LEADS });
  it('is needed here', () => {
    expect(prove(tiny, region, [LIN]).outcome.kind).toBe('invalid');
  });
  it('closes both phases of z1: inactive -a0 - 1, active z1 - relu(z0) - 1 <= z1 - z0 - 1 = -2 x1 - 1', () => {
    const toZ0 = { ...LIN, pass: [{ layer: 't2', index: [0], value: [-1] }] };
    const steps: ProofStep[] = [SPLIT_Z1, { ...LIN, stop: 't2' }, toZ0];
    expect(prove(tiny, region, steps, 1)).toMatchObject({ outcome: { kind: 'valid' }, margin: 1, steps: 3 });
    expect(prove(tiny, region, steps, 1 + 2 ** -52).outcome.kind).toBe('invalid');
  });
  it('takes the lower half first', () => {
    const toZ0 = { ...LIN, pass: [{ layer: 't2', index: [0], value: [-1] }] };
    expect(prove(tiny, region, [SPLIT_Z1, toZ0, { ...LIN, stop: 't2' }]).outcome.kind).toBe('invalid');
  });
  it('keeps its branches apart: what is learnt in the first is unknown in the second', () => {
    const box = obligation(tiny, { upper: [1, 1] });
    const split = (index: number): ProofStep => ({ rule: 'split', tensor: 't0', index, at: 0 });
    const bound: ProofStep = { rule: 'bound', tensor: 't1', index: 0 };
    // z0 <= 1 in no branch: nothing is empty, so every bound fails; the place shows how far it went.
    const check = prove(tiny, box, [split(0), split(1), bound, bound, bound]);
    expect(check.outcome).toMatchObject({ rejection: { place: 'proof, step 2', rule: 'bound' } });
    // Halves at -2 are empty below and whole above.
    const empty: ProofStep = { rule: 'split', tensor: 't0', index: 0, at: -2 };
    const below: ProofStep = { rule: 'bound', tensor: 't0', index: 0 };
    expect(prove(tiny, box, [empty, below, below]).outcome).toMatchObject({
      rejection: { place: 'proof, step 2', found: 't0[0] in [-1, 1]' },
    });
  });
});

describe('lemma', () => {
  // w = a0 - a1 with both active is 2 x1; intervals alone give [-2, 2] where x1 in [-1/4, 1/4] gives [-1/2, 1/2].
  const deep = network(
    [2, 2, 2, 1, 1, 2],
    [
      dense(
        [0],
        1,
        [
          [1, 1],
          [1, -1],
        ],
        [0, 0],
      ),
      relu(1, 2),
      dense([2], 3, [[1, -1]], [0]),
      relu(3, 4),
      dense([4], 5, [[1], [0]], [0, 0.75]),
    ],
  );
  const region = obligation(deep, {
    lower: [-1, -0.25],
    upper: [1, 0.25],
    naps: [[1, 1, 0]],
    outputs: [leads(0, 1)],
  });
  const stopped: ProofStep = { ...LIN, stop: 't3' };
  const lemma: ProofStep = { rule: 'lemma', tensor: 't3', index: 0, side: 'upper', pass: [] };
  it('makes w <= 1/2, so that y0 - y1 = relu(w) - 3/4 <= -1/4', () => {
    expect(prove(deep, region, [stopped]).outcome.kind).toBe('invalid');
    const check = prove(deep, region, [lemma, stopped]);
    expect(check.outcome.kind).toBe('valid');
    expect(check.margin).toBeGreaterThan(0.25 - 1e-12);
    expect(check.margin).toBeLessThanOrEqual(0.25);
    expect(prove(deep, region, [{ ...lemma, side: 'lower' } as ProofStep, stopped]).outcome.kind).toBe(
      'invalid',
    );
  });
  it('is the exact bound, not less: one half of a split at w = 1/2 - 2^-40 stays open', () => {
    const split = (at: number): ProofStep => ({ rule: 'split', tensor: 't3', index: 0, at });
    const empty: ProofStep = { rule: 'bound', tensor: 't3', index: 0 };
    const proof = (at: number) => prove(deep, region, [lemma, split(at), stopped, empty]).outcome;
    expect(proof(0.5 + 2 ** -40).kind).toBe('valid');
    expect(proof(0.5 - 2 ** -40)).toMatchObject({ rejection: { place: 'proof, step 3', rule: 'bound' } });
  });
});

describe('max, leaky slope, divisor, several consumers', () => {
  it('max of x0, x1 with x0 >= 1/2 >= x1 is x0: y = max - x0 <= 0 < 1/8', () => {
    const net = network(
      [2, 1, 1],
      [
        {
          kind: 'max',
          node: 'max',
          input: 0,
          output: 1,
          rowStart: Int32Array.of(0, 2),
          col: Int32Array.of(0, 1),
        },
        dense([1, 0], 2, [[1, -1, 0]], [0]),
      ],
    );
    const reaches = (bound: number) =>
      obligation(net, {
        lower: [0.5, -1],
        upper: [2, 0.5],
        outputs: [{ terms: [{ output: 0, coefficient: 1 }], bound }],
      });
    expect(prove(net, reaches(2 ** -60), [LIN]).outcome.kind).toBe('valid');
    expect(prove(net, reaches(0), [LIN]).outcome).toMatchObject({ kind: 'invalid' });
  });
  it('leaky slope 1/4, all negative, divisor 3: y = (4 leaky(x)) / 3 = x / 3 <= -1/3 on x <= -1, a tie at -1/3', () => {
    const net = network([1, 1, 1], [relu(0, 1, 0.25), dense([1], 2, [[4]], [0], [3])]);
    const region = (terms: OutputConstraint['terms'], bound: number) =>
      obligation(net, { lower: [-8], upper: [-1], outputs: [{ terms, bound }] });
    const triple = [{ output: 0, coefficient: 3 }];
    expect(prove(net, region(triple, -1), [LIN]).outcome.kind).toBe('invalid');
    expect(prove(net, region(triple, -1 + 2 ** -53), [LIN]).outcome.kind).toBe('valid');
  });
});

describe('other rules', () => {
  it('bound: z0 = x0 + x1 >= 1 is required active by nobody, but inactive by the NAP: empty', () => {
    const region = obligation(tiny, { lower: [0.5, 0.5], naps: [[-1, 0]] });
    expect(prove(tiny, region, [{ rule: 'bound', tensor: 't1', index: 0 }]).outcome.kind).toBe('valid');
    expect(prove(tiny, region, [{ rule: 'bound', tensor: 't1', index: 1 }]).outcome.kind).toBe('invalid');
  });
  it('contradiction: opposite literals of two NAPs, not of one', () => {
    const step: ProofStep = { rule: 'contradiction', tensor: 't1', index: 0 };
    expect(
      prove(
        tiny,
        obligation(tiny, {
          naps: [
            [1, 0],
            [-1, 0],
          ],
        }),
        [step],
      ).outcome.kind,
    ).toBe('valid');
    expect(
      prove(
        tiny,
        obligation(tiny, {
          naps: [
            [1, 0],
            [0, -1],
          ],
        }),
        [step],
      ).outcome.kind,
    ).toBe('invalid');
  });
  it('hole: incomplete, counted, and no excuse for the other branch', () => {
    const hole: ProofStep = {
      rule: 'hole',
      reason: 'solver-trusted',
      solver: 's',
      status: 'ok',
      scope: 'all',
    };
    const region = obligation(tiny, { lower: [-1, 0], ...LEADS });
    expect(prove(tiny, region, [hole])).toMatchObject({ outcome: { kind: 'incomplete' }, holes: 1 });
    expect(prove(tiny, region, [SPLIT_Z1, hole, hole])).toMatchObject({
      outcome: { kind: 'incomplete' },
      holes: 2,
    });
    expect(prove(tiny, region, [SPLIT_Z1, hole]).outcome).toMatchObject({ rejection: { rule: 'closure' } });
    expect(prove(tiny, region, [SPLIT_Z1, hole, { ...LIN, weights: [0] }]).outcome.kind).toBe('invalid');
  });
  it('numbers that JSON cannot carry are rejected here too', () => {
    const region = obligation(tiny, { lower: [0, 0], naps: [[1, 1]], ...LEADS });
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      expect(prove(tiny, region, [{ ...LIN, weights: [bad] }]).outcome.kind).toBe('invalid');
      expect(prove(tiny, region, [{ ...SPLIT_Z1, at: bad }, LIN, LIN]).outcome.kind).toBe('invalid');
      const pass = [{ layer: 't2', index: [0], value: [bad] }];
      expect(prove(tiny, region, [{ ...LIN, pass }]).outcome.kind).toBe('invalid');
    }
  });
  it('no steps prove nothing', () => {
    expect(prove(tiny, obligation(tiny), []).outcome).toMatchObject({ rejection: { rule: 'closure' } });
  });
});
