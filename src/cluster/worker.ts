/**
 * Takes jobs from the queue and does them with what it is given. Jobs that are cancelled end at once; on a drain, running
 * jobs go back to the queue. A job whose worker dies goes back by itself once its lock has run out.
 */
import { hostname } from 'node:os';
import { type Job as QueuedJob, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Turn } from '../pool/turn.js';
import { InputError } from '../util/errors.js';
import { closed, type RedisAddress } from './connection.js';
import { CANCELLED } from './coordinator.js';
import { requireBuild, wrongBuild } from './handshake.js';
import {
  type Batch,
  type BatchReceipt,
  batchSchema,
  type Job,
  jobId,
  jobsOf,
  type Receipt,
} from './job-wire.js';
import { key, PREFIX, QUEUE } from './names.js';
import { forgetWorker, reportWorker } from './presence.js';
import { LatestReach } from './reached.js';
import { keepResults, lookAtJob, release } from './results.js';

export interface WorkerOptions {
  readonly redis: Redis;
  readonly address: RedisAddress;
  readonly id: string;
  readonly build: string;
  readonly lanes: number;
  /**
   * Decides obligations of one region in order, each if it may begin; one receipt for each of the first ones, at least
   * one. What is aborted may throw anything. What `latest` hears is passed on now and then.
   */
  readonly work: (
    jobs: readonly Job[],
    turn: Turn,
    signal: AbortSignal,
    latest: LatestReach,
  ) => Promise<readonly Receipt[]>;
  readonly onNote: (line: string) => void;
  /** For metrics: how an obligation ended, after how many seconds. */
  readonly onJob: (outcome: JobEnd, seconds: number) => void;
}

export type JobEnd = 'sat' | 'unsat' | 'unknown' | 'failed' | 'cancelled' | 'returned';

/** A worker that is silent this long has lost its jobs; looked for as often as that. */
const LOCK_MS = 10_000;
const STALLED_MS = 5000;
/** A job that has cost this many workers their lives is poison. */
const MAX_STALLED = 2;
const BEAT_MS = 2000;
/** A job with several obligations that takes longer may leave the rest to others: many times what a job costs. */
const LEAVE_MS = 1000;
/** Between two words about one job's bounds: next to nothing, and soon enough for people. */
const TELL_MS = 2000;
const KEEP = { age: 7 * 24 * 3600, count: 200_000 };

export class ClusterWorker {
  readonly #worker: Worker;
  readonly #channel: Redis;
  readonly #running = new Map<string, AbortController>();
  readonly #began = performance.now();
  #draining = false;
  #lost = false;
  #timer: NodeJS.Timeout | null = null;
  #done = 0;
  #failed = 0;
  #refuse: (error: InputError) => void = () => {};
  /** Rejects when the worker must not go on: the cluster runs another build. */
  readonly refused: Promise<never>;

  private constructor(readonly options: WorkerOptions) {
    const { address, redis, lanes } = options;
    this.refused = new Promise((_, reject) => {
      this.#refuse = reject;
    });
    this.refused.catch(() => {});
    this.#channel = redis.duplicate();
    this.#channel.on('error', () => {});
    this.#channel.on('close', () => this.#connected(false));
    this.#channel.on('ready', () => this.#connected(true));
    this.#channel.on('message', (_channel: string, id: string) => this.#running.get(id)?.abort());
    this.#worker = new Worker(QUEUE, (job, token) => this.#process(job, token ?? ''), {
      connection: address.options,
      prefix: PREFIX,
      concurrency: lanes,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MAX_STALLED,
      removeOnComplete: KEEP,
      removeOnFail: KEEP,
      autorun: false,
    });
    this.#worker.on('error', () => {});
  }

  /** @throws InputError if the cluster runs another build */
  static async start(options: WorkerOptions): Promise<ClusterWorker> {
    await requireBuild(options.redis, options.build);
    const worker = new ClusterWorker(options);
    await worker.#channel.subscribe(key.cancel);
    await worker.#beat();
    worker.#timer = setInterval(() => void worker.#beat(), BEAT_MS);
    worker.#worker.run().catch((error: unknown) => options.onNote(`queue: ${String(error)}`));
    return worker;
  }

  get busy(): number {
    return this.#running.size;
  }

  /** Takes nothing more, gives running jobs back, and says goodbye. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const running of this.#running.values()) running.abort();
    const { redis, id, address } = this.options;
    await closed(address, [this.#worker.close()]);
    if (redis.status === 'ready') await forgetWorker(redis, id);
    this.#channel.disconnect();
  }

  async #process(queued: QueuedJob, token: string): Promise<BatchReceipt> {
    const { redis, build } = this.options;
    const batch = this.#parse(queued);
    const id = queued.id!;
    if (batch.build !== build) {
      this.#refuse(wrongBuild(build, batch.build));
      return this.#giveBack(queued, token);
    }
    if (this.#draining) return this.#giveBack(queued, token);
    const jobs = jobsOf(batch);
    const ids = jobs.map(jobId);
    const { wanted, receipts, owners } = await lookAtJob(redis, ids, id);
    if (!wanted) throw new UnrecoverableError(CANCELLED);
    const running = new AbortController();
    this.#running.set(id, running);
    const began = performance.now();
    const waiting = jobs.filter((_, i) => {
      // In an attempt before, or in another job since.
      const elsewhere = jobs.length > 1 && owners[i] !== null && owners[i] !== id;
      return !receipts.has(ids[i]!) && !elsewhere;
    });
    const done: BatchReceipt = jobs.flatMap(({ digest }, i) => {
      const receipt = receipts.get(ids[i]!);
      return receipt === undefined ? [] : [{ digest, receipt }];
    });
    let turn = new Turn();
    const leaving = setInterval(() => {
      turn.close();
      if (waiting.length > 1) void this.#leave(queued, () => waiting.splice(Math.max(1, turn.close())));
    }, LEAVE_MS);
    const latest = new LatestReach();
    const telling = setInterval(() => {
      const reached = latest.take();
      // For people: what cannot be said now is not worth a word later.
      if (reached !== null) queued.updateProgress(reached).catch(() => {});
    }, TELL_MS);
    try {
      while (waiting.length > 0) {
        const found = await this.#some(waiting, turn, running.signal, latest);
        if (found === null) break;
        for (const [i, receipt] of found.entries()) done.push({ digest: waiting[i]!.digest, receipt });
        waiting.splice(0, found.length);
        turn = new Turn();
      }
      if (!running.signal.aborted) return done;
    } finally {
      clearInterval(leaving);
      clearInterval(telling);
      this.#running.delete(id);
    }
    const outcome = this.#draining ? 'returned' : 'cancelled';
    this.options.onJob(outcome, (performance.now() - began) / 1000);
    if (this.#draining) return this.#giveBack(queued, token);
    throw new UnrecoverableError(CANCELLED);
  }

  /** Null once nobody wants it. */
  async #some(
    jobs: readonly Job[],
    turn: Turn,
    signal: AbortSignal,
    latest: LatestReach,
  ): Promise<readonly Receipt[] | null> {
    const began = performance.now();
    try {
      const receipts = await this.options.work([...jobs], turn, signal, latest);
      if (signal.aborted) return null;
      await keepResults(
        this.options.redis,
        new Map(receipts.map((receipt, i) => [jobId(jobs[i]!), receipt])),
      );
      this.#done += receipts.length;
      for (const { verdict, seconds } of receipts) this.options.onJob(verdict, seconds);
      return receipts;
    } catch (error) {
      if (signal.aborted) return null;
      this.#failed++;
      this.options.onJob('failed', (performance.now() - began) / 1000);
      this.options.onNote(`${jobs[0]!.id}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }

  /** Says what this job will not do, so that others can, where others have nothing to do. */
  async #leave(queued: QueuedJob, take: () => readonly Job[]): Promise<void> {
    try {
      if ((await this.options.redis.llen(key.waiting)) > 0) return;
      const jobs = take();
      if (jobs.length === 0) return;
      await release(this.options.redis, jobs.map(jobId));
      await queued.updateProgress({ left: jobs.map(({ digest }) => digest) });
    } catch (error) {
      this.options.onNote(`queue: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Said once for each time that the server goes away. */
  #connected(now: boolean): void {
    if (this.#draining || this.#lost === !now) return;
    this.#lost = !now;
    const { shown } = this.options.address;
    this.options.onNote(now ? `${shown} is back` : `${shown} does not answer; waiting for it`);
  }

  #parse(queued: QueuedJob): Batch {
    const parsed = batchSchema.safeParse(queued.data);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UnrecoverableError(`not a job of this format: ${issue?.path.join('.')}: ${issue?.message}`);
  }

  async #giveBack(queued: QueuedJob, token: string): Promise<never> {
    await queued.moveToWait(token);
    throw new WaitingError();
  }

  async #beat(): Promise<void> {
    const { redis, id, build, lanes } = this.options;
    try {
      await reportWorker(redis, id, {
        host: hostname(),
        build,
        lanes,
        busy: this.#running.size,
        done: this.#done,
        failed: this.#failed,
        uptime: Math.round((performance.now() - this.#began) / 1000),
        memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      });
      await requireBuild(redis, build);
    } catch (error) {
      if (error instanceof InputError) this.#refuse(error);
    }
  }
}
