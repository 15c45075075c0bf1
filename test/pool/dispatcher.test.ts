import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dispatcher } from '../../src/pool/dispatcher.js';

interface Begun {
  readonly lane: number;
  readonly item: string;
  readonly finish: () => void;
}

/** A dispatcher whose items end when the test says so. */
function manual(
  lanes: number,
  helpAfterMs: number,
): { dispatcher: Dispatcher<string, string>; begun: Begun[] } {
  const begun: Begun[] = [];
  const dispatcher = new Dispatcher<string, string>(
    lanes,
    (lane, item) =>
      new Promise((resolve) => begun.push({ lane, item, finish: () => resolve(`${item} done`) })),
    helpAfterMs,
  );
  return { dispatcher, begun };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('dispatching', () => {
  it('gives each lane a group of its own, in order', async () => {
    const { dispatcher, begun } = manual(2, 1e6);
    void dispatcher.submit(['a1', 'a2', 'a3']);
    void dispatcher.submit(['b1', 'b2']);
    void dispatcher.submit(['c1']);
    expect(begun.map(({ lane, item }) => [lane, item])).toEqual([
      [0, 'a1'],
      [1, 'b1'],
    ]);
    for (let i = 0; i < 6; i++) {
      begun[i]!.finish();
      await turn();
    }
    const lanesOf = (letter: string) =>
      new Set(begun.filter(({ item }) => item.startsWith(letter)).map(({ lane }) => lane));
    expect(begun.map(({ item }) => item).filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(lanesOf('a')).toEqual(new Set([0]));
    expect(lanesOf('b')).toEqual(new Set([1]));
  });

  it('helps with a group that takes long, from its end', async () => {
    const { dispatcher, begun } = manual(2, 5);
    void dispatcher.submit(['a1', 'a2', 'a3']);
    expect(begun).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(begun.map(({ lane, item }) => [lane, item])).toEqual([
      [0, 'a1'],
      [1, 'a3'],
    ]);
  });

  it('brings a key back to the lane that had it', async () => {
    const { dispatcher, begun } = manual(2, 1e6);
    void dispatcher.submit(['x1'], 'x');
    void dispatcher.submit(['y1'], 'y');
    begun[0]!.finish();
    begun[1]!.finish();
    await turn();
    void dispatcher.submit(['y2'], 'y');
    expect(begun[2]).toMatchObject({ lane: 1, item: 'y2' });
  });

  it('settles every item once, whatever the shape of the work', async () => {
    const shape = fc.record({
      lanes: fc.integer({ min: 1, max: 5 }),
      groups: fc.array(
        fc.array(fc.record({ delay: fc.integer({ min: 0, max: 3 }), fails: fc.boolean() }), { maxLength: 6 }),
        {
          maxLength: 6,
        },
      ),
      keyed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ lanes, groups, keyed }) => {
        let running = 0;
        let most = 0;
        const busy = new Set<number>();
        const dispatcher = new Dispatcher<{ delay: number; fails: boolean }, number>(
          lanes,
          async (lane, item) => {
            expect(busy.has(lane)).toBe(false);
            busy.add(lane);
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, item.delay));
            running--;
            busy.delete(lane);
            if (item.fails) throw new RangeError('on purpose');
            return item.delay;
          },
          1,
        );
        const results = groups.map((group, i) => dispatcher.submit(group, keyed ? `key ${i % 2}` : null));
        const settled = await Promise.all(results.map((group) => Promise.allSettled(group)));
        for (const [i, group] of groups.entries()) {
          expect(settled[i]!.map(({ status }) => status)).toEqual(
            group.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
          );
        }
        expect(most).toBeLessThanOrEqual(lanes);
        expect(dispatcher.waitingGroups).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
