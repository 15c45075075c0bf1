/** Splits by value: where the relaxation has no unstable neuron left. */
import { describe, expect, it } from 'vitest';
import type { Bounds } from '../../src/bounds/interval.js';
import { splitByValue } from '../../src/engines/bab/branching.js';
import { dense, network } from '../helpers/layers.js';

const at = (lower: number[], upper: number[]) => {
  const size = lower.length;
  const net = network([size, 1], [dense([0], 1, [lower.map(() => 1)], [0])]);
  const bounds: Bounds = {
    lower: [Float64Array.from(lower), Float64Array.of(-Infinity)],
    upper: [Float64Array.from(upper), Float64Array.of(Infinity)],
  };
  const branch = splitByValue(net, bounds, 0);
  return branch === null ? null : [branch.tensor, branch.index, branch.at];
};

describe('splits of the start by value', () => {
  it('halve the widest finite interval', () => {
    expect(at([0, -1], [1, 3])).toEqual([0, 1, 1]);
    expect(at([0, 2], [Infinity, 3])).toEqual([0, 1, 2.5]);
  });

  it('cut an endless interval off where it doubles', () => {
    expect(at([0], [Infinity])).toEqual([0, 0, 1]);
    expect(at([8, 0], [Infinity, 0])).toEqual([0, 0, 16]);
    expect(at([-Infinity], [-4])).toEqual([0, 0, -8]);
    expect(at([-Infinity], [Infinity])).toEqual([0, 0, 0]);
  });

  it('find nothing in points, in neighbouring doubles, and in many endless intervals', () => {
    expect(at([1, 2], [1, 2])).toBeNull();
    expect(at([1], [1 + 2 ** -52])).toBeNull();
    expect(at([0, 0, 0, 0, 0], Array<number>(5).fill(Infinity))).toBeNull();
    expect(at([2 ** 30], [Infinity])).toBeNull();
  });
});
