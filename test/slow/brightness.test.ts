/** Brightness of all 10,000 digits: exact classes of zero-bias models, and the accuracy of public biased ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/api/open-model.js';
import { scalars } from '../../src/api/scalars.js';
import { fromDoubles, scaleVector } from '../../src/checker/exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from '../../src/checker/exact/evaluate.js';
import { fromDouble } from '../../src/checker/exact/rational.js';
import { openDataset } from '../../src/dataset/open-dataset.js';

const FACTORS = [1e-6, 0.01, 0.3, 7, 1e6];
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHARED = join(ROOT, '../shared/data');

describe.each(['mnist-64x2-zero-bias', 'mnist-conv-zero-bias'])('%s on 10,000 digits', (name) => {
  const model = join(ROOT, 'models', `${name}.onnx`);

  it('no exact class changes at any factor', { timeout: 3_600_000 }, async () => {
    const { network } = await openModel(model);
    const digits = await openDataset('mnist');
    expect(digits.count).toBe(10_000);
    const changed = FACTORS.map(() => 0);
    for (let i = 0; i < digits.count; i++) {
      const x = fromDoubles(digits.batch(i, i + 1).map(Math.fround));
      const classesAt = (s: number) =>
        exactClass(
          exactLogits(network, evaluateExact(network, scaleVector(x, fromDouble(s)))),
        ).winners.join();
      const unscaled = classesAt(1);
      FACTORS.forEach((factor, k) => {
        if (classesAt(factor) !== unscaled) changed[k]!++;
      });
    }
    expect(changed).toEqual(FACTORS.map(() => 0));
  });

  it('at most a few float32 classes change, and none at a power of two', async () => {
    const found = await scalars({ model, data: 'mnist', factors: [...FACTORS, 0.5, 2 ** -20], max: '1' });
    for (const { factor, changed } of found.accuracy) {
      if (factor === 0.5 || factor === 2 ** -20) expect(changed).toBe(0);
      else expect(changed).toBeLessThanOrEqual(2);
    }
  });
});

// Accuracy in float32 measured independently of this project's code, with the count of classes that differ from s = 1.
const PUBLISHED: Readonly<Record<string, readonly (readonly [number, number, number | null])[]>> = {
  'mnist-net_256x2': [
    [1, 0.9808, 0],
    [0.5, 0.9737, 136],
    [0.25, 0.8489, 1447],
    [0.1, 0.1931, 8042],
    [0.05, 0.0984, 8995],
    [0.01, 0.115, 8822],
    [0.001, 0.0892, null],
  ],
  'mnist-net_256x4': [
    [1, 0.9764, 0],
    [0.5, 0.9747, 74],
    [0.25, 0.9561, 326],
    [0.1, 0.7112, 2848],
    [0.05, 0.3112, 6889],
    [0.01, 0.0974, 9033],
    [0.001, 0.0974, null],
  ],
  'mnist-net_256x6': [
    [1, 0.9689, 0],
    [0.5, 0.9685, 72],
    [0.25, 0.9643, 196],
    [0.1, 0.8524, 1413],
    [0.05, 0.5769, 4192],
    [0.01, 0.1516, 8519],
    [0.001, 0.0892, null],
  ],
};

const BLANK: Record<string, number> = { 'mnist-net_256x2': 5, 'mnist-net_256x4': 8, 'mnist-net_256x6': 5 };

describe.each(Object.keys(PUBLISHED))('%s, accuracy against brightness', (name) => {
  it('is the known table to four digits', async ({ skip }) => {
    const model = join(SHARED, 'mnistfc', `${name}.onnx`);
    skip(!existsSync(model), 'the public networks and the MNIST test images are not here');
    const data = join(SHARED, 'mnist/t10k-images-idx3-ubyte.gz');
    const rows = PUBLISHED[name]!;
    const { accuracy } = await scalars({ model, data, factors: rows.map(([s]) => s), max: '1' });
    accuracy.forEach((row, i) => {
      const [, expected, changed] = rows[i]!;
      expect(row.accuracy).toBeCloseTo(expected, 6);
      if (changed !== null) expect(row.changed).toBe(changed);
    });
  });

  it('a blank image goes to the class that its biases choose', async ({ skip }) => {
    const model = join(SHARED, 'mnistfc', `${name}.onnx`);
    skip(!existsSync(model), 'the public networks are not here');
    const { network } = await openModel(model);
    const blank = new Float64Array(network.tensors[network.input]!.size);
    const { winners } = exactClass(exactLogits(network, evaluateExact(network, blank)));
    expect(winners).toEqual([BLANK[name]]);
  });
});
