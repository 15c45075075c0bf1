/**
 * Branch and bound and the MILP engine with both solvers, on random properties of the shipped small models: no two may
 * contradict each other, points must replay exactly, and proofs must pass the checker.
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluateFrom } from '../../src/network/evaluate-from.js';
import { logitsOf, predict } from '../../src/network/forward.js';
import { type Network, neuronBlocks, neuronCount } from '../../src/network/network.js';
import { compileProperty } from '../../src/obligation/compile.js';
import type { Property } from '../../src/spec/property.js';
import { type Harness, type HarnessOptions, openHarness, pointIsGenuine } from '../helpers/engine-harness.js';
import { type Random, seeded } from '../helpers/random.js';

const ENGINES: readonly HarnessOptions[] = [
  { engine: 'bab', timeoutSeconds: 20 },
  { engine: 'milp', solver: 'glpk', timeoutSeconds: 20 },
  { engine: 'milp', solver: 'highs', timeoutSeconds: 20 },
];
const MODELS = { 'toy-2d': { low: 0, high: 1 }, iris: { low: 0, high: 8 } } as const;
const CASES = 25;

/** Phases of some neurons as a point has them. */
function napAt(random: Random, network: Network, point: Float64Array): Int8Array {
  const share = random.next();
  const tensors = evaluateFrom(network, network.input, point);
  const phases = new Int8Array(neuronCount(network));
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (let i = 0; i < size; i++) {
      if (random.chance(share)) phases[offset + i] = tensors[layer.input]![i]! > 0 ? 1 : -1;
    }
  }
  return phases;
}

describe.each(Object.entries(MODELS))('engines on %s', (name, { low, high }) => {
  let harness: Harness | null = null;
  afterAll(() => harness?.close());

  it('agree on random local robustness and NAP properties', async () => {
    harness = await openHarness(
      new Uint8Array(readFileSync(new URL(`../../models/${name}.onnx`, import.meta.url))),
    );
    const { network } = harness;
    const classes = logitsOf(network, new Float64Array(network.tensors[network.input]!.size)).length;
    const random = seeded(name.length);
    const faults: string[] = [];
    const counts = { unsat: 0, sat: 0, unknown: 0 };
    for (let n = 0; n < CASES; n++) {
      const point = new Float64Array(network.tensors[network.input]!.size).map(() =>
        Math.fround(low + (high - low) * random.next()),
      );
      const own = predict(network, point);
      const competitors = [random.pick([...Array(classes).keys()].filter((label) => label !== own))];
      const nap = random.chance(0.6);
      const property: Property = random.chance(0.5)
        ? { kind: 'non-misclassification', class: own, competitors }
        : {
            ...{
              kind: 'local-robustness',
              class: own,
              competitors,
              referenceName: 'r',
              reference: [...point],
              nap,
            },
            epsilon: (high - low) * 0.3 * random.next() ** 2 + 1e-3,
          };
      const claim = harness.claimContext({
        domain: { kind: 'box', lower: low, upper: high },
        naps: new Map([[own, napAt(random, network, point)]]),
      });
      for (const obligation of compileProperty(claim, property)) {
        const verdicts = new Set<string>();
        for (const options of ENGINES) {
          const { decision } = await harness.decide(obligation, options);
          counts[decision.verdict]++;
          if (decision.verdict !== 'unknown') verdicts.add(decision.verdict);
          const who = `case ${n}, ${obligation.id}, ${options.engine} ${options.solver ?? ''}`;
          if (decision.verdict === 'sat' && !pointIsGenuine(network, obligation, decision.confirmed.point))
            faults.push(`${who}: no genuine point`);
          if (decision.verdict === 'unsat') {
            const { rejected, holes } = harness.check(obligation, decision);
            if (rejected !== null) faults.push(`${who}: ${rejected}`);
            if (options.engine === 'bab' && holes > 0) faults.push(`${who}: holes`);
          }
        }
        if (verdicts.size > 1) faults.push(`case ${n}, ${obligation.id}: ${[...verdicts].join(' and ')}`);
      }
    }
    expect(faults).toEqual([]);
    expect(counts.unsat).toBeGreaterThan(CASES / 2);
    expect(counts.sat).toBeGreaterThan(CASES / 4);
    expect(counts.unknown).toBeLessThan(CASES / 5);
  });
});
