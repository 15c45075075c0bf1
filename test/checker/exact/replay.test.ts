import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateExact } from '../../../src/checker/exact/evaluate.js';
import { follows, smallestPreActivation } from '../../../src/checker/exact/follows.js';
import { fromDouble, rational } from '../../../src/checker/exact/rational.js';
import { replayPoint } from '../../../src/checker/exact/replay.js';
import type { Obligation, OutputConstraint } from '../../../src/obligation/obligation.js';
import { InputError } from '../../../src/util/errors.js';
import { dense, network, relu } from '../../helpers/layers.js';
import { decode, naiveEvaluate } from './naive.js';
import { networkAndPoint } from './networks.js';

/** z = (x - y, x + y - 1), second block z' = a1 - a2, logits (a', 1 - a'): four unknowns by hand. */
const net = network(
  [2, 2, 2, 1, 1, 2],
  [
    dense(
      [0],
      1,
      [
        [1, -1],
        [1, 1],
      ],
      [0, -1],
    ),
    relu(1, 2),
    dense([2], 3, [[1, -1]], [0]),
    relu(3, 4),
    dense([4], 5, [[1], [-1]], [0, 1]),
  ],
);

const phases = (...list: number[]) => Int8Array.from(list);

function obligation(change: Partial<Obligation> = {}): Obligation {
  return {
    kind: 'obligation',
    id: 'test/0/1',
    box: { lower: Float64Array.of(0, 0), upper: Float64Array.of(1, 1) },
    naps: [phases(1, -1, 1)],
    outputs: [],
    digest: '',
    ...change,
  };
}

const atLeast = (output: number, other: number, bound = 0): OutputConstraint => ({
  terms: [
    { output, coefficient: 1 },
    { output: other, coefficient: -1 },
  ],
  bound,
});

describe('following a NAP', () => {
  const at = (x: number, y: number, required: Int8Array) =>
    follows(net, evaluateExact(net, Float64Array.of(x, y)), required);

  it('tells strict from closed on the boundary z = 0', () => {
    const onBoundary = at(0.5, 0.5, phases(1, -1, 0)); // z = (0, 0)
    expect([onBoundary.strict, onBoundary.closed]).toEqual([false, true]);
    expect(onBoundary.firstStrictViolation).toEqual({
      neuron: 0,
      tensor: 't1',
      index: 0,
      value: rational(0n),
      required: 'active',
    });
    expect(at(0.5, 0.5, phases(-1, -1, -1)).strict).toBe(true);
  });

  it('names the first violated literal with its value', () => {
    const result = at(0.75, 0.5, phases(1, -1, 0)); // z = (0.25, 0.25)
    expect([result.strict, result.closed]).toEqual([false, false]);
    expect(result.firstClosedViolation).toEqual({
      neuron: 1,
      tensor: 't1',
      index: 1,
      value: rational(1n, 4n),
      required: 'inactive',
    });
    const second = at(0.75, 0.625, phases(0, 0, 1)); // z' = 0.125 - 0.375
    expect(second.firstClosedViolation).toMatchObject({ neuron: 2, tensor: 't3', index: 0 });
    // A strict violation may come before the closed one.
    const both = at(0.5, 0.75, phases(0, 1, 1)); // z = (-0.25, 0.25), z' = -0.25
    expect(both.firstStrictViolation?.neuron).toBe(2);
  });

  it('reports the smallest pre-activation among the constrained neurons', () => {
    const result = at(0.75, 0.5, phases(1, 0, 1)); // z = (0.25, 0.25), z' = 0
    expect(result.smallest).toMatchObject({ neuron: 2, value: rational(0n) });
    expect(at(0.75, 0.125, phases(1, 1, 0)).smallest).toMatchObject({ neuron: 1, value: rational(-1n, 8n) });
    expect(at(0.75, 0.5, phases(0, 0, 0)).smallest).toBeNull();
    const tensors = evaluateExact(net, Float64Array.of(0.75, 0.125));
    expect(smallestPreActivation(net, tensors)).toMatchObject({ neuron: 1 });
  });

  it('agrees with the signs of a naive evaluation', () => {
    fc.assert(
      fc.property(networkAndPoint, fc.array(fc.constantFrom(-1, 0, 1), { minLength: 99 }), (made, pool) => {
        const naive = naiveEvaluate(made.net, Array.from(made.point, decode));
        const z = made.net.layers.flatMap((layer) => (layer.kind === 'relu' ? naive[layer.input]! : []));
        const required = Int8Array.from(z, (_, i) => pool[i % pool.length]!);
        const result = follows(made.net, evaluateExact(made.net, made.point), required);
        const strict = z.every(({ n }, i) => required[i] === 0 || (required[i] === 1 ? n > 0n : n <= 0n));
        const closed = z.every(({ n }, i) => required[i] === 0 || (required[i] === 1 ? n >= 0n : n <= 0n));
        expect([result.strict, result.closed]).toEqual([strict, closed]);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses phases of another network', () => {
    expect(() => at(0, 0, phases(1, 1))).toThrow(InputError);
    expect(() => at(0, 0, phases(1, 1, 2))).toThrow(InputError);
  });
});

describe('replay', () => {
  it('accepts a point of the region and reports strictness, winners and logits', () => {
    // x = 0.75, y = 0.125: z = (0.625, -0.125), z' = 0.625, logits (0.625, 0.375)
    const result = replayPoint(net, obligation({ outputs: [atLeast(0, 1)] }), Float64Array.of(0.75, 0.125));
    expect(result).toMatchObject({ inRegion: true, firstFailure: null });
    expect(result.strict).toEqual({ followsStrictly: true, winners: [0] });
    expect(result.logits).toEqual(['0.625', '0.375']);
    expect([...result.logitDoubles]).toEqual([0.625, 0.375]);
  });

  it('accepts ties and boundaries: the region is closed', () => {
    // x = 0.5, y = 0: z = (0.5, -0.5), z' = 0.5, logits (0.5, 0.5)
    const point = Float64Array.of(0.5, 0);
    const tie = replayPoint(net, obligation({ outputs: [atLeast(1, 0)] }), point);
    expect([tie.inRegion, tie.strict.winners]).toEqual([true, [0, 1]]);
    const edge = obligation({ box: { lower: point, upper: point }, naps: [] });
    expect(replayPoint(net, edge, point).inRegion).toBe(true);
    const boundary = replayPoint(net, obligation({ naps: [phases(1, 1, 1)] }), Float64Array.of(0.5, 0.5));
    expect([boundary.inRegion, boundary.strict.followsStrictly]).toEqual([true, false]);
  });

  it('rejects a point outside the box by one unit in the last place', () => {
    const box = { lower: Float64Array.of(0, 0), upper: Float64Array.of(0.75, 1) };
    const outside = replayPoint(net, obligation({ box }), Float64Array.of(0.75 + 2 ** -53, 0));
    expect(outside.inRegion).toBe(false);
    expect(outside.firstFailure).toEqual({
      what: 'input 0 in its box',
      expected: '[0, 0.75]',
      found: '0.7500000000000001',
    });
    const low = { lower: Float64Array.of(0, Number.MIN_VALUE), upper: Float64Array.of(1, 1) };
    expect(replayPoint(net, obligation({ box: low }), Float64Array.of(0.75, 0)).inRegion).toBe(false);
    const nan = { lower: Float64Array.of(NaN, 0), upper: Float64Array.of(1, 1) };
    expect(replayPoint(net, obligation({ box: nan }), Float64Array.of(0.75, 0)).inRegion).toBe(false);
    const all = { lower: Float64Array.of(-Infinity, 0), upper: Float64Array.of(Infinity, 1) };
    expect(replayPoint(net, obligation({ box: all }), Float64Array.of(0.75, 0)).inRegion).toBe(true);
  });

  it('rejects a point that breaks one literal of the second NAP', () => {
    const naps = [phases(1, -1, 1), phases(0, 1, 0)];
    const result = replayPoint(net, obligation({ naps }), Float64Array.of(0.75, 0.125));
    expect(result.inRegion).toBe(false);
    expect(result.firstFailure).toEqual({
      what: 'literal of NAP 1: t1[1] active',
      expected: 'z >= 0',
      found: 'z = -0.125',
    });
  });

  it('rejects a point that misses an output constraint by the least amount', () => {
    const point = Float64Array.of(0.75, 0.125); // logit 0 - logit 1 = 0.25
    const exact = replayPoint(net, obligation({ outputs: [atLeast(0, 1, 0.25)] }), point);
    expect(exact.inRegion).toBe(true);
    const above = 0.25 + 2 ** -54;
    const missed = replayPoint(net, obligation({ outputs: [atLeast(0, 1, above)] }), point);
    expect(missed.inRegion).toBe(false);
    expect(missed.firstFailure?.what).toBe('output constraint 0: 1 * logit 0 + -1 * logit 1');
    expect(missed.firstFailure?.found).toBe('0.25');
    const second = obligation({ outputs: [atLeast(0, 1), atLeast(1, 0)] });
    expect(replayPoint(net, second, point).firstFailure?.what).toMatch(/^output constraint 1/);
  });

  it('sees what floating point absorbs', () => {
    const big = network([1, 2], [dense([0], 1, [[1e17], [1e17]], [1e-3, 0])]);
    const leads = (winner: number, loser: number) =>
      obligation({
        box: { lower: Float64Array.of(0), upper: Float64Array.of(1) },
        naps: [],
        outputs: [atLeast(winner, loser)],
      });
    const one = Float64Array.of(1);
    expect(replayPoint(big, leads(0, 1), one).strict.winners).toEqual([0]);
    expect(replayPoint(big, leads(1, 0), one).inRegion).toBe(false);
    expect(fromDouble(1e17 + 1e-3)).toEqual(fromDouble(1e17));
  });

  it('refuses obligations and points that do not fit the network', () => {
    const point = Float64Array.of(0.75, 0.125);
    const one = Float64Array.of(0);
    const wrong: Partial<Obligation>[] = [
      { box: { lower: one, upper: one } },
      { naps: [phases(1)] },
      { outputs: [atLeast(0, 2)] },
      { outputs: [atLeast(0, 1, NaN)] },
      { outputs: [{ terms: [{ output: 0, coefficient: Infinity }], bound: 0 }] },
    ];
    for (const change of wrong) {
      expect(() => replayPoint(net, obligation(change), point)).toThrow(InputError);
    }
    expect(() => replayPoint(net, obligation(), Float64Array.of(0.75))).toThrow(InputError);
    expect(() => replayPoint(net, obligation(), Float64Array.of(NaN, 0))).toThrow(InputError);
  });
});
