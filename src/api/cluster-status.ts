/** The use case behind `napcert status`. */
import { connect, type RedisChoice, redisAddress } from '../cluster/connection.js';
import { clusterStatus } from '../cluster/status.js';
import type { StatusDocument } from '../report/documents/status.js';
import { VERSION } from './version.js';

/** @throws InputError if Redis cannot be reached */
export async function showStatus(choice: RedisChoice): Promise<StatusDocument> {
  const address = redisAddress(choice);
  const redis = await connect(address);
  try {
    const { build, queue, workers, runs, running, poison } = await clusterStatus(redis, address);
    const perMinute = workers.reduce(
      (sum, { done, uptime }) => sum + (uptime > 0 ? (60 * done) / uptime : 0),
      0,
    );
    return {
      format: 'napcert-status/1',
      napcert: VERSION,
      redis: address.shown,
      build,
      queue: { ...queue, perMinute: Number(perMinute.toFixed(1)) },
      workers: workers.map((worker) => ({ ...worker })),
      runs: runs.map((run) => ({ ...run })),
      running: running.map((job) => ({ ...job })),
      poison: poison.map((job) => ({ ...job })),
    };
  } finally {
    redis.disconnect();
  }
}
