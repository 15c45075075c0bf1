/**
 * Soundness of both arithmetics against exact evaluation at points: whatever numbers are passed back, a bound is
 * never below the form's value at a point of the state, and no interval loses the point.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LemmaStep, Pass } from '../../src/certificate/proof.js';
import { type ExactVector, elementAt } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact } from '../../src/checker/exact/evaluate.js';
import { add, compare, fromDouble, multiply, type Rational, ZERO } from '../../src/checker/exact/rational.js';
import { toDouble } from '../../src/checker/exact/rounding.js';
import { exactUpperBound } from '../../src/checker/push/exact-bound.js';
import { fastUpperBound } from '../../src/checker/push/fast-bound.js';
import { isMisfit, type PushTask, readPushed } from '../../src/checker/push/task.js';
import { applyLemma } from '../../src/checker/rules/lemma.js';
import { openSecond, openSplit } from '../../src/checker/rules/split.js';
import { type State, settle, startState } from '../../src/checker/state.js';
import type { Network } from '../../src/network/network.js';
import { networkAndPoint } from './exact/networks.js';
import { obligation } from './prove.js';

interface Case {
  readonly net: Network;
  readonly point: Float64Array;
  readonly values: readonly ExactVector[];
  readonly state: State;
}

const side = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Infinity) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** A network, a point, a box around it and some of the literals that it follows (closed). */
const cases: fc.Arbitrary<Case> = networkAndPoint.chain(({ net, point }) => {
  const neurons = net.layers.reduce(
    (sum, layer) => sum + (layer.kind === 'relu' ? net.tensors[layer.input]!.size : 0),
    0,
  );
  return fc
    .record({
      below: fc.array(side, { minLength: point.length, maxLength: point.length }),
      above: fc.array(side, { minLength: point.length, maxLength: point.length }),
      literal: fc.array(fc.boolean(), { minLength: neurons, maxLength: neurons }),
    })
    .map(({ below, above, literal }) => {
      const { values } = evaluateExact(net, point);
      const signs = net.layers.flatMap((layer) =>
        layer.kind === 'relu' ? values[layer.input]!.num.map((z) => (z > 0n ? 1 : -1)) : [],
      );
      const region = obligation(net, {
        lower: [...point].map((x, i) => Math.min(x, x - below[i]!)),
        upper: [...point].map((x, i) => Math.max(x, x + above[i]!)),
        naps: [signs.map((sign, i) => (literal[i] ? sign : 0))],
      });
      return { net, point, values, state: startState(net, region) };
    });
});

const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, -0.25),
  fc.double({ min: -3, max: 3, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

interface Choices {
  readonly tensor: number;
  readonly index: number;
  readonly upper: boolean;
  readonly stop: number;
  readonly density: number;
  readonly numbers: readonly number[];
}

const choices: fc.Arbitrary<Choices> = fc.record({
  tensor: fc.nat(),
  index: fc.nat(),
  upper: fc.boolean(),
  stop: fc.nat(),
  density: fc.constantFrom(0, 0, 1, 2, 3),
  numbers: fc.array(number, { minLength: 7, maxLength: 7 }),
});

/** A lemma about some element, with numbers passed back at some or all of the neurons behind its stop. */
function lemma(net: Network, choice: Choices): LemmaStep {
  const tensor = choice.tensor % net.tensors.length;
  const stop = choice.stop % (tensor + 1);
  const pass: Pass[] = [];
  for (const layer of net.layers) {
    if (layer.kind === 'linear' || choice.density === 0 || layer.output <= stop || layer.output > tensor)
      continue;
    const size = layer.kind === 'relu' ? net.tensors[layer.input]!.size : layer.col.length;
    const index = Array.from({ length: size }, (_, i) => i).filter(
      (i) => (i * 7 + choice.stop) % 3 < choice.density,
    );
    const value = index.map((i) => choice.numbers[i % choice.numbers.length]!);
    pass.push({ layer: net.tensors[layer.output]!.name, index, value });
  }
  return {
    rule: 'lemma',
    tensor: net.tensors[tensor]!.name,
    index: choice.index % net.tensors[tensor]!.size,
    side: choice.upper ? 'upper' : 'lower',
    ...(stop === net.input ? {} : { stop: net.tensors[stop]!.name }),
    pass,
  };
}

function taskOf(net: Network, step: LemmaStep): PushTask {
  const tensor = net.tensors.findIndex(({ name }) => name === step.tensor);
  const pushed = readPushed(net, tensor, step);
  if (isMisfit(pushed)) throw new Error(`${pushed.expected}; ${pushed.found}`);
  const coefficient = step.side === 'upper' ? 1 : -1;
  return { tensor, terms: [{ index: step.index, weight: 1, coefficient }], offsets: [], ...pushed };
}

function formValue({ values }: Case, { tensor, terms }: PushTask): Rational {
  return terms.reduce<Rational>(
    (sum, { index, weight, coefficient }) =>
      add(
        sum,
        multiply(multiply(fromDouble(weight), fromDouble(coefficient)), elementAt(values[tensor]!, index)),
      ),
    ZERO,
  );
}

/** The point lies within all intervals. */
function expectInside({ net, values }: Case, state: State): void {
  settle(net, state, net.layers.length);
  const outside = values.flatMap((vector, id) =>
    vector.num.flatMap((_, i) => {
      const value = elementAt(vector, i);
      const low = state.lower[id]![i]!;
      const high = state.upper[id]![i]!;
      const above = low === -Infinity || (low < Infinity && compare(fromDouble(low), value) <= 0);
      const below = high === Infinity || (high > -Infinity && compare(value, fromDouble(high)) <= 0);
      return above && below ? [] : [`${net.tensors[id]!.name}[${i}] not in [${low}, ${high}]`];
    }),
  );
  expect(outside).toEqual([]);
}

const RUNS = { numRuns: 1000 };

describe('bounds of pushed-back forms', () => {
  it('are never below the value at a point of the state', () => {
    fc.assert(
      fc.property(cases, fc.array(choices, { minLength: 1, maxLength: 4 }), (item, list) => {
        const { net, state } = item;
        settle(net, state, net.layers.length);
        for (const choice of list) {
          const task = taskOf(net, lemma(net, choice));
          const value = formValue(item, task);
          const fast = fastUpperBound(net, state, task);
          const exact = exactUpperBound(net, state, task);
          expect(Number.isNaN(fast)).toBe(false);
          if (fast !== Infinity) expect(compare(value, fromDouble(fast))).toBeLessThanOrEqual(0);
          if (exact !== null) expect(compare(value, exact)).toBeLessThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });

  it('are never smaller in doubles than over the rationals where every number passed is given', () => {
    fc.assert(
      fc.property(cases, choices, ({ net, state }, choice) => {
        settle(net, state, net.layers.length);
        const task = taskOf(net, lemma(net, { ...choice, density: 3 }));
        const fast = fastUpperBound(net, state, task);
        if (fast === Infinity) return;
        const exact = exactUpperBound(net, state, task);
        expect(exact !== null && compare(exact, fromDouble(fast)) <= 0).toBe(true);
      }),
      RUNS,
    );
  });

  it('nearly agree with the default numbers: the gap is rounding only', () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, choices, ({ net, state }, choice) => {
        settle(net, state, net.layers.length);
        const task = taskOf(net, lemma(net, { ...choice, density: 0 }));
        const fast = fastUpperBound(net, state, task);
        if (fast === Infinity) return;
        const exact = exactUpperBound(net, state, task);
        if (exact === null) return;
        const gap = fast - toDouble(exact);
        if (!Number.isFinite(gap)) return;
        const scale = state.upper.reduce(
          (most, row, id) =>
            row.reduce((m, high, i) => {
              const size = Math.max(Math.abs(high), Math.abs(state.lower[id]![i]!));
              return Number.isFinite(size) ? Math.max(m, size) : m;
            }, most),
          1,
        );
        if (scale > 1e6) return;
        compared++;
        expect(Math.abs(gap)).toBeLessThan(1e-6 * scale * scale);
      }),
      RUNS,
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('keep the point through lemmas and the splits that contain it', () => {
    fc.assert(
      fc.property(
        cases,
        fc.array(fc.tuple(choices, fc.boolean(), number), { minLength: 1, maxLength: 6 }),
        (item, list) => {
          const { net } = item;
          let { state } = item;
          const context = {
            network: net,
            obligation: obligation(net),
            claimedMargin: null,
            shared: () => state,
          };
          for (const [choice, split, at] of list) {
            const step = lemma(net, choice);
            if (!split) {
              // A lemma without a finite bound is rejected and changes nothing.
              applyLemma(net, state, step, 'lemma');
            } else {
              const task = taskOf(net, step);
              const value = elementAt(item.values[task.tensor]!, step.index);
              const opened = openSplit(
                context,
                state,
                { rule: 'split', tensor: step.tensor, index: step.index, at },
                's',
              );
              if ('rejected' in opened) throw new Error('rejected');
              state = compare(value, fromDouble(at)) <= 0 ? opened.first : openSecond(context, opened.second);
            }
            expectInside(item, state);
          }
        },
      ),
      RUNS,
    );
  });
});
