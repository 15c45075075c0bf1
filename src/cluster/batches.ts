/**
 * Obligations of one region as one job, so that the queue costs little next to small obligations. What a worker leaves,
 * because the job takes long, becomes smaller jobs; what one fails on, jobs of one obligation each.
 */
import type { Coordinator } from './coordinator.js';
import type { Batch, BatchPart, JobProgress, Reached, Receipt } from './job-wire.js';
import type { JobOutcome } from './outcome.js';

export type PartOutcome =
  | { readonly kind: 'answered'; readonly receipt: Receipt }
  | Exclude<JobOutcome, { kind: 'answered' }>;

interface Entry {
  readonly part: BatchPart;
  readonly resolve: (outcome: PartOutcome) => void;
  readonly onReach: (reach: Reached['reach']) => void;
  settled: boolean;
  /** Tells the job that it is in. */
  onSettled: () => void;
}

/** Obligations per job: those of a class against all others of ten. */
export const BATCH = 16;

export class BatchRun {
  readonly #entries: Entry[] = [];
  #started = false;

  /** @param restore stores again what the base refers to */
  constructor(
    readonly coordinator: Coordinator,
    readonly base: Omit<Batch, 'parts'>,
    readonly restore: () => Promise<void>,
  ) {}

  /**
   * Asks for one obligation; what is asked in the same turn becomes one job.
   * @param onReach hears what a worker says about how far it is
   */
  ask(part: BatchPart, signal: AbortSignal, onReach: Entry['onReach'] = () => {}): Promise<PartOutcome> {
    return new Promise((resolve) => {
      const entry: Entry = { part, resolve, onReach, settled: false, onSettled: () => {} };
      this.#entries.push(entry);
      signal.addEventListener('abort', () => settle(entry, { kind: 'cancelled' }), { once: true });
      if (this.#started) return;
      this.#started = true;
      queueMicrotask(() => void this.#share(this.#entries));
    });
  }

  async #share(entries: readonly Entry[]): Promise<void> {
    const here = new Set(entries.filter(({ settled }) => !settled));
    if (here.size === 0) return;
    const stop = new AbortController();
    for (const entry of here) {
      entry.onSettled = () => {
        here.delete(entry);
        // Nobody wants what is left of the job.
        if (here.size === 0) stop.abort();
      };
    }
    const onLeft = (digests: readonly string[]): void => {
      const moved = [...here].filter(({ part }) => digests.includes(part.digest));
      for (const entry of moved) here.delete(entry);
      if (here.size === 0) stop.abort();
      const half = Math.ceil(moved.length / 2);
      for (const part of [moved.slice(0, half), moved.slice(half)]) void this.#share(part);
    };
    const onProgress = (said: JobProgress): void => {
      if ('left' in said) onLeft(said.left);
      else for (const { part, onReach } of here) if (part.digest === said.digest) onReach(said.reach);
    };
    const batch = { ...this.base, parts: [...here].map(({ part }) => part) };
    const outcome = await this.coordinator.run(batch, this.restore, stop.signal, onProgress);
    for (const entry of [...here]) {
      const receipt = outcome.kind === 'answered' ? outcome.receipts.get(entry.part.digest) : undefined;
      if (receipt !== undefined) settle(entry, { kind: 'answered', receipt });
      else if (outcome.kind === 'cancelled' || outcome.kind === 'abandoned') settle(entry, outcome);
      // One obligation must not take the others with it.
      else if (batch.parts.length > 1) void this.#share([entry]);
      else if (outcome.kind === 'failed') settle(entry, outcome);
      else settle(entry, { kind: 'failed', reason: 'a worker returned nothing about it' });
    }
  }
}

function settle(entry: Entry, outcome: PartOutcome): void {
  if (entry.settled) return;
  entry.settled = true;
  entry.resolve(outcome);
  entry.onSettled();
}
