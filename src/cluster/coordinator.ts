/**
 * Jobs out, receipts back. A job's id says what it asks, so a job that was asked before, by this coordinator before it
 * was restarted or by another one, is found and not done again. Events bring results at once; a regular look at the
 * queue finds what events missed and puts back what a server lost.
 */
import { randomUUID } from 'node:crypto';
import { Queue, type Job as QueuedJob, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { closed, type RedisAddress } from './connection.js';
import { announceBuild } from './handshake.js';
import { type Job, jobId, type Receipt, receiptSchema } from './job-wire.js';
import { key, PREFIX, QUEUE } from './names.js';
import { aliveWorkers } from './presence.js';
import { Slots } from './slots.js';

export type JobOutcome =
  | { readonly kind: 'answered'; readonly receipt: Receipt; readonly reused: boolean }
  /** On every attempt; the reason is the last one's. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' }
  /** No worker for too long. */
  | { readonly kind: 'abandoned'; readonly reason: string };

/** Kept up to date by who decides. */
export interface RunReport {
  claims: string;
  decided: number;
  cubesOpen: number;
  /** Least margin proved so far. */
  leastMargin: number | null;
}

export interface CoordinatorOptions {
  readonly redis: Redis;
  readonly address: RedisAddress;
  readonly build: string;
  /** Without any living worker for this long, waiting ends. */
  readonly waitSeconds: number;
  readonly onNote: (line: string) => void;
}

/** Jobs of this run that are in the queue at once; the rest wait here, as small as they are. */
const OUTSTANDING = 2048;
const LOOK_MS = 2000;
/** Jobs looked after per time; all of them get their turn. */
const LOOKS = 64;
const ATTEMPTS = 3;
const KEEP = { age: 7 * 24 * 3600, count: 200_000 };
const WANTED_SECONDS = 24 * 3600;

interface Pending {
  readonly job: Job;
  /** Stores again what the job refers to, for a server that forgot. */
  readonly restore: () => Promise<void>;
  readonly settle: (outcome: JobOutcome) => void;
  /** Was finished before this run asked. */
  reused: boolean;
  looking: boolean;
}

export class Coordinator {
  readonly id = randomUUID();
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #pending = new Map<string, Pending>();
  readonly #slots = new Slots(OUTSTANDING);
  #timer: NodeJS.Timeout | null = null;
  #lastSeen = performance.now();
  #beating = false;
  /** What `napcert status` shows of this run. */
  readonly shown: RunReport = { claims: '', decided: 0, cubesOpen: 0, leastMargin: null };
  lanes = 0;
  /** Lanes that nobody has work for. */
  idle = 0;

  private constructor(readonly options: CoordinatorOptions) {
    const connection = options.address.options;
    this.#queue = new Queue(QUEUE, { connection, prefix: PREFIX });
    this.#events = new QueueEvents(QUEUE, { connection, prefix: PREFIX });
    // Lost connections are retried; what that costs is decided by `waitSeconds`.
    this.#queue.on('error', () => {});
    this.#events.on('error', () => {});
    this.#events.on('completed', ({ jobId: id, returnvalue }) => this.#completed(id, returnvalue));
    this.#events.on('failed', ({ jobId: id, failedReason }) => void this.#failed(id, failedReason));
  }

  /** @throws InputError if coordinators of another build are at work */
  static async open(options: CoordinatorOptions): Promise<Coordinator> {
    await announceBuild(options.redis, options.build);
    const coordinator = new Coordinator(options);
    await coordinator.#events.waitUntilReady();
    await coordinator.#beat();
    coordinator.#timer = setInterval(() => void coordinator.#beat(), LOOK_MS);
    return coordinator;
  }

  get outstanding(): number {
    return this.#pending.size;
  }

  /** Settles once; an abort takes the job back unless another run wants it. */
  async run(job: Job, restore: () => Promise<void>, signal: AbortSignal): Promise<JobOutcome> {
    const release = await this.#slots.take();
    const id = jobId(job);
    if (signal.aborted) {
      release();
      return { kind: 'cancelled' };
    }
    return new Promise((resolve) => {
      const settle = (outcome: JobOutcome): void => {
        if (this.#pending.get(id) !== pending) return;
        this.#pending.delete(id);
        signal.removeEventListener('abort', onAbort);
        release();
        void this.options.redis.srem(key.wanted(id), this.id).catch(() => {});
        resolve(outcome);
      };
      const onAbort = (): void => {
        settle({ kind: 'cancelled' });
        void this.#takeBack(id).catch(() => {});
      };
      const pending: Pending = { job, restore, settle, reused: false, looking: false };
      this.#pending.set(id, pending);
      signal.addEventListener('abort', onAbort, { once: true });
      void this.#ensure(id, pending, true);
    });
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const pending of [...this.#pending.values()]) pending.settle({ kind: 'cancelled' });
    const { redis } = this.options;
    if (redis.status === 'ready') {
      await redis.multi().del(key.coordinator(this.id)).srem(key.coordinators, this.id).exec();
    }
    await closed(this.options.address, [this.#events.close(), this.#queue.close()]);
  }

  /** Puts the job into the queue, or takes the result that is there. */
  async #ensure(id: string, pending: Pending, first: boolean): Promise<void> {
    if (pending.looking) return;
    pending.looking = true;
    try {
      await this.#look(id, pending, first);
    } catch (error) {
      this.options.onNote(`queue: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      pending.looking = false;
    }
  }

  async #look(id: string, pending: Pending, first: boolean): Promise<void> {
    const there: QueuedJob | undefined = await this.#queue.getJob(id);
    if (this.#pending.get(id) !== pending) return;
    if (there === undefined) return this.#add(id, pending);
    if (first) await this.#want(id);
    const state = await there.getState();
    if (state === 'completed') {
      // Read again: it may have ended between the two questions.
      const receipt = receiptSchema.safeParse((await this.#queue.getJob(id))?.returnvalue);
      if (this.#pending.get(id) !== pending) return;
      if (receipt.success && (!first || receipt.data.verdict !== 'unknown')) {
        pending.settle({ kind: 'answered', receipt: receipt.data, reused: first });
        return;
      }
      // Open results are tried again by a new run; a receipt that is none never counts.
      await there.remove().catch(() => {});
      return this.#add(id, pending);
    }
    if (state === 'failed') {
      if (first) {
        await there.remove().catch(() => {});
        return this.#add(id, pending);
      }
      await this.#failed(id, there.failedReason);
    }
  }

  async #add(id: string, pending: Pending): Promise<void> {
    await pending.restore();
    await this.#want(id);
    if (this.#pending.get(id) !== pending) return;
    await this.#queue.add('decide', pending.job, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: 500 },
      removeOnComplete: KEEP,
      removeOnFail: KEEP,
    });
  }

  /** Workers drop what nobody wants. */
  async #want(id: string): Promise<void> {
    const name = key.wanted(id);
    await this.options.redis.multi().sadd(name, this.id).expire(name, WANTED_SECONDS).exec();
  }

  #completed(id: string, value: unknown): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const receipt = receiptSchema.safeParse(typeof value === 'string' ? tryJson(value) : value);
    if (receipt.success) pending.settle({ kind: 'answered', receipt: receipt.data, reused: false });
    else pending.settle({ kind: 'failed', reason: 'a worker returned something else than a receipt' });
  }

  async #failed(id: string, reason: string): Promise<void> {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (reason !== CANCELLED) {
      pending.settle({ kind: 'failed', reason: reason.slice(0, 500) });
      return;
    }
    // Another run took it back; this one still wants it.
    const there = await this.#queue.getJob(id).catch(() => undefined);
    await there?.remove().catch(() => {});
    await this.#ensure(id, pending, false);
  }

  async #takeBack(id: string): Promise<void> {
    const { redis } = this.options;
    await redis.srem(key.wanted(id), this.id);
    if ((await redis.scard(key.wanted(id))) > 0) return;
    const there = await this.#queue.getJob(id);
    if (there === undefined) return;
    if ((await there.getState()) === 'active') await redis.publish(key.cancel, id);
    else await there.remove().catch(() => {});
  }

  /** Keeps this run visible, and looks after jobs whose events were missed. */
  async #beat(): Promise<void> {
    if (this.#beating) return this.#giveUpIfAlone();
    this.#beating = true;
    try {
      const { redis, build } = this.options;
      await announceBuild(redis, build);
      const own = key.coordinator(this.id);
      await redis
        .multi()
        .hset(own, {
          ...this.shown,
          leastMargin: this.shown.leastMargin ?? '',
          outstanding: this.#pending.size,
          waiting: this.#slots.waiting,
        })
        .expire(own, 15)
        .sadd(key.coordinators, this.id)
        .exec();
      const workers = await aliveWorkers(redis);
      this.lanes = workers.reduce((sum, { lanes }) => sum + lanes, 0);
      if (this.lanes > 0) this.#lastSeen = performance.now();
      const { wait = 0, active = 0 } = await this.#queue.getJobCounts('wait', 'active');
      this.idle = Math.max(0, this.lanes - active - wait);
      for (const [id, pending] of [...this.#pending].slice(0, LOOKS)) {
        await this.#ensure(id, pending, false);
        if (this.#pending.get(id) !== pending) continue;
        // To the end of the line.
        this.#pending.delete(id);
        this.#pending.set(id, pending);
      }
    } catch (error) {
      this.options.onNote(`queue: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#beating = false;
    }
    this.#giveUpIfAlone();
  }

  #giveUpIfAlone(): void {
    const alone = (performance.now() - this.#lastSeen) / 1000;
    if (alone < this.options.waitSeconds) return;
    const reason = `no worker was there for ${Math.round(alone)} s`;
    for (const [id, pending] of [...this.#pending]) {
      pending.settle({ kind: 'abandoned', reason });
      void this.#takeBack(id).catch(() => {});
    }
  }
}

/** What a worker fails a job with that nobody wants any more. */
export const CANCELLED = 'cancelled';

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
