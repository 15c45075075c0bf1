/** Who is there: workers and runs report themselves every few seconds and are forgotten when they stop. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { printable } from '../util/plain-text.js';
import { key } from './names.js';

const whole = z.coerce.number().int().min(0);

const workerSchema = z.object({
  host: z.string().max(300),
  build: z.string().max(100),
  lanes: whole,
  busy: whole,
  done: whole,
  failed: whole,
  /** Seconds since it started. */
  uptime: z.coerce.number().min(0),
  memoryMiB: z.coerce.number().min(0),
});

export type WorkerReport = z.infer<typeof workerSchema>;

export interface AliveWorker extends WorkerReport {
  readonly id: string;
}

export const WORKER_EXPIRES_SECONDS = 12;

export async function reportWorker(redis: Redis, id: string, report: WorkerReport): Promise<void> {
  await redis
    .multi()
    .hset(key.worker(id), report)
    .expire(key.worker(id), WORKER_EXPIRES_SECONDS)
    .sadd(key.workers, id)
    .exec();
}

export async function forgetWorker(redis: Redis, id: string): Promise<void> {
  await redis.multi().del(key.worker(id)).srem(key.workers, id).exec();
}

/** Those that reported lately; the others are removed from the list. */
export async function aliveWorkers(redis: Redis): Promise<readonly AliveWorker[]> {
  const found = await members(redis, key.workers, key.worker);
  return found.flatMap(({ id, fields }) => {
    const report = workerSchema.safeParse(fields);
    return report.success ? [{ id: printable(id), ...report.data, host: printable(report.data.host) }] : [];
  });
}

/** Runs of coordinators, with what they say about themselves. */
export async function aliveRuns(
  redis: Redis,
): Promise<readonly { readonly id: string; readonly fields: Readonly<Record<string, string>> }[]> {
  return members(redis, key.coordinators, key.coordinator);
}

async function members(
  redis: Redis,
  list: string,
  name: (id: string) => string,
): Promise<{ id: string; fields: Record<string, string> }[]> {
  const ids = (await redis.smembers(list)).sort();
  const found: { id: string; fields: Record<string, string> }[] = [];
  for (const id of ids) {
    const fields = await redis.hgetall(name(id));
    if (Object.keys(fields).length === 0) await redis.srem(list, id);
    else found.push({ id, fields });
  }
  return found;
}

/** Kept up to date by who decides. */
export interface RunReport {
  claims: string;
  decided: number;
  cubesOpen: number;
  /** Least margin proved so far. */
  leastMargin: number | null;
}

/** For a while: a run that ends without a word is forgotten. */
export async function reportRun(
  redis: Redis,
  id: string,
  report: RunReport,
  outstanding: number,
  waiting: number,
): Promise<void> {
  const own = key.coordinator(id);
  const fields = { ...report, leastMargin: report.leastMargin ?? '', outstanding, waiting };
  await redis.multi().hset(own, fields).expire(own, 15).sadd(key.coordinators, id).exec();
}
