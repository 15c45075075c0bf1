import { describe, expect, it } from 'vitest';
import { coverageTable } from '../../src/mining/coverage.js';
import { exampleOf } from '../../src/mining/example.js';
import { followers, followersOfBoth } from '../../src/mining/follow.js';
import { mineNapFiles } from '../../src/mining/mine-nap-file.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { followerStatistics, following, literalsPerLayer, overlaps } from '../../src/mining/statistics.js';
import { parseDelta } from '../../src/nap/delta.js';
import type { Nap } from '../../src/nap/nap.js';
import { formatNapFile, parseNapFile } from '../../src/nap/nap-file.js';
import { naps as napsOf } from '../../src/nap/nap-literals.js';
import { dataset, duel } from './tiny-networks.js';

// Neuron 0 is active iff x0 > x1, neuron 1 iff x1 > x0; the prediction is 1 iff x1 > x0, ties are 0.
const rows = [
  [2, 1], // 0: pattern (1,0), label 0, prediction 0
  [3, 1], // 1: (1,0), label 1, prediction 0
  [1, 1], // 2: (0,0), label 0, prediction 0
  [1, 2], // 3: (0,1), label 0, prediction 1
  [1, 3], // 4: (0,1), label 1, prediction 1
  [1, 4], // 5: (0,1), label 1, prediction 1
];
const labels = [0, 1, 0, 0, 1, 1];
const nap = (label: number, ...phases: number[]): Nap => ({
  kind: 'nap',
  class: label,
  phases: Int8Array.from(phases),
});
// Class 0: neuron 1 off (samples 0, 1, 2). Class 1: neuron 0 off (samples 2, 3, 4, 5).
const pair = [nap(0, 0, -1), nap(1, -1, 0)];

describe('followers', () => {
  it('are the samples with all literals', async () => {
    const table = await recordPatterns(duel(), dataset(rows, labels));
    expect([...table.predictions]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(followers(table, [...pair, nap(0, 0, 0), nap(0, 1, 1)]).map((list) => [...list])).toEqual([
      [1, 1, 1, 0, 0, 0],
      [0, 0, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect([...followersOfBoth(table, pair[0]!, pair[1]!)]).toEqual([2]);
    expect(() => followers(table, [nap(0, 1)])).toThrow(/another network/);
  });
});

describe('statistics of a NAP', () => {
  it('are as counted by hand', async () => {
    const table = await recordPatterns(duel(), dataset(rows, labels));
    const data = following(table, pair);
    const all = { grouping: 'label', samples: 'all' } as const;
    expect(followerStatistics(pair[0]!, 0, data, all)).toMatchObject({
      recall: { count: 2, of: 3 },
      otherClasses: 1,
      classifiedOtherwise: { count: 0, indices: [] },
    });
    expect(followerStatistics(pair[1]!, 1, data, all)).toMatchObject({
      recall: { count: 2, of: 3 },
      otherClasses: 2,
      classifiedOtherwise: { count: 1, indices: [2] },
    });
    // By prediction: class 1 has samples 3, 4, 5; of these 4 and 5 are correct.
    expect(followerStatistics(pair[1]!, 1, data, { grouping: 'prediction', samples: 'all' })).toMatchObject({
      recall: { count: 3, of: 3 },
      otherClasses: 1,
    });
    expect(
      followerStatistics(pair[1]!, 1, data, { grouping: 'label', samples: 'correct' }).recall,
    ).toMatchObject({ count: 2, of: 2 });
  });

  it('count literals per layer and overlaps of pairs', async () => {
    const table = await recordPatterns(duel(), dataset(rows, labels));
    const three = [nap(0, 1, -1), nap(1, -1, 1), nap(1, 1, 0)];
    expect(literalsPerLayer(duel(), three[0]!)).toEqual([
      { tensor: 't1', neurons: 2, active: 1, inactive: 1 },
    ]);
    const found = overlaps(three, following(table, three), null);
    expect(
      found.map((o) => [o.sharedLiterals, o.contradictions, o.disjoint, o.miningFollowersOfBoth]),
    ).toEqual([
      [0, 2, true, 0],
      [1, 0, false, 2],
      [0, 1, true, 0],
    ]);
  });
});

describe('coverageTable', () => {
  it('adds up', async () => {
    const table = await recordPatterns(duel(), dataset(rows, labels));
    const coverage = coverageTable(duel(), [nap(0, 1, -1), nap(1, -1, 1)], table);
    expect(coverage.rows.map((row) => [row.class, row.active, row.inactive, row.recall.count])).toEqual([
      [0, 1, 1, 1],
      [1, 1, 1, 2],
    ]);
    expect(coverage.rows.map((row) => [row.other, row.wrong])).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(coverage).toMatchObject({
      samples: 6,
      recall: { count: 3, of: 6 },
      other: 2,
      wrong: 0,
      disjointPairs: { count: 1, of: 1 },
      uncovered: 1,
    });
  });
});

describe('mineNapFiles', () => {
  const job = (heldOut: ReturnType<typeof dataset> | null) => ({
    network: duel(),
    model: { name: 'duel.onnx', sha256: '0'.repeat(64) },
    dataset: { ...dataset(rows, labels), digest: '1'.repeat(64) },
    heldOut: heldOut === null ? null : { ...heldOut, digest: '2'.repeat(64) },
    deltas: [parseDelta('1'), parseDelta('0.6')],
    options: { grouping: 'label', samples: 'all' } as const,
  });

  it('writes files that can be read back to the same NAPs', async () => {
    const { files, mined } = await mineNapFiles(job(null));
    expect(files.map(({ delta }) => delta)).toEqual(['1', '0.6']);
    files.forEach((file, i) => {
      const read = parseNapFile(formatNapFile(file), 'x');
      expect(read).toEqual(file);
      expect(napsOf(duel(), read)).toEqual(mined[i]!.naps);
    });
    // Label 0: patterns (1,0), (0,0), (0,1): at 0.6 both neurons are off in 2 of 3 samples.
    expect(files[1]!.classes[0]).toMatchObject({
      support: 3,
      literals: [{ tensor: 't1', active: [], inactive: [0, 1] }],
      statistics: { mining: { recall: { count: 1, of: 3 } }, heldOut: null },
    });
  });

  it('gives every NAP the first sample of its class that follows it, as evaluated', async () => {
    const { files } = await mineNapFiles(job(null));
    // At 1 both NAPs of label 0 are empty; label 1 has (1,0), (0,1), (0,1), so its NAP is empty as well.
    expect(files[0]!.classes.map(({ example }) => example)).toEqual([rows[0], rows[1]]);
    // At 0.6: class 0 both off, first met by sample 2; class 1 neuron 0 off and 1 on, first met by sample 4.
    expect(files[1]!.classes.map(({ example }) => example)).toEqual([rows[2], rows[4]]);
  });

  it('rounds the example to the element type, and gives none where no sample follows', async () => {
    const given = job(null);
    const thirds = { ...dataset([[1 / 3, 0.1]], [0]), digest: '1'.repeat(64) };
    const table = await recordPatterns(duel(), thirds);
    const all = { table, follows: [Uint8Array.of(1)] };
    const float32 = { ...given, dataset: thirds, network: { ...duel(), elementType: 'float32' } as const };
    expect(exampleOf(nap(0, 0, 0), 0, all, float32)).toEqual([Math.fround(1 / 3), Math.fround(0.1)]);
    expect(exampleOf(nap(0, 0, 0), 0, { table, follows: [Uint8Array.of(0)] }, float32)).toBeNull();
    // Label 0 is not class 1, although the sample follows.
    expect(exampleOf(nap(1, 0, 0), 0, all, float32)).toBeNull();
  });

  it('never lets held-out data touch the literals', async () => {
    const alone = await mineNapFiles(job(null));
    const opposite = dataset(rows, [1, 0, 1, 1, 0, 0]);
    const both = await mineNapFiles(job(opposite));
    both.files.forEach((file, i) => {
      const without = alone.files[i]!;
      expect(file.classes.map(({ literals, support }) => ({ literals, support }))).toEqual(
        without.classes.map(({ literals, support }) => ({ literals, support })),
      );
      expect(file.classes.map(({ statistics }) => statistics!.mining)).toEqual(
        without.classes.map(({ statistics }) => statistics!.mining),
      );
    });
    // At 0.6 the NAP of class 0 is followed by sample 2 only, whose held-out label is 1.
    expect(both.files[1]!.classes[0]!.statistics!.heldOut).toMatchObject({
      recall: { count: 0, of: 3 },
      otherClasses: 1,
    });
  });

  it('refuses the mining data as held-out data', async () => {
    const given = job(null);
    await expect(mineNapFiles({ ...given, heldOut: given.dataset })).rejects.toThrow(
      /held-out data are the mining/,
    );
  });
});
