import { describe, expect, it } from 'vitest';
import { intervalBounds } from '../../src/bounds/interval.js';
import { auditNap } from '../../src/learning/audited.js';
import { baseBounds } from '../../src/learning/base-bounds.js';
import { minimizeClass } from '../../src/learning/minimize-class.js';
import type { Phases } from '../../src/nap/nap.js';
import { evaluateFrom } from '../../src/network/evaluate-from.js';
import { type Network, reluLayers } from '../../src/network/network.js';
import { denseRows, linear, network, relu } from '../helpers/layers.js';
import { seeded } from '../helpers/random.js';
import { BOX, DOMAIN, isTrue } from './tiny.js';

/** Two inputs, three layers of four neurons, three classes. */
function deep(seed: number): Network {
  const random = seeded(seed);
  const rows = (count: number, width: number) =>
    denseRows(Array.from({ length: count }, () => Array.from({ length: width }, () => random.int(-2, 2))));
  const bias = (count: number) => Array.from({ length: count }, () => random.int(-2, 2));
  return network(
    [2, 4, 4, 4, 4, 4, 4, 3],
    [
      linear([0], 1, rows(4, 2), bias(4)),
      relu(1, 2),
      linear([2], 3, rows(4, 4), bias(4)),
      relu(3, 4),
      linear([4], 5, rows(4, 4), bias(4)),
      relu(5, 6),
      linear([6], 7, rows(3, 4), bias(3)),
    ],
  );
}

/** The phases of a point of class `label`; null if the network puts the point elsewhere. */
function phasesAt(net: Network, point: Float64Array, label: number): Phases | null {
  const values = evaluateFrom(net, net.input, point);
  const logits = values[net.output]!;
  if (logits.some((other, k) => k !== label && !(logits[label]! > other))) return null;
  return Int8Array.from(
    reluLayers(net).flatMap(({ input }) => [...values[input]!].map((z) => (z > 0 ? 1 : -1))),
  );
}

const GRID = Array.from({ length: 17 * 17 }, (_, n) =>
  Float64Array.of((n % 17) / 4 - 2, Math.floor(n / 17) / 4 - 2),
);

describe('bounds of what lies before a cut', () => {
  it('hold at every point, and are tighter than intervals where a lemma says so', () => {
    let lemmas = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const net = deep(seed);
      const last = reluLayers(net).at(-1)!;
      const found = baseBounds(net, BOX, last.output);
      const { bounds: plain } = intervalBounds(net, BOX, []);
      for (const point of GRID) {
        const values = evaluateFrom(net, net.input, point);
        for (const id of net.tensors.keys()) {
          values[id]!.forEach((value, i) => {
            expect(value).toBeLessThanOrEqual(found.bounds.upper[id]![i]!);
            expect(value).toBeGreaterThanOrEqual(found.bounds.lower[id]![i]!);
          });
        }
      }
      for (const { tensor, index, side } of found.lemmas) {
        const id = net.tensors.findIndex(({ name }) => name === tensor);
        if (side === 'upper') expect(found.bounds.upper[id]![index]!).toBeLessThan(plain.upper[id]![index]!);
        else expect(found.bounds.lower[id]![index]!).toBeGreaterThan(plain.lower[id]![index]!);
      }
      lemmas += found.lemmas.length;
    }
    expect(lemmas).toBeGreaterThan(20);
  });

  it('are proved to the checker by a list that all competitors share', async () => {
    let withLemmas = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const net = deep(seed);
      const phases = phasesAt(net, GRID[(seed * 37) % GRID.length]!, 0);
      if (phases === null) continue;
      const common = { network: net, box: BOX, label: 0, phases, method: 'core' as const, margin: 1e-6 };
      const limits = { seconds: 10, maxMemoryBytes: 4e9, signal: new AbortController().signal };
      const result = await minimizeClass({ ...common, ...limits });
      if (result === null) continue;
      const context = { network: net, modelSha256: '0'.repeat(64), domain: DOMAIN };
      const audited = auditNap(context, 0, result, 1e-6);
      expect(audited).not.toBeNull();
      expect(Object.keys(audited!.shared)).toHaveLength(result.lemmas.length === 0 ? 0 : 1);
      expect(isTrue(net, 0, result.phases)).toBe(true);
      if (result.lemmas.length > 0) withLemmas++;
    }
    expect(withLemmas).toBeGreaterThan(0);
  });
});
