/** Cube and conquer: the cubes cover the region, and their proofs together prove the whole. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Admission } from '../../src/api/executor/admit.js';
import { assemble, cubeTree, decideInCubes, leavesOf } from '../../src/api/executor/cubes.js';
import { openReplayer, type Replayer } from '../../src/api/executor/decider.js';
import { localExecutor } from '../../src/api/executor/local.js';
import type { Executor } from '../../src/engines/executor.js';
import type { Decided } from '../../src/engines/portfolio.js';
import { forward } from '../../src/network/forward.js';
import { neuronBlocks } from '../../src/network/network.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { around, grid, SETTINGS, TOY } from './toy.js';

const signal = new AbortController().signal;
let local: Executor;
let replayer: Replayer;

beforeAll(async () => {
  local = await localExecutor(TOY);
  replayer = await openReplayer(TOY);
});

afterAll(async () => {
  await local.close();
  await replayer.close();
});

const ask = async (obligation: Obligation): Promise<Decided> =>
  (await Promise.all(local.decide([obligation], SETTINGS, { signal })))[0]!;

const admit = async (obligation: Obligation, answer: Parameters<Admission['admit']>[1]) =>
  new Admission(TOY, replayer).admit(obligation, answer, null, 'test');

/** Boxes wide enough to leave neurons open, narrow enough to be provable. */
const provable = grid(5).flatMap((point) => around(point, 0.08));

function inCube({ box, naps }: Obligation, point: Float64Array): boolean {
  const { tensors } = forward(TOY.network, point);
  const inside = point.every((x, i) => x >= box.lower[i]! && x <= box.upper[i]!);
  return (
    inside &&
    neuronBlocks(TOY.network).every(({ layer, offset, size }) =>
      naps.every((phases) => {
        for (let i = 0; i < size; i++) if (phases[offset + i]! * tensors[layer.input]![i]! < 0) return false;
        return true;
      }),
    )
  );
}

describe('cubes', () => {
  it('cover the region: every point of it is in one', () => {
    for (const obligation of provable.slice(0, 12)) {
      const leaves = leavesOf(cubeTree(TOY.network, TOY.sha256, obligation, 3));
      const { lower, upper } = obligation.box;
      for (const [u, v] of grid(7)) {
        const point = Float64Array.of(
          lower[0]! + u * (upper[0]! - lower[0]!),
          lower[1]! + v * (upper[1]! - lower[1]!),
        );
        expect(leaves.some((leaf) => inCube(leaf, point))).toBe(true);
      }
    }
  });

  it('have questions of their own, by digest', () => {
    const tree = cubeTree(TOY.network, TOY.sha256, around([0.5, 0.5], 0.3)[0]!, 2);
    const digests = leavesOf(tree).map(({ digest }) => digest);
    expect(digests.length).toBeGreaterThan(2);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('prove the whole where each of them is proved, and refute it where one is refuted', async () => {
    let proved = 0;
    for (const obligation of provable) {
      const whole = await ask(obligation);
      const tree = cubeTree(TOY.network, TOY.sha256, obligation, 2);
      if (leavesOf(tree).length < 2) continue;
      const decided = new Map<Obligation, Decided>();
      for (const leaf of leavesOf(tree)) decided.set(leaf, await ask(leaf));
      const verdicts = [...decided.values()].map(({ decision }) => decision.verdict);
      expect(verdicts.every((verdict) => verdict === 'unsat')).toBe(whole.decision.verdict === 'unsat');
      const proof = assemble(tree, decided);
      if (proof === null) continue;
      proved++;
      const { steps, margin } = proof;
      const answer = { verdict: 'unsat', engine: 'cubes', steps, shared: null, core: null, margin } as const;
      expect(await admit(obligation, answer)).toMatchObject({ decision: { verdict: 'unsat' } });
      expect(await admit(obligation, { ...answer, steps: steps.slice(0, -1) })).toHaveProperty('rejected');
    }
    expect(proved).toBeGreaterThan(3);
  });

  it('answer for an obligation that takes too long', async () => {
    const obligation = provable.find(
      (one) => leavesOf(cubeTree(TOY.network, TOY.sha256, one, 1)).length > 1,
    )!;
    const expected = (await ask(obligation)).decision.verdict;
    const notes: string[] = [];
    let open = 0;
    const decided = await decideInCubes({
      network: TOY.network,
      modelSha256: TOY.sha256,
      obligation,
      region: 'r',
      // The whole never answers until it is stopped.
      ask: (part, stop) =>
        part !== obligation
          ? ask(part)
          : new Promise((resolve) =>
              stop.addEventListener('abort', () => resolve({ ...UNKNOWN, engine: 'none', seconds: 0 })),
            ),
      admit: async ([statement]) => {
        const admitted = await admit(statement!.obligation, statement!.answer);
        if ('rejected' in admitted) return [admitted];
        return [{ decided: { decision: admitted.decision, engine: 'cubes', seconds: 0 } }];
      },
      splitAfterSeconds: 0.01,
      idle: () => 3,
      signal,
      onNote: (line) => notes.push(line),
      onCubes: (change) => {
        open += change;
      },
    });
    expect(open).toBe(0);
    expect(decided.decision.verdict).toBe(expected);
    expect(notes[0]).toMatch(/split into \d cubes/);
  });
});

const UNKNOWN = {
  decision: {
    verdict: 'unknown',
    reason: 'interrupted',
    detail: '',
    suggestion: '',
    provedMargin: null,
    bestMargin: null,
  },
} as const;
