/** Batched branch and bound against brute force, and its proofs before the checker. */
import { describe, expect, it } from 'vitest';
import { Ascent } from '../../src/bounds/ascent/ascent.js';
import { intervalBounds } from '../../src/bounds/interval.js';
import { checkProof } from '../../src/checker/check-proof.js';
import { searchDomains } from '../../src/engines/bab/domains.js';
import { preorder } from '../../src/engines/bab/tree.js';
import { NO_LISTS } from '../../src/learning/audited.js';
import { lead, type Obligation } from '../../src/obligation/obligation.js';
import { bruteForce } from '../helpers/brute-force.js';
import { BOX, randomClassifier } from '../learning/tiny.js';

const never = new AbortController().signal;

function question(seed: number, competitor: number, label: number): Obligation {
  // Asks for a lead, so that some questions are empty and need splits to show it.
  const outputs = [lead(competitor, label, 6)];
  return { kind: 'obligation', id: `${seed}`, box: BOX, naps: [], outputs, digest: '' };
}

describe('domains in batches', () => {
  it('close only what is empty, with a proof that the checker accepts', async () => {
    let [closed, split, leftOpen, batches] = [0, 0, 0, 0];
    for (let seed = 1; seed <= 25; seed++) {
      const network = randomClassifier(seed);
      const ascent = new Ascent(network);
      for (const [competitor, label] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const) {
        const obligation = question(seed, competitor, label);
        const { bounds } = intervalBounds(network, BOX, []);
        const limits = { deadline: performance.now() + 20_000, maxMemoryBytes: Infinity, maxNodes: 60 };
        const onBatch = (nodes: number, share: number) => {
          batches++;
          expect(nodes).toBeGreaterThan(1);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        };
        const run = { network, ascent, obligation, signal: never, onBatch, ...limits };
        const tree = await searchDomains(run, bounds);
        const truth = bruteForce(network, obligation).kind;
        if (tree === null) {
          leftOpen++;
          continue;
        }
        closed++;
        if (tree.kind === 'split') split++;
        expect(truth, `seed ${seed}, ${competitor} against ${label}`).toBe('empty');
        const context = { network, obligation, claimedMargin: null, shared: () => NO_LISTS };
        expect(checkProof(context, preorder(tree), 'proof').outcome).toMatchObject({ kind: 'valid' });
      }
      await ascent.dispose();
    }
    expect(closed).toBeGreaterThan(5);
    expect(split).toBeGreaterThan(0);
    expect(leftOpen).toBeGreaterThan(5);
    expect(batches).toBeGreaterThan(0);
  });

  it('stop at a signal', async () => {
    const network = randomClassifier(1);
    const ascent = new Ascent(network);
    const stopped = AbortSignal.abort();
    const { bounds } = intervalBounds(network, BOX, []);
    const limits = { deadline: Infinity, maxMemoryBytes: Infinity, maxNodes: Infinity };
    // Asks for less than nothing: a region that is not empty, so its root stays open.
    const obligation = { ...question(1, 0, 1), outputs: [lead(0, 1, -1e3)] };
    const run = { network, ascent, obligation, signal: stopped, onBatch: () => expect.fail(), ...limits };
    expect(await searchDomains(run, bounds)).toBeNull();
    await ascent.dispose();
  });
});
