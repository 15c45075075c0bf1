import { afterEach, describe, expect, it } from 'vitest';
import { Lane, LaneError } from '../../src/pool/lane.js';

type Task = { readonly kind: string; readonly value?: unknown };
type Result = { readonly value: unknown; readonly calls: number };

const script = new URL('lane-script.js', import.meta.url);
const lanes: Lane<Task, Result>[] = [];

function lane(heapMiB = 256): Lane<Task, Result> {
  const made = new Lane<Task, Result>({ script, workerData: null, heapMiB });
  lanes.push(made);
  return made;
}

const limits = (
  overrides: { deadlineMs?: number; signal?: AbortSignal; onMessage?: (message: unknown) => void } = {},
) => ({
  deadlineMs: 60_000,
  signal: new AbortController().signal,
  graceMs: 300,
  ...overrides,
});

async function faultOf(running: Promise<unknown>): Promise<string> {
  try {
    await running;
  } catch (error) {
    if (error instanceof LaneError) return error.fault;
    throw error;
  }
  return 'none';
}

afterEach(async () => {
  await Promise.all(lanes.splice(0).map((one) => one.close()));
});

describe('a lane', () => {
  it('keeps its thread between tasks', async () => {
    const it = lane();
    expect(await it.run({ kind: 'echo', value: Float64Array.of(0.1) }, limits())).toEqual({
      value: Float64Array.of(0.1),
      calls: 1,
    });
    expect((await it.run({ kind: 'echo' }, limits())).calls).toBe(2);
    expect(it.starts).toBe(1);
  });

  it('ends a task that never yields at its deadline, and goes on with a fresh thread', async () => {
    const it = lane();
    await it.run({ kind: 'echo' }, limits());
    expect(await faultOf(it.run({ kind: 'spin' }, limits({ deadlineMs: 200 })))).toBe('deadline');
    expect((await it.run({ kind: 'echo' }, limits())).calls).toBe(1);
    expect(it.starts).toBe(2);
  });

  it('survives a task that fills its heap', async () => {
    const it = lane(32);
    expect(await faultOf(it.run({ kind: 'fill' }, limits()))).toBe('memory');
    expect((await it.run({ kind: 'echo', value: 1 }, limits())).value).toBe(1);
  });

  it('says what a task threw', async () => {
    const failed = lane().run({ kind: 'fail' }, limits());
    await expect(failed).rejects.toMatchObject({ fault: 'crash', message: 'wrong on purpose' });
  });

  it('asks a task to stop, and takes what it still returns', async () => {
    const stop = new AbortController();
    const running = lane().run(
      { kind: 'stoppable' },
      limits({ signal: stop.signal, onMessage: () => stop.abort() }),
    );
    expect((await running).value).toBe('stopped in order');
  });

  it('ends a task that does not stop when asked', async () => {
    const stop = new AbortController();
    const running = lane().run(
      { kind: 'deaf' },
      limits({ signal: stop.signal, onMessage: () => stop.abort() }),
    );
    expect(await faultOf(running)).toBe('interrupted');
  });

  it('does not begin what is stopped already', async () => {
    const it = lane();
    expect(await faultOf(it.run({ kind: 'echo' }, limits({ signal: AbortSignal.abort() })))).toBe(
      'interrupted',
    );
    expect(it.starts).toBe(0);
  });
});
