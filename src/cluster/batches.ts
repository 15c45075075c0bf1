/**
 * Obligations of one region as one job, so that the queue costs little next to small obligations. What a worker leaves,
 * because the job takes long or fails, becomes jobs of one obligation each.
 */
import type { Coordinator } from './coordinator.js';
import type { Batch, BatchPart, Receipt } from './job-wire.js';
import type { JobOutcome } from './outcome.js';

export type PartOutcome =
  | { readonly kind: 'answered'; readonly receipt: Receipt }
  | Exclude<JobOutcome, { kind: 'answered' }>;

interface Entry {
  readonly part: BatchPart;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: PartOutcome) => void;
  /** It has a job of its own, or none any more. */
  gone: boolean;
}

/** Obligations per job: those of a class against all others of ten. */
export const BATCH = 16;

export class BatchRun {
  readonly #open: Entry[] = [];
  readonly #stop = new AbortController();
  #started = false;

  constructor(
    readonly coordinator: Coordinator,
    readonly base: Omit<Batch, 'parts'>,
    readonly parts: readonly BatchPart[],
    readonly restore: () => Promise<void>,
  ) {}

  /** Asks for one of the parts, once; the job is made of all of them. */
  ask(part: BatchPart, signal: AbortSignal): Promise<PartOutcome> {
    return new Promise((resolve) => {
      const entry: Entry = { part, signal, resolve, gone: false };
      this.#open.push(entry);
      const onAbort = (): void => this.#settle(entry, { kind: 'cancelled' });
      signal.addEventListener('abort', onAbort, { once: true });
      if (this.#started) return;
      this.#started = true;
      // After all parts have been asked for.
      queueMicrotask(() => void this.#go());
    });
  }

  async #go(): Promise<void> {
    const onLeft = (digests: readonly string[]): void => {
      for (const entry of this.#open) if (digests.includes(entry.part.digest)) void this.#alone(entry);
    };
    const batch = { ...this.base, parts: [...this.parts] };
    const outcome = await this.coordinator.run(batch, this.restore, this.#stop.signal, onLeft);
    for (const entry of this.#open) {
      if (entry.gone) continue;
      const receipt = outcome.kind === 'answered' ? outcome.receipts.get(entry.part.digest) : undefined;
      if (receipt !== undefined) this.#settle(entry, { kind: 'answered', receipt });
      else if (outcome.kind === 'cancelled' || outcome.kind === 'abandoned') this.#settle(entry, outcome);
      // One obligation must not take the others with it.
      else if (this.parts.length > 1) void this.#alone(entry);
      else if (outcome.kind === 'failed') this.#settle(entry, outcome);
      else this.#settle(entry, { kind: 'failed', reason: 'a worker returned nothing about it' });
    }
  }

  async #alone(entry: Entry): Promise<void> {
    if (entry.gone) return;
    entry.gone = true;
    const outcome = await this.coordinator.run(
      { ...this.base, parts: [entry.part] },
      this.restore,
      entry.signal,
    );
    if (outcome.kind !== 'answered') return entry.resolve(outcome);
    const receipt = outcome.receipts.get(entry.part.digest);
    entry.resolve(
      receipt === undefined
        ? { kind: 'failed', reason: 'a worker returned nothing about it' }
        : { kind: 'answered', receipt },
    );
  }

  #settle(entry: Entry, outcome: PartOutcome): void {
    if (entry.gone) return;
    entry.gone = true;
    entry.resolve(outcome);
    // Nobody wants what is left of the job.
    if (this.#open.length === this.parts.length && this.#open.every(({ gone }) => gone)) this.#stop.abort();
  }
}
