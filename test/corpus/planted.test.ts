/** Planted counterexamples: a point is known that follows the NAP and is misclassified, so nothing may say `unsat`. */
import { afterAll, describe, expect, it } from 'vitest';
import { neuronBlocks, neuronCount } from '../../src/network/network.js';
import { compileProperty } from '../../src/obligation/compile.js';
import { closeSolvers } from '../../src/solvers/solve.js';
import type { Property } from '../../src/spec/property.js';
import { type Harness, type HarnessOptions, openHarness, pointIsGenuine } from '../helpers/engine-harness.js';
import { type Planted, plantedNetwork } from './planted.js';

const ENGINES: readonly HarnessOptions[] = [
  { engine: 'auto', timeoutSeconds: 5 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 5 },
  { engine: 'milp', solver: 'glpk', timeoutSeconds: 5 },
];

afterAll(closeSolvers);

function phasesOf({ network }: Harness, { active }: Planted): Int8Array {
  const phases = new Int8Array(neuronCount(network));
  const block = neuronBlocks(network).find(({ tensor }) => tensor.name === active.tensor)!;
  for (const index of active.indices) phases[block.offset + index] = 1;
  return phases;
}

describe('forty networks with a planted counterexample', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('number %i is never called safe', async (seed) => {
    const planted = plantedNetwork(seed);
    const harness = await openHarness(planted.bytes);
    const context = harness.claimContext({
      domain: { kind: 'box', lower: 0, upper: 1 },
      naps: new Map([[0, phasesOf(harness, planted)]]),
    });
    const properties: Property[] = [
      { kind: 'non-misclassification', class: 0, competitors: [1] },
      {
        kind: 'local-robustness',
        class: 0,
        competitors: [1],
        referenceName: 'beside',
        reference: Array.from(planted.point, (c) => c + 2 ** -4),
        epsilon: 2 ** -4,
        nap: true,
      },
    ];
    for (const property of properties) {
      const obligation = compileProperty(context, property)[0]!;
      expect(pointIsGenuine(harness.network, obligation, planted.point)).toBe(true);
      for (const options of ENGINES) {
        const { decision } = await harness.decide(obligation, options);
        expect(decision.verdict).not.toBe('unsat');
        if (decision.verdict !== 'sat') continue;
        expect(pointIsGenuine(harness.network, obligation, decision.confirmed.point)).toBe(true);
      }
    }
    await harness.close();
  });
});
