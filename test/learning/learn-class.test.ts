import { describe, expect, it } from 'vitest';
import { auditNap } from '../../src/learning/audited.js';
import { classSamples, phasesOf, Recall } from '../../src/learning/candidates.js';
import { learnClass } from '../../src/learning/learn-class.js';
import { BOX, DOMAIN, gridTable, isTrue, randomClassifier } from './tiny.js';

const common = {
  box: BOX,
  margin: 1e-6,
  maxShare: 1,
  extremes: null,
  seconds: 20,
  maxMemoryBytes: 4e9,
  signal: new AbortController().signal,
};

describe('learning one class', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'network %i: what is proved is true, and bounds hold, by enumeration of all sets',
    async (seed) => {
      const network = randomClassifier(seed);
      const table = await gridTable(network);
      for (const label of [0, 1, 2]) {
        const samples = classSamples(table, label, 0, 1);
        if (samples.members.length === 0) continue;
        // Truth: the most followers of any true set of candidates.
        let most = -1;
        for (let set = 0; set < 2 ** samples.candidates.length; set++) {
          const selection = Uint8Array.from(samples.candidates, (_, q) => (set >> q) & 1);
          const { followers } = new Recall(samples, selection);
          if (followers <= most) continue;
          if (isTrue(network, label, phasesOf(samples.candidates, selection, table.neurons)))
            most = followers;
        }
        const learned = await learnClass({ ...common, network, table, label });
        expect(learned.followersAtMost).toBeGreaterThanOrEqual(most);
        if (learned.proved === null) continue;
        expect(isTrue(network, label, learned.proved.phases)).toBe(true);
        expect(learned.proved.followers).toBeLessThanOrEqual(most);
        const context = { network, modelSha256: '0'.repeat(64), domain: DOMAIN };
        const audited = auditNap(context, label, learned.proved, common.margin);
        expect(audited?.results.every(({ verdict }) => verdict === 'unsat')).toBe(true);
      }
    },
  );

  it('keeps the best set when it is stopped', async () => {
    const network = randomClassifier(1);
    const table = await gridTable(network);
    for (const label of [0, 1, 2]) {
      const abort = new AbortController();
      const seen: number[] = [];
      const learned = await learnClass(
        { ...common, network, table, label, signal: abort.signal },
        async (nap) => {
          seen.push(nap.followers);
          abort.abort();
          return true;
        },
      );
      if (seen.length === 0) continue;
      expect(learned.proved?.followers).toBe(seen.at(-1));
      expect(isTrue(network, label, learned.proved!.phases)).toBe(true);
    }
  });

  it('goes back to the set before where the checker refuses one', async () => {
    const network = randomClassifier(1);
    const table = await gridTable(network);
    const accepted: string[] = [];
    const learned = await learnClass({ ...common, network, table, label: 0 }, async (_, stage) => {
      if (stage !== 'complete') return false;
      accepted.push(stage);
      return true;
    });
    const complete = learned.stages.find(({ name }) => name === 'complete');
    expect(learned.proved?.followers).toBe(accepted.length === 0 ? undefined : complete?.followers);
  });
});
