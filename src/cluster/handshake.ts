/** One build per cluster: coordinators say which, and whoever runs another is refused. */
import type { Redis } from 'ioredis';
import { InputError } from '../util/errors.js';
import { key } from './names.js';

/** A build that no coordinator has confirmed for this long is forgotten. */
const FORGOTTEN_SECONDS = 30;

/** @throws InputError if coordinators of another build are at work */
export async function announceBuild(redis: Redis, build: string): Promise<void> {
  await redis.set(key.build, build, 'EX', FORGOTTEN_SECONDS, 'NX');
  await requireBuild(redis, build);
  await redis.expire(key.build, FORGOTTEN_SECONDS);
}

/** @throws InputError if the cluster runs another build; before any coordinator has said so, all fit */
export async function requireBuild(redis: Redis, build: string): Promise<void> {
  const found = await redis.get(key.build);
  if (found === null || found === build) return;
  throw wrongBuild(build, found);
}

export function wrongBuild(own: string, found: string): InputError {
  return new InputError('the cluster runs another build of napcert', {
    place: 'version handshake',
    expected: `build ${found.slice(0, 12)}, as its coordinator has`,
    found: `build ${own.slice(0, 12)}`,
  });
}
