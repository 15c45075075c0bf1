import { describe, expect, it } from 'vitest';
import type { LemmaStep } from '../../src/certificate/proof.js';
import { applyLemma } from '../../src/checker/rules/lemma.js';
import { settle, startState } from '../../src/checker/state.js';
import { dense, network, relu } from '../helpers/layers.js';
import { obligation } from './prove.js';

/** z1 = x, a1 = relu(z1), z2 = a1 - 1/2, a2 = relu(z2), y = a2 : tensors t0 .. t5. */
const chain = network(
  [1, 1, 1, 1, 1, 1],
  [
    dense([0], 1, [[1]], [0]),
    relu(1, 2),
    dense([2], 3, [[1]], [-0.5]),
    relu(3, 4),
    dense([4], 5, [[1]], [0]),
  ],
);

/** z2 is off, so a1 <= 1/2 and x <= 1/2 on [0, 1]. */
const region = obligation(chain, { lower: [0], upper: [1], naps: [[0, -1]], outputs: [] });

/** T = z1: z2 <= 0 pays nothing and gives -a1 + 1/2; relu(z1) with coefficient -1 passes -1, which cancels z1. */
const lemma: LemmaStep = {
  rule: 'lemma',
  tensor: 't1',
  index: 0,
  side: 'upper',
  stop: 't1',
  pass: [
    { layer: 't4', index: [0], value: [-1] },
    { layer: 't2', index: [0], value: [-1] },
  ],
};

function upperBoundAfter(step: LemmaStep): number {
  const state = startState(chain, region);
  expect(applyLemma(chain, state, step, 'step 0').kind).toBe('valid');
  settle(chain, state, chain.layers.length);
  return state.upper[1]![0]!;
}

describe('lemmas that use literals of later layers', () => {
  it('bounds z1 by 1/2 through the literal of z2', () => {
    const bound = upperBoundAfter(lemma);
    expect(bound).toBeGreaterThanOrEqual(0.5);
    expect(bound).toBeLessThan(0.5 + 1e-12);
  });
  it('never falls below the truth 1/2, whatever numbers are passed', () => {
    for (const p of [-100, -2, -1, -0.5, 0, 0.5, 1, 3]) {
      for (const q of [-7, -1, -0.25, 0, 1]) {
        const pass = [
          { layer: 't4', index: [0], value: [p] },
          { layer: 't2', index: [0], value: [q] },
        ];
        expect(upperBoundAfter({ ...lemma, pass })).toBeGreaterThanOrEqual(0.5);
        const { stop: _, ...toInput } = lemma;
        expect(upperBoundAfter({ ...toInput, pass })).toBeGreaterThanOrEqual(0.5);
      }
    }
  });
});
