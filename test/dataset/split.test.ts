import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { classCounts } from '../../src/dataset/labels.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { heldoutIndices, mix, splitSamples, subset } from '../../src/dataset/split.js';
import { idx, refusal, tempFolder } from './files.js';

const { write } = tempFolder();
const COUNT = 253;
let path = '';
let data: Dataset;
const values = (dataset: Dataset): number[] => [...dataset.batch(0, dataset.count)];

beforeAll(async () => {
  // Sample i is the pixel i, so the values tell which samples were chosen.
  write(
    's-labels-idx1-ubyte',
    idx(
      [COUNT],
      Array.from({ length: COUNT }, (_, i) => (i * i) % 3),
    ),
  );
  path = write(
    's-images-idx3-ubyte',
    idx(
      [COUNT, 1, 1],
      Array.from({ length: COUNT }, (_, i) => i),
    ),
  );
  data = await openDataset(path, { scale: 'raw', allowGaps: true });
});

describe('splits', () => {
  it('takes ranges', () => {
    expect(values(splitSamples(data, 'first:3'))).toEqual([0, 1, 2]);
    expect(values(splitSamples(data, 'last:2'))).toEqual([251, 252]);
    expect(values(splitSamples(data, '10:12'))).toEqual([10, 11]);
    expect([...splitSamples(data, '4:6').labels]).toEqual([16 % 3, 25 % 3]);
  });

  it('divides into mine and heldout: disjoint, exhaustive, a fifth of each class, in order', () => {
    const [mine, heldout] = [splitSamples(data, 'mine'), splitSamples(data, 'heldout')];
    const [a, b] = [values(mine), values(heldout)];
    expect([...a, ...b].sort((x, y) => x - y)).toEqual(values(data));
    for (const part of [a, b]) expect(part).toEqual([...part].sort((x, y) => x - y));
    const whole = classCounts(data.labels, data.classes);
    expect(classCounts(heldout.labels, data.classes)).toEqual(whole.map((n) => Math.floor(n / 5)));
    expect([mine.classes, mine.selection]).toEqual([data.classes, 'split mine']);
    // Not simply the first or every fifth sample.
    expect(new Set(b.map((index) => index % 5)).size).toBe(5);
    expect(Math.max(...b)).toBeGreaterThan(COUNT / 2);
  });

  it('holds out the samples of smallest hash in each class (property, by counting)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 80 }), (labels) => {
        const chosen = new Set(heldoutIndices(Int32Array.from(labels)));
        labels.forEach((label, i) => {
          const same = labels.flatMap((other, j) => (other === label ? [j] : []));
          const before = same.filter((j) => mix(j) < mix(i)).length;
          expect(chosen.has(i)).toBe(before < Math.floor(same.length / 5));
        });
      }),
      { numRuns: 50 },
    );
  });

  it('has the published hash: MurmurHash3 fmix32 of index + 0x9e3779b9', () => {
    // fmix32 in exact BigInt arithmetic, from its definition.
    const M = 0xffffffffn;
    const exact = (index: number): number => {
      let h = (BigInt(index) + 0x9e3779b9n) & M;
      h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & M;
      h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & M;
      return Number(h ^ (h >> 16n));
    };
    fc.assert(fc.property(fc.nat({ max: 9_999_999 }), (index) => mix(index) === exact(index)));
  });

  it('limits after the split, and does not change what is small enough', async () => {
    const part = await openDataset(path, { scale: 'raw', split: 'last:5', limit: 2, allowGaps: true });
    expect(values(part)).toEqual([248, 249]);
    expect(part.selection).toBe('split last:5, limit 2');
    const all = await openDataset(path, { scale: 'raw', limit: 1000, allowGaps: true });
    expect([all.digest, all.selection]).toEqual([data.digest, 'all']);
  });

  it('has a digest of parent and samples, not of wording', () => {
    const digest = splitSamples(data, 'first:5').digest;
    expect(splitSamples(data, '0:5').digest).toBe(digest);
    expect(splitSamples(data, '0:6').digest).not.toBe(digest);
    expect(subset(data, [4, 3, 2, 1, 0], 'reversed').digest).not.toBe(digest);
    expect(data.digest).not.toBe(digest);
  });

  it('gathers through subsets of subsets', () => {
    const nested = subset(subset(data, [9, 7, 5, 3], 'odd'), [3, 1], 'two');
    expect(values(nested)).toEqual([3, 7]);
    expect([...nested.gather([1, 1, 0])]).toEqual([7, 7, 3]);
    expect([...nested.labels]).toEqual([0, 49 % 3]);
    for (const wrong of [() => nested.batch(0, 3), () => nested.gather([2]), () => data.batch(-1, 2)]) {
      expect(wrong).toThrow(RangeError);
    }
  });

  it.each(['', 'first', 'first:', 'first:0', 'last:254', '5:5', '6:5', '0:254', 'first:-1', 'Mine', '1:2:3'])(
    'refuses the split %j',
    async (split) => {
      const error = await refusal(path, { split, allowGaps: true });
      expect(error.fault.place).toBe('--split');
    },
  );

  it.each([0, -1, 1.5, Number.NaN])('refuses the limit %d', async (limit) => {
    expect((await refusal(path, { limit, allowGaps: true })).fault.place).toBe('--limit');
  });

  it.each([[[]], [[0, 0]], [[COUNT]], [[-1]], [[0.5]]])('refuses the selection %j', (indices) => {
    expect(() => subset(data, indices, 'test')).toThrow(expect.objectContaining({ name: 'InputError' }));
  });

  it('refuses a heldout part of a dataset with fewer than five samples per class', async () => {
    const error = await refusal(write('few.csv', '1,0\n2,1\n'), { split: 'heldout' });
    expect(error.message).toMatch(/selection is empty/);
  });
});
