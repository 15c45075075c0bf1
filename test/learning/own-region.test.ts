import { describe, expect, it } from 'vitest';
import { replayPoint } from '../../src/checker/exact/replay.js';
import { ownRegion } from '../../src/learning/own-region.js';
import { forward } from '../../src/network/forward.js';
import { bruteForce } from '../helpers/brute-force.js';
import { BOX, question, randomClassifier } from './tiny.js';

describe('own-region test', () => {
  it('says what enumeration says, with a replayed point for each failure', async () => {
    let [passes, proved, fails] = [0, 0, 0];
    for (let seed = 1; seed <= 10; seed++) {
      const net = randomClassifier(seed);
      for (const point of [
        Float64Array.of(1, 0.5),
        Float64Array.of(-1.25, 0.75),
        Float64Array.of(0.5, -1.5),
      ]) {
        const { tensors } = forward(net, point);
        const logits = [...tensors[net.output]!];
        const label = logits.indexOf(Math.max(...logits));
        if (logits.filter((y) => y === logits[label]).length > 1) continue;
        const phases = Int8Array.from(tensors[1]!, (z) => (z > 0 ? 1 : -1));
        const truth = [0, 1, 2]
          .filter((k) => k !== label)
          .map((k) => bruteForce(net, question(phases, label, k)));
        const result = await ownRegion(net, BOX, label, phases, point);
        if (result.kind === 'passes') {
          passes++;
          // Without a proof it is the solver's word, about leads that are clearly negative.
          expect(truth.every(({ kind }) => kind === 'empty')).toBe(true);
          if (result.proved) proved++;
        } else if (result.kind === 'fails') {
          fails++;
          const replay = replayPoint(net, question(phases, label, result.competitor), result.point);
          expect(replay.inRegion && replay.strict.followsStrictly).toBe(true);
          // Thin: a tie, which counts as a violation.
          expect(truth.some(({ kind }) => kind === 'open' || kind === 'thin')).toBe(true);
        }
      }
    }
    expect(passes).toBeGreaterThan(0);
    expect(proved).toBeGreaterThan(0);
    expect(fails).toBeGreaterThan(0);
  });
});
