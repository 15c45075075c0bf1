import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { classCounts } from '../../src/dataset/labels.js';
import { openMnistDigits } from '../../src/dataset/mnist-digits.js';

const require = createRequire(import.meta.url);
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];

it('has the 10,000 digits of the package with its values, interleaved in proportion', async () => {
  const mnist = await openMnistDigits();
  expect(mnist.count).toBe(10_000);
  expect(mnist.featureShape).toEqual([28, 28]);
  expect(classCounts(mnist.labels, mnist.classes)).toEqual(COUNTS);

  // The order inside a class is the package's, so the n-th sample of a digit is its n-th block of 784.
  for (const digit of [0, 5, 9]) {
    const stored = (require(`mnist/src/digits/${digit}.json`) as { data: number[] }).data;
    const indices = Array.from(mnist.labels.keys()).filter((i) => mnist.labels[i] === digit);
    expect([...mnist.gather(indices.slice(0, 3))]).toEqual(stored.slice(0, 3 * 784));
    expect([...mnist.gather(indices.slice(-1))]).toEqual(stored.slice(-784));
  }

  for (const prefix of [10, 100, 1000, 8000]) {
    const counts = classCounts(mnist.labels.subarray(0, prefix), 10);
    counts.forEach((count, digit) => {
      expect(Math.abs(count - (prefix * COUNTS[digit]!) / 10_000)).toBeLessThanOrEqual(1.5);
    });
  }

  const raw = await openMnistDigits('raw');
  expect(raw.digest).not.toBe(mnist.digest);
  const [unit, bytes] = [mnist.batch(0, 20), raw.batch(0, 20)];
  bytes.forEach((k, i) => {
    expect(Number.isInteger(k) && Math.abs(k / 255 - unit[i]!) <= 0.0005 + 1e-12).toBe(true);
  });
});
