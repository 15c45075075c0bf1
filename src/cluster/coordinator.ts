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
import { type Batch, batchId, type JobProgress, jobId, progressIn, type Receipt } from './job-wire.js';
import { key, PREFIX, QUEUE } from './names.js';
import { asRead, type JobOutcome, type Pending, receiptsOf } from './outcome.js';
import { Patience } from './patience.js';
import { aliveWorkers, type RunReport, reportRun } from './presence.js';
import { takeOver } from './results.js';
import { Slots } from './slots.js';

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

export class Coordinator {
  readonly id = randomUUID();
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #pending = new Map<string, Pending>();
  readonly #slots = new Slots(OUTSTANDING);
  /** For what needs the server while jobs are waited for. */
  readonly patience = new Patience();
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
    this.#events.on('progress', ({ jobId: id, data }) => this.#progress(id, data));
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

  /**
   * Settles once; an abort takes the job back unless another run wants it.
   * @param onProgress hears what the worker says before the job ends
   */
  async run(
    job: Batch,
    restore: () => Promise<void>,
    signal: AbortSignal,
    onProgress: (said: JobProgress) => void = () => {},
  ): Promise<JobOutcome> {
    const id = batchId(job);
    const release = await this.#slots.take();
    // Asked twice by this run: the second finds what the first has found.
    for (let same = this.#pending.get(id); same !== undefined; same = this.#pending.get(id))
      await same.settled;
    if (signal.aborted) {
      release();
      return { kind: 'cancelled' };
    }
    const ids = job.parts.map(({ digest }) => jobId({ ...job, digest }));
    let onSettled: () => void = () => {};
    const settled = new Promise<void>((resolve) => {
      onSettled = resolve;
    });
    return new Promise((resolve) => {
      const settle = (outcome: JobOutcome): void => {
        if (this.#pending.get(id) !== pending) return;
        this.#pending.delete(id);
        signal.removeEventListener('abort', onAbort);
        release();
        void this.options.redis.srem(key.wanted(id), this.id).catch(() => {});
        onSettled();
        resolve(outcome);
      };
      const onAbort = (): void => {
        settle({ kind: 'cancelled' });
        void this.#takeBack(id).catch(() => {});
      };
      const pending: Pending = {
        job,
        ids,
        restore,
        settle,
        onProgress,
        settled,
        elsewhere: false,
        looking: false,
      };
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
    if ((first || pending.elsewhere) && (await this.#found(id, pending))) return;
    const there: QueuedJob | undefined = await this.#queue.getJob(id);
    if (this.#pending.get(id) !== pending) return;
    if (there === undefined) return this.#add(id, pending);
    if (first) await this.#want(id);
    const state = await there.getState();
    if (state === 'completed') {
      // Read again: it may have ended between the two questions.
      const receipts = receiptsOf((await this.#queue.getJob(id))?.returnvalue);
      if (this.#pending.get(id) !== pending) return;
      if (receipts !== null && !first) {
        pending.settle({ kind: 'answered', receipts });
        return;
      }
      // Decided ones would have been found: open ones are tried again; what is no receipt never counts.
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

  /** Takes what is decided, if it is all; or leaves what another job has to that one. */
  async #found(id: string, pending: Pending): Promise<boolean> {
    const { ids, job } = pending;
    const taken = await takeOver(this.options.redis, ids, id, (other) => this.#isAlive(other));
    if (this.#pending.get(id) !== pending) return true;
    pending.elsewhere = taken.elsewhere && ids.length === 1;
    if (pending.elsewhere) return true;
    if (!taken.elsewhere && taken.receipts.size < ids.length) return false;
    const receipts = new Map<string, Receipt>();
    for (const [i, { digest }] of job.parts.entries()) {
      const receipt = taken.receipts.get(ids[i]!);
      if (receipt !== undefined) receipts.set(digest, receipt);
    }
    pending.settle({ kind: 'answered', receipts });
    return true;
  }

  async #isAlive(id: string): Promise<boolean> {
    return !['completed', 'failed', 'unknown'].includes(await this.#queue.getJobState(id));
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
    const receipts = receiptsOf(value);
    if (receipts !== null) pending.settle({ kind: 'answered', receipts });
    else pending.settle({ kind: 'failed', reason: 'a worker returned something else than a receipt' });
  }

  #progress(id: string, value: unknown): void {
    const said = progressIn(asRead(value));
    if (said !== null) this.#pending.get(id)?.onProgress(said);
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
      await reportRun(redis, this.id, this.shown, this.#pending.size, this.#slots.waiting);
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
    this.patience.end(reason);
    for (const [id, pending] of [...this.#pending]) {
      pending.settle({ kind: 'abandoned', reason });
      void this.#takeBack(id).catch(() => {});
    }
  }
}

/** What a worker fails a job with that nobody wants any more. */
export const CANCELLED = 'cancelled';
