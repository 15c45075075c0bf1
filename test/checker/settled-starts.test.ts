import { describe, expect, it } from 'vitest';
import { settledStarts } from '../../src/checker/settled-starts.js';
import { intersect, type State, settle, startState } from '../../src/checker/state.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { dense, network, relu } from '../helpers/layers.js';
import { obligation } from './prove.js';

/** y = relu(x + 1) - relu(x): tensors t0 .. t3. */
const net = network(
  [1, 2, 2, 1],
  [dense([0], 1, [[1], [1]], [1, 0]), relu(1, 2), dense([2], 3, [[1, -1]], [0])],
);

function fresh(region: Obligation): State {
  const state = startState(net, region);
  settle(net, state, net.layers.length);
  return state;
}

const intervals = ({ lower, upper }: State) => ({ lower, upper });

describe('settled start states', () => {
  const starts = settledStarts();
  const naps = [
    [0, 0],
    [1, 0],
    [0, 1],
    [0, -1],
    [1, 1],
    [1, -1],
  ] as const;

  it('are those of the region, however often and in whatever order regions come', () => {
    for (const lower of [-1, -0.5, -1])
      for (const phases of [...naps, ...naps].reverse()) {
        const region = obligation(net, { lower: [lower], upper: [1], naps: [phases] });
        expect(intervals(starts(net, region))).toEqual(intervals(fresh(region)));
      }
  });

  it('take from other regions only what literals cannot have changed', () => {
    // Three layers, so that regions agree in none, one or two of them; literals at the input too.
    const deep = network(
      [1, 1, 1, 1, 1, 1],
      [relu(0, 1), dense([1], 2, [[2]], [-1]), relu(2, 3), dense([3], 4, [[-1]], [0.5]), relu(4, 5)],
    );
    const own = settledStarts();
    const phases = [-1, 0, 1];
    const all = phases.flatMap((p) => phases.flatMap((q) => phases.map((r) => [p, q, r])));
    for (const literals of [...all, ...[...all].reverse()]) {
      const region = obligation(deep, { lower: [-1], upper: [2], naps: [literals] });
      const state = startState(deep, region);
      settle(deep, state, deep.layers.length);
      expect(intervals(own(deep, region))).toEqual(intervals(state));
    }
  });

  it('are copies: what one proof adds is not there for the next', () => {
    const region = obligation(net, { lower: [-1], upper: [1], naps: [[0, 0]] });
    const first = starts(net, region);
    intersect(net, first, net.input, 0, 0.5, 1);
    settle(net, first, net.layers.length);
    expect(first.lower[net.input]![0]).toBe(0.5);
    expect(intervals(starts(net, region))).toEqual(intervals(fresh(region)));
  });

  it('follow a region whose arrays were changed in place', () => {
    const region = obligation(net, { lower: [-1], upper: [1], naps: [[0, 0]] });
    starts(net, region);
    region.naps[0]![1] = 1;
    expect(starts(net, region).lower[1]![1]).toBe(0);
    region.box.upper[0] = 0.25;
    expect(starts(net, region).upper[1]![1]).toBe(fresh(region).upper[1]![1]);
    expect(starts(net, region).upper[1]![1]).toBeLessThan(0.3);
  });
});
