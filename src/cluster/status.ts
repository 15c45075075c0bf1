/** A look at the whole cluster. */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { printable } from '../util/plain-text.js';
import type { RedisAddress } from './connection.js';
import { progressIn } from './job-wire.js';
import { key, PREFIX, QUEUE } from './names.js';
import { type AliveWorker, aliveRuns, aliveWorkers } from './presence.js';

export interface ClusterStatus {
  /** Build that coordinators announced; null while there is none. */
  readonly build: string | null;
  readonly queue: {
    readonly waiting: number;
    readonly running: number;
    readonly done: number;
    readonly failed: number;
  };
  readonly workers: readonly AliveWorker[];
  /** What runs say about themselves. */
  readonly runs: readonly {
    readonly id: string;
    readonly claims: string;
    readonly outstanding: number;
    readonly waiting: number;
    readonly decided: number;
    readonly cubesOpen: number;
    readonly leastMargin: number | null;
  }[];
  /** Jobs that are running: what, for how many seconds, and how often they were begun. */
  readonly running: readonly {
    readonly id: string;
    readonly seconds: number;
    readonly attempt: number;
    /** Of its obligations, the one that takes long, with what the worker says about its margin; unproved. */
    readonly at: string | null;
    readonly margin: number | null;
    readonly nearest: number | null;
  }[];
  /** Jobs that no worker got through, with the reason of the last attempt. */
  readonly poison: readonly { readonly id: string; readonly reason: string }[];
}

const SHOWN = 50;

export async function clusterStatus(redis: Redis, address: RedisAddress): Promise<ClusterStatus> {
  const queue = new Queue(QUEUE, { connection: address.options, prefix: PREFIX });
  queue.on('error', () => {});
  try {
    const counts = await queue.getJobCounts('wait', 'delayed', 'active', 'completed', 'failed');
    const active = await queue.getJobs(['active'], 0, SHOWN - 1);
    const failed = await queue.getJobs(['failed'], 0, SHOWN - 1);
    const build = await redis.get(key.build);
    const now = Date.now();
    return {
      build: build === null ? null : printable(build).slice(0, 64),
      queue: {
        waiting: (counts['wait'] ?? 0) + (counts['delayed'] ?? 0),
        running: counts['active'] ?? 0,
        done: counts['completed'] ?? 0,
        failed: counts['failed'] ?? 0,
      },
      workers: await aliveWorkers(redis),
      runs: (await aliveRuns(redis)).map(({ id, fields }) => ({
        id: printable(id).slice(0, 100),
        claims: printable(fields['claims'] ?? '').slice(0, 300),
        outstanding: whole(fields['outstanding']),
        waiting: whole(fields['waiting']),
        decided: whole(fields['decided']),
        cubesOpen: whole(fields['cubesOpen']),
        leastMargin: real(fields['leastMargin']),
      })),
      running: active.map((job) => ({
        id: name(job.data),
        seconds: Math.max(0, Math.round((now - (job.processedOn ?? now)) / 1000)),
        attempt: job.attemptsStarted,
        ...boundsOf(job.data, job.progress),
      })),
      poison: failed
        .filter((job) => job.failedReason !== 'cancelled')
        .map((job) => ({ id: name(job.data), reason: printable(String(job.failedReason)).slice(0, 500) })),
    };
  } finally {
    await queue.close();
  }
}

/** A job is called after its first obligation. */
function name(data: unknown): string {
  const parts = fieldOf(data, 'parts');
  const id = Array.isArray(parts) ? fieldOf(parts[0], 'id') : undefined;
  if (!Array.isArray(parts) || typeof id !== 'string') return 'a job without a name';
  const first = printable(id).slice(0, 300);
  return parts.length === 1 ? first : `${first} and ${parts.length - 1} more`;
}

function boundsOf(
  data: unknown,
  progress: unknown,
): Pick<ClusterStatus['running'][number], 'at' | 'margin' | 'nearest'> {
  const said = progressIn(progress);
  const parts = fieldOf(data, 'parts');
  if (said === null || 'left' in said || !Array.isArray(parts)) {
    return { at: null, margin: null, nearest: null };
  }
  const id = fieldOf(
    parts.find((part) => fieldOf(part, 'digest') === said.digest),
    'id',
  );
  const { margin, nearest } = said.reach;
  return { at: typeof id === 'string' ? printable(id).slice(0, 300) : null, margin, nearest };
}

/** What is in the queue may be anything. */
function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

function whole(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isInteger(value) && value >= 0 ? value : 0;
}

function real(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
