/** Statistics of literals on patterns that can be counted by hand, and quantiles against published tables. */
import { describe, expect, it } from 'vitest';
import { countPatterns } from '../../src/mining/count-activations.js';
import type { PatternTable } from '../../src/mining/patterns.js';
import {
  confusionFollowers,
  layerEntropy,
  literalConfidence,
  normalQuantile,
  recallLoss,
} from '../../src/mining/statistics-literals.js';
import { wilsonLow } from '../../src/mining/wilson.js';
import { parseDelta } from '../../src/nap/delta.js';
import { ACTIVE, FREE, INACTIVE, type Nap } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { tinyModel } from '../helpers/tiny-model.js';

const network = lowerModel(decodeModel(tinyModel()));

/** Samples as [label, prediction, phase of neuron 0, phase of neuron 1]. */
function table(...rows: readonly (readonly [number, number, 0 | 1, 0 | 1])[]): PatternTable {
  return {
    kind: 'pattern-table',
    count: rows.length,
    neurons: 2,
    classes: 2,
    words: 1,
    bits: Uint32Array.from(rows, ([, , first, second]) => first | (second << 1)),
    labels: Int32Array.from(rows, ([label]) => label),
    predictions: Int32Array.from(rows, ([, prediction]) => prediction),
    recounted: 0,
  };
}

const nap = (label: number, ...phases: number[]): Nap => ({
  kind: 'nap',
  class: label,
  phases: Int8Array.from(phases),
});
const BY_LABEL = { grouping: 'label', samples: 'all' } as const;

const samples = table([0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 0], [1, 1, 0, 1]);

describe('recall loss', () => {
  it('counts violations, and those of one literal alone', () => {
    // NAP 0: neuron 0 on, neuron 1 off. Of the four samples of class 0: followed, (0 off), (0 off and 1 on), (1 on).
    expect(recallLoss(network, samples, nap(0, ACTIVE, INACTIVE), BY_LABEL, 5)).toEqual({
      lost: 3,
      byOneLiteral: 2,
      literals: [
        { tensor: 'z', index: 0, phase: 'active', violated: 2, alone: 1 },
        { tensor: 'z', index: 1, phase: 'inactive', violated: 2, alone: 1 },
      ],
    });
    expect(recallLoss(network, samples, nap(0, FREE, FREE), BY_LABEL, 5)).toEqual({
      lost: 0,
      byOneLiteral: 0,
      literals: [],
    });
  });
});

describe('entropy', () => {
  it('is 1 bit for a neuron that is on in half of the samples, and 0 for one that never changes', () => {
    const halves = table([0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 0], [1, 1, 1, 0]);
    const [layer] = layerEntropy(network, countPatterns(halves, BY_LABEL));
    // Neuron 0: on in 3 of 4; in class 0 in half, in class 1 always. Neuron 1 never.
    const quarter = -(0.25 * Math.log2(0.25) + 0.75 * Math.log2(0.75));
    expect(layer).toMatchObject({ tensor: 'z', neurons: 2 });
    expect(layer!.overall).toBeCloseTo(quarter / 2, 12);
    expect(layer!.withinClass).toBeCloseTo(1 / 4, 12);
  });
});

describe('followers by confusion', () => {
  it('lists followers whose label or prediction is another class', () => {
    const follows = [Uint8Array.of(1, 1, 1, 1, 1, 0), Uint8Array.of(0, 0, 1, 0, 0, 1)];
    expect(confusionFollowers(samples, [nap(0, FREE, FREE), nap(1, FREE, FREE)], follows)).toEqual([
      { class: 0, label: 0, prediction: 1, count: 1 },
      { class: 0, label: 1, prediction: 1, count: 1 },
      { class: 1, label: 0, prediction: 1, count: 1 },
    ]);
  });
});

describe('confidence of literals', () => {
  it('has the quantiles of published tables of the normal distribution', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.95)).toBeCloseTo(1.644854, 6);
    expect(normalQuantile(0.9999)).toBeCloseTo(3.719016, 6);
    expect(normalQuantile(1 - 1e-6)).toBeCloseTo(4.753424, 5);
  });

  it('n of n successes leave n / (n + z^2) as lower end', () => {
    expect(wilsonLow(100, 100, 2)).toBeCloseTo(100 / 104, 12);
    expect(wilsonLow(0, 100, 2)).toBe(0);
    expect(wilsonLow(0, 0, 2)).toBe(0);
  });

  it('few samples confirm nothing, many do; held-out samples show which literals were luck', () => {
    const rows = (count: number) => table(...Array.from({ length: count }, () => [0, 0, 1, 0] as const));
    const naps = [nap(0, ACTIVE, INACTIVE)];
    const counts = (of: PatternTable) => countPatterns(of, BY_LABEL);
    const delta = parseDelta('0.9');
    // z for 5 % / 2 tests is 1.96: 100 of 100 give at least 0.963, 10 of 10 at least 0.722.
    expect(literalConfidence(naps, delta, counts(rows(10)), null)).toEqual({
      tests: 2,
      literals: 2,
      confirmed: 0,
      belowOnHeldOut: null,
    });
    expect(literalConfidence(naps, delta, counts(rows(100)), counts(samples))).toEqual({
      tests: 2,
      literals: 2,
      confirmed: 2,
      belowOnHeldOut: 2,
    });
  });
});
