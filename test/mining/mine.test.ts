import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupingChoice } from '../../src/mining/count-activations.js';
import { countPatterns } from '../../src/mining/count-activations.js';
import { followers } from '../../src/mining/follow.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { parseDelta } from '../../src/nap/delta.js';
import { refines } from '../../src/nap/order.js';
import { argmax, forward } from '../../src/network/forward.js';
import { type Network, neuronBlocks, neuronCount } from '../../src/network/network.js';
import { mineNaps } from '../helpers/mine-naps.js';
import { dataset, duel, integerInputs, integerNetworks } from './tiny-networks.js';

const byLabel: GroupingChoice = { grouping: 'label', samples: 'all' };
const choices: fc.Arbitrary<GroupingChoice> = fc.record({
  grouping: fc.constantFrom('label' as const, 'prediction' as const),
  samples: fc.constantFrom('all' as const, 'correct' as const),
});
const texts = ['0.51', '0.6', '0.75', '0.9', '1'];
const deltas = texts.map((text) => parseDelta(text));

interface Case {
  readonly net: Network;
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly choice: GroupingChoice;
}

const cases: fc.Arbitrary<Case> = fc
  .record({ net: integerNetworks, rows: integerInputs, choice: choices })
  .chain((parts) =>
    fc
      .array(fc.integer({ min: 0, max: 2 }), { minLength: parts.rows.length, maxLength: parts.rows.length })
      .map((labels) => ({ ...parts, labels })),
  );

/** Brute force: states of all samples, without packing, onnxruntime or batches. Doubles are exact here. */
function bruteForce({ net, rows, labels, choice }: Case) {
  const samples = rows.map((row, i) => {
    const { tensors } = forward(net, Float64Array.from(row));
    return {
      states: neuronBlocks(net).flatMap(({ layer }) => [...tensors[layer.input]!].map((z) => z > 0)),
      prediction: argmax(tensors[net.output]!).index,
      label: labels[i]!,
    };
  });
  return [0, 1, 2].map((label) => {
    const own = samples.filter(
      (sample) =>
        (choice.grouping === 'label' ? sample.label : sample.prediction) === label &&
        (choice.samples === 'all' || sample.label === sample.prediction),
    );
    const active = Array.from(
      { length: neuronCount(net) },
      (_, n) => own.filter((sample) => sample.states[n]).length,
    );
    return { support: own.length, active, own };
  });
}

describe('mineNaps', () => {
  it('counts, groups and cuts off as brute force does', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const truth = bruteForce(given);
        const data = dataset(given.rows, given.labels);
        const mining = await mineNaps(given.net, data, deltas, { ...given.choice, allowEmptyClasses: true });
        expect(mining.counts.active.map((counts) => [...counts])).toEqual(truth.map(({ active }) => active));
        mining.results.forEach((result, i) => {
          const delta = deltas[i]!;
          expect(result.classesWithoutSamples).toEqual([0, 1, 2].filter((c) => truth[c]!.support === 0));
          expect(result.naps.map((nap) => nap.class)).toEqual([0, 1, 2].filter((c) => truth[c]!.support > 0));
          for (const nap of result.naps) {
            const { support, active } = truth[nap.class]!;
            expect(result.support[nap.class]).toBe(support);
            // c / n >= delta, cleared of fractions
            const required = delta.numerator * BigInt(support);
            const expected = active.map((count) => {
              if (BigInt(count) * delta.denominator >= required) return 1;
              return BigInt(support - count) * delta.denominator >= required ? -1 : 0;
            });
            expect([...nap.phases]).toEqual(expected);
          }
        });
        const table = await recordPatterns(given.net, data);
        expect(countPatterns(table, given.choice)).toEqual(mining.counts);
      }),
      { numRuns: 40 },
    );
  });

  it('gives more literals for a smaller delta, and every sample of the class follows at delta 1', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const data = dataset(given.rows, given.labels);
        const { results } = await mineNaps(given.net, data, deltas, { ...byLabel, allowEmptyClasses: true });
        for (let i = 1; i < results.length; i++) {
          results[i]!.naps.forEach((larger, n) => {
            expect(refines(results[i - 1]!.naps[n]!.phases, larger.phases)).toBe(true);
          });
        }
        const strictest = results.at(-1)!.naps;
        const follows = followers(await recordPatterns(given.net, data), strictest);
        given.labels.forEach((label, sample) => {
          const position = strictest.findIndex((nap) => nap.class === label);
          expect(follows[position]![sample]).toBe(1);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a neuron exactly at the boundary: 1 active of 10 at delta 0.9', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => [i === 0 ? 2 : 0, 1]);
    const data = dataset(rows, new Array(10).fill(0));
    const { results } = await mineNaps(duel(), data, [parseDelta('0.9'), parseDelta('0.91')], {
      ...byLabel,
      allowEmptyClasses: true,
    });
    // Neuron x0 - x1 is active in 1 of 10 samples, x1 - x0 in 9.
    expect(results.map(({ naps }) => [...naps[0]!.phases])).toEqual([
      [-1, 1],
      [0, 0],
    ]);
  });

  it('counts z = 0 as inactive', async () => {
    const data = dataset(
      [
        [1, 1],
        [3, 3],
      ],
      [0, 0],
    );
    const { results } = await mineNaps(duel(), data, [parseDelta('1')], {
      ...byLabel,
      allowEmptyClasses: true,
    });
    expect([...results[0]!.naps[0]!.phases]).toEqual([-1, -1]);
  });

  it('groups by label or prediction, over all or correct samples', async () => {
    // Predictions by the larger coordinate: 0, 0, 1, 1.
    const data = dataset(
      [
        [2, 1],
        [3, 1],
        [1, 2],
        [1, 3],
      ],
      [0, 1, 1, 1],
    );
    const support = async (choice: GroupingChoice) => [
      ...(await mineNaps(duel(), data, [], choice)).counts.support,
    ];
    expect(await support({ grouping: 'label', samples: 'all' })).toEqual([1, 3]);
    expect(await support({ grouping: 'prediction', samples: 'all' })).toEqual([2, 2]);
    expect(await support({ grouping: 'label', samples: 'correct' })).toEqual([1, 2]);
    expect(await support({ grouping: 'prediction', samples: 'correct' })).toEqual([1, 2]);
  });

  it('refuses classes without samples unless they are allowed', async () => {
    const data = dataset([[2, 1]], [0]);
    await expect(mineNaps(duel(), data, [], byLabel)).rejects.toThrow(/no samples of some classes/);
    await expect(
      mineNaps(
        duel(),
        dataset(
          [
            [2, 1],
            [2, 1],
          ],
          [0, 1],
        ),
        [],
        { grouping: 'label', samples: 'correct' },
      ),
    ).rejects.toThrow(/no correctly classified samples/);
    const { results } = await mineNaps(duel(), data, [parseDelta('1')], {
      ...byLabel,
      allowEmptyClasses: true,
    });
    expect(results[0]!.classesWithoutSamples).toEqual([1]);
  });
});
