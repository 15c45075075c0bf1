/** Cuts hold at every point of the box, and rounds of them reach what the convex hull of each neuron allows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bounds, intervalBounds } from '../../src/bounds/interval.js';
import { evaluateWithCuts } from '../../src/engines/bab/evaluate.js';
import { separate } from '../../src/engines/bab/hull-cuts.js';
import { Relaxation } from '../../src/engines/bab/relaxation.js';
import { search } from '../../src/engines/bab/search.js';
import { preorder } from '../../src/engines/bab/tree.js';
import { logitsOf } from '../../src/network/forward.js';
import type { Network } from '../../src/network/network.js';
import { obligation, prove } from '../checker/prove.js';
import { dense, network, relu } from '../helpers/layers.js';

const weight = fc.integer({ min: -16, max: 16 }).map((n) => n / 8);
/** y = sum of v relu(W x + b) over [-1, 1]^n. */
const shallow = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([inputs, neurons]) =>
    fc.tuple(
      fc.array(fc.array(weight, { minLength: inputs, maxLength: inputs }), {
        minLength: neurons,
        maxLength: neurons,
      }),
      fc.array(weight, { minLength: neurons, maxLength: neurons }),
      fc.array(weight, { minLength: neurons, maxLength: neurons }),
    ),
  )
  .map(([w, b, v]) => {
    const [inputs, neurons] = [w[0]!.length, w.length];
    return network([inputs, neurons, neurons, 1], [dense([0], 1, w, b), relu(1, 2), dense([2], 3, [v], [0])]);
  });

const positive = (net: Network, bound: number) =>
  obligation(net, { outputs: [{ terms: [{ output: 0, coefficient: 1 }], bound }] });

async function relaxed(net: Network): Promise<{ readonly bounds: Bounds; readonly relaxation: Relaxation }> {
  const region = positive(net, 0);
  const { bounds } = intervalBounds(net, region.box, []);
  const relaxation = await Relaxation.create(net, bounds, region, net.input);
  if (relaxation === null) throw new Error('refused');
  relaxation.setObjective(region);
  return { bounds, relaxation };
}

/** Values of y on a grid that has the corners and the middle of the box. */
function gridMaximum(net: Network): number {
  const size = net.tensors[0]!.size;
  let most = -Infinity;
  for (let n = 0; n < 5 ** size; n++) {
    const x = Float64Array.from({ length: size }, (_, k) => (Math.floor(n / 5 ** k) % 5) / 2 - 1);
    most = Math.max(most, logitsOf(net, x)[0]!);
  }
  return most;
}

describe('cuts', () => {
  it('hold at the corners of the box, where a convex function is largest above a linear one', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(shallow, async (net) => {
        const { bounds, relaxation } = await relaxed(net);
        try {
          relaxation.setBounds(bounds);
          const lp = relaxation.solve(10);
          if (lp.status !== 'optimal') throw new Error(lp.status);
          const first = net.layers[0]!;
          if (first.kind !== 'linear' || first.map.kind !== 'dense') throw new Error('another network');
          const { weight: w, cols } = first.map;
          for (const cut of separate(net, bounds, relaxation.encoding, lp.x)) {
            seen++;
            for (let corner = 0; corner < 2 ** cols; corner++) {
              const x = Array.from({ length: cols }, (_, k) => ((corner >> k) % 2 === 0 ? -1 : 1));
              const z = x.reduce(
                (sum, value, k) => sum + value * w[cut.index * cols + k]!,
                first.bias[cut.index]!,
              );
              const right = cut.columns.reduce((sum, k, n) => sum + cut.values[n]! * x[k]!, cut.constant);
              expect(right).toBeGreaterThanOrEqual(Math.max(0, z) - 1e-6);
            }
          }
        } finally {
          relaxation.dispose();
        }
      }),
      { numRuns: 30 },
    );
    expect(seen).toBeGreaterThan(0);
  });

  it('make one neuron exact: the bound is its maximum over the box, and the checker proves it with them', async () => {
    // y = relu(x0 + x1) - (x0 + 2): at most -1, and 0 with the chord relu(z) <= (z + 2) / 2.
    const net = network(
      [2, 3, 3, 1],
      [
        dense(
          [0],
          1,
          [
            [1, 1],
            [1, 0],
            [0, 1],
          ],
          [0, 2, 2],
        ),
        relu(1, 2),
        dense([2], 3, [[1, -1, 0]], [0]),
      ],
    );
    const most = gridMaximum(net);
    const { bounds, relaxation } = await relaxed(net);
    const region = positive(net, most + 1e-6);
    relaxation.setObjective(region);
    const evaluator = { network: net, relaxation, obligation: region, secondsLeft: () => 10 };
    const without = evaluateWithCuts(evaluator, bounds, 0, () => false);
    expect(without.leaf!.bound).toBeGreaterThan(0.1);
    const limits = {
      deadline: performance.now() + 60_000,
      maxNodes: 1,
      maxMemoryBytes: Infinity,
      signal: new AbortController().signal,
      cutRounds: 6,
    };
    const found = await search(net, relaxation, region, bounds, limits, { onPoint: async () => 'none' });
    if (found.kind !== 'closed') throw new Error(found.kind);
    const steps = preorder(found.tree);
    expect(steps[0]!.rule).toBe('cut');
    expect(prove(net, region, steps).outcome.kind).toBe('valid');
    relaxation.dispose();
  });

  it('never cut off a point: searches with cuts close what lies above the maximum, and the checker agrees', async () => {
    await fc.assert(
      fc.asyncProperty(shallow, async (net) => {
        const { bounds, relaxation } = await relaxed(net);
        try {
          const limits = {
            deadline: performance.now() + 60_000,
            maxNodes: 200,
            maxMemoryBytes: Infinity,
            signal: new AbortController().signal,
            cutRounds: 4,
          };
          const hooks = { onPoint: async () => 'none' as const };
          const most = gridMaximum(net);
          const below = await search(net, relaxation, positive(net, most - 0.01), bounds, limits, hooks);
          expect(below.kind).not.toBe('closed');
          // The grid may miss the maximum by 1/4 in each input at most.
          const above = positive(net, most + 0.25 * 2 * 4 * 4 * 2 + 1);
          const closed = await search(net, relaxation, above, bounds, limits, hooks);
          if (closed.kind !== 'closed') throw new Error(closed.kind);
          expect(prove(net, above, preorder(closed.tree)).outcome.kind).toBe('valid');
        } finally {
          relaxation.dispose();
        }
      }),
      { numRuns: 12 },
    );
  });
});
