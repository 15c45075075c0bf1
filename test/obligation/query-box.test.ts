/** Boxes of float32 queries hold both readings of their decimals: exact, and rounded to float32. */
import { expect, it } from 'vitest';
import { intersectInput, roundedOutwards, wholeBox } from '../../src/obligation/query-box.js';
import type { Comparison, ElementType } from '../../src/spec/vnnlib/query.js';

const bound = (sign: 1n | -1n, num: bigint, den: bigint): Comparison => ({
  kind: 'comparison',
  terms: [{ tensor: 0, index: 0, coefficient: { num: sign, den: 1n } }],
  relation: '<=',
  bound: { num, den },
  plain: true,
  at: 0,
});

it.each<[ElementType, boolean]>([
  ['real', true],
  ['float32', false],
])('x >= 0.1 and x <= 0.0999999999999 is empty for %s: %s', (elementType, empty) => {
  const whole = wholeBox(1, elementType);
  const first = intersectInput(whole, whole, bound(-1n, -1n, 10n))!;
  const both = intersectInput(first, whole, bound(1n, 999_999_999_999n, 10_000_000_000_000n));
  expect(both === null).toBe(empty);
  if (both === null) return;
  const { lower, upper } = roundedOutwards(both, elementType);
  // Both decimals are the same float32.
  expect(lower[0]).toBeLessThanOrEqual(Math.fround(0.1));
  expect(upper[0]).toBeGreaterThanOrEqual(Math.fround(0.1));
});
