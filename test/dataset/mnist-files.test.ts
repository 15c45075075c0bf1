import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classCounts } from '../../src/dataset/labels.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { refusal, tempFolder } from './files.js';

const MNIST = '../shared/data/mnist';
const absent = !existsSync(MNIST) && 'the MNIST files are not beside the repository';

describe.skipIf(absent)(`original MNIST files${absent ? ` (skipped: ${absent})` : ''}`, () => {
  it('has 60,000 training digits, 5923 zeros', async () => {
    const train = await openDataset(`${MNIST}/train-images-idx3-ubyte.gz`);
    expect([train.count, train.featureShape, train.classes]).toEqual([60_000, [28, 28], 10]);
    expect(classCounts(train.labels, 10)[0]).toBe(5923);
    // The first label is a five in every copy of MNIST.
    expect(train.labels[0]).toBe(5);
    expect(Math.max(...train.batch(0, 1))).toBe(1);
  });

  it('has 10,000 test digits', async () => {
    const test = await openDataset(`${MNIST}/t10k-images-idx3-ubyte.gz`, {
      split: 'last:10000',
      limit: 20_000,
    });
    expect([test.count, test.labels[0]]).toEqual([10_000, 7]);
  });

  it('asks which one when the folder holds both', async () => {
    expect((await refusal(MNIST)).message).toMatch(/several datasets/);
  });
});

describe('openDataset', () => {
  const { write } = tempFolder();

  it('opens the package by its name alone, and refuses options that do nothing', async () => {
    const first = await openDataset('mnist', { split: 'first:8000', limit: 100 });
    expect([first.name, first.count, first.selection]).toEqual(['mnist', 100, 'split first:8000, limit 100']);
    expect((await refusal('mnist', { labels: 'y' })).fault.place).toBe('--labels');
  });

  it.each<[string, string, RegExp]>([
    ['a missing path', 'no/such/place', /no such file/],
    ['an unknown format', write('a.bin', 'hello'), /format of the dataset is not known/],
    ['Parquet', write('a.parquet', 'PAR1....PAR1'), /format of the dataset is not known/],
    ['an empty file', write('empty', ''), /format of the dataset is not known/],
    ['a choice of arrays in a CSV', `${write('a.csv', '1,0\n')}#test`, /only an \.npz/],
  ])('refuses %s', async (_, path, message) => {
    expect((await refusal(path)).message).toMatch(message);
  });

  it('has the same digest each time', async () => {
    const path = write('same.csv', '1,2,0\n3,4,1\n');
    expect((await openDataset(path)).digest).toBe((await openDataset(path)).digest);
    expect((await openDataset(path, { labelColumn: '2' })).digest).toBe((await openDataset(path)).digest);
    expect((await openDataset(path, { labelColumn: '0', allowGaps: true })).digest).not.toBe(
      (await openDataset(path)).digest,
    );
  });
});
