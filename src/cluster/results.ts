/**
 * What was found, by obligation, and which job an obligation is in. Jobs may have several obligations, and differ between
 * runs in which; these keys keep an obligation from being decided in two of them.
 */
import type { Redis } from 'ioredis';
import { type Receipt, receiptSchema } from './job-wire.js';
import { key } from './names.js';

const KEEP_SECONDS = 7 * 24 * 3600;
const OWNED_SECONDS = 24 * 3600;

interface Found {
  /** By obligation; those that are decided. */
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Jobs that the others are in, in the order that was asked; null for none. */
  readonly owners: readonly (string | null)[];
}

/** Looks up obligations for a job, which becomes the owner of those that nobody has. */
async function findResults(redis: Redis, ids: readonly string[], job: string): Promise<Found> {
  const commands = redis.pipeline().mget(...ids.map(key.result));
  for (const id of ids) commands.set(key.owner(id), job, 'EX', OWNED_SECONDS, 'NX');
  const answers = await all(commands.mget(...ids.map(key.owner)));
  return found(ids, answers[0], answers.at(-1));
}

/**
 * Makes a job the owner of what is open and in no other living job.
 * @returns what is decided, and whether another job has some of the rest
 */
export async function takeOver(
  redis: Redis,
  ids: readonly string[],
  job: string,
  isAlive: (job: string) => Promise<boolean>,
): Promise<{ readonly receipts: Found['receipts']; readonly elsewhere: boolean }> {
  const { receipts, owners } = await findResults(redis, ids, job);
  const others = new Set(owners.filter((owner, i) => !receipts.has(ids[i]!) && owner !== job));
  for (const other of others) {
    if (other !== null && (await isAlive(other))) return { receipts, elsewhere: true };
  }
  if (others.size > 0) {
    const open = ids.filter((id) => !receipts.has(id));
    await own(redis, open, job);
  }
  return { receipts, elsewhere: false };
}

/** What is known of a job's obligations, and whether anybody wants the job. */
export async function lookAtJob(
  redis: Redis,
  ids: readonly string[],
  job: string,
): Promise<Found & { readonly wanted: boolean }> {
  const [results, owners, wanted] = await all(
    redis
      .pipeline()
      .mget(...ids.map(key.result))
      .mget(...ids.map(key.owner))
      .exists(key.wanted(job)),
  );
  return { ...found(ids, results, owners), wanted: wanted !== 0 };
}

/** By obligation. Open results are not kept: the next run tries again. */
export async function keepResults(redis: Redis, found: ReadonlyMap<string, Receipt>): Promise<void> {
  const commands = redis.pipeline();
  for (const [id, receipt] of found) {
    if (receipt.verdict === 'unknown') continue;
    commands.set(key.result(id), JSON.stringify(receipt), 'EX', KEEP_SECONDS);
  }
  if (commands.length > 0) await all(commands);
}

/** Nobody's any more: the job that has them will not do them. */
export async function release(redis: Redis, ids: readonly string[]): Promise<void> {
  await redis.del(...ids.map(key.owner));
}

async function own(redis: Redis, ids: readonly string[], job: string): Promise<void> {
  const commands = redis.pipeline();
  for (const id of ids) commands.set(key.owner(id), job, 'EX', OWNED_SECONDS);
  await all(commands);
}

async function all(commands: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  return ((await commands.exec()) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

function found(ids: readonly string[], results: unknown, owners: unknown): Found {
  const receipts = new Map<string, Receipt>();
  for (const [i, text] of texts(results, ids.length).entries()) {
    const receipt = text === null ? null : parsed(text);
    if (receipt !== null && receipt.verdict !== 'unknown') receipts.set(ids[i]!, receipt);
  }
  return { receipts, owners: texts(owners, ids.length) };
}

function texts(value: unknown, count: number): (string | null)[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return Array.from({ length: count }, (_, i) => (typeof list[i] === 'string' ? list[i] : null));
}

/** Anything else than a receipt counts as nothing. */
function parsed(text: string): Receipt | null {
  try {
    const receipt = receiptSchema.safeParse(JSON.parse(text));
    return receipt.success ? receipt.data : null;
  } catch {
    return null;
  }
}
