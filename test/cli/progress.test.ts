/** What the status line and a log say about work that takes long. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Watch } from '../../src/api/verify/watch.js';
import { terminalProgress } from '../../src/cli/progress.js';

function stream(isTTY: boolean) {
  const text = { value: '' };
  const write = (part: string): boolean => {
    text.value += part;
    return true;
  };
  return { text, it: { isTTY, columns: 200, write } as unknown as NodeJS.WriteStream };
}

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'],
    }),
);
afterEach(() => void vi.useRealTimers());

const SEARCH = { stage: 'search', nodes: 24, closedShare: 0.25, margin: -0.5, nearest: 0.125 } as const;

describe.each([
  ['a terminal', true],
  ['a log', false],
])('%s', (_, isTTY) => {
  it('shows what is decided, how many are, the best bound, the time, and what takes it', () => {
    const { text, it: target } = stream(isTTY);
    const progress = terminalProgress(target, false);
    const watch = new Watch(progress, 9, 600);
    watch.done = 2;
    watch.begin('non-misclassification/3/5');
    watch.reach('non-misclassification/3/5', { ...SEARCH, margin: -0.75, nearest: null, nodes: 8 });
    vi.advanceTimersByTime(1000);
    watch.reach('non-misclassification/3/5', SEARCH);
    // A later stage with a worse bound does not take back what is known.
    watch.reach('non-misclassification/3/5', { ...SEARCH, stage: 'cubes', margin: -9, nearest: 3 });
    vi.advanceTimersByTime(60_000);
    const last = text.value
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)!;
    expect(last).toMatch(
      /deciding non-misclassification\/3\/5: 2 of 9: margin at least -0\.5 and at most 0\.125/,
    );
    expect(last).toMatch(/24 cubes, 25 % of the tree closed, limit 600 s \(\d+ s on this\)/);
    // Whoever gives it ten minutes need not be told that it is slow.
    expect(text.value).not.toMatch(/slow/);
    progress.clear();
  });

  it('of several at once the one that has taken longest is shown', () => {
    const { text, it: target } = stream(isTTY);
    const progress = terminalProgress(target, false);
    const watch = new Watch(progress, 2, 60);
    watch.begin('a');
    vi.advanceTimersByTime(2000);
    watch.begin('b');
    watch.reach('b', SEARCH);
    expect(text.value).not.toContain('deciding b');
    watch.end('a');
    vi.advanceTimersByTime(2000);
    expect(text.value).toContain('deciding b');
    progress.clear();
  });
});

describe('a program', () => {
  it('is told the best figures as numbers', () => {
    const reached = vi.fn();
    const watch = new Watch({ step: () => {}, note: () => {}, reached }, 1, 60);
    watch.begin('a');
    watch.reach('a', SEARCH);
    watch.reach('a', { ...SEARCH, stage: 'milp', margin: null, nearest: null });
    expect(reached).toHaveBeenLastCalledWith({ ...SEARCH, id: 'a', stage: 'milp', seconds: 0 });
    watch.end('a');
    watch.reach('a', SEARCH);
    expect(reached).toHaveBeenCalledTimes(2);
  });
});
