import { expect, it } from 'vitest';
import { domainRemark } from '../../../src/api/verify/domain-share.js';
import { dataset } from '../../mining/tiny-networks.js';

/** Two samples in [0, 1], one with a number above, one with a number below. */
const data = dataset(
  [
    [0, 1],
    [0.5, 0.5],
    [5.1, 0.2],
    [-0.1, 0.2],
  ],
  [0, 0, 1, 1],
);
const box = (lower: number | number[], upper: number | number[]) => ({ kind: 'box', lower, upper }) as const;

it.each([
  ['two of four in the unit box', box(0, 1)],
  ['a box of its own for each number', box([-1, 0], [10, 0.5])],
  ['all inputs', { kind: 'unbounded' } as const],
  ['three of four that are >= 0', { kind: 'orthant' } as const],
])('nothing is said where data are inside: %s', (_, domain) => {
  expect(domainRemark(domain, data)).toBeNull();
});

it.each([
  ['none', box(2, 3), /^none of the 4 samples of .* are in the domain/],
  ['one', box(0, 0.5), /^only 1 of the 4 samples .*\[0, 0.5\]/],
  ['one, with a box of its own for each number', box([-1, 0], [0, 0.5]), /^only 1 of the 4 samples/],
])('data that are mostly outside are remarked upon: %s', (_, domain, text) => {
  expect(domainRemark(domain, data)).toMatch(text);
});
