/** A cluster as an executor: what `--redis` of every command opens. */
import { buildDigest } from '../../cluster/build-digest.js';
import { connect, type RedisChoice, redisAddress } from '../../cluster/connection.js';
import { Coordinator } from '../../cluster/coordinator.js';
import { blobStore } from '../../cluster/store.js';
import type { Executor } from '../../engines/executor.js';
import { type Progress, silentProgress } from '../progress.js';
import { clusterExecutor } from './cluster.js';
import type { DecidedModel } from './decider.js';
import { poolExecutor } from './pool.js';

export interface ClusterChoice extends RedisChoice {
  /** Folder that all machines see, for models, regions and proofs; default: Redis. */
  readonly store?: string;
  /** Threads here that check what comes back; default 1. */
  readonly jobs?: number;
  /** Without any worker for this long, what is open stays unknown; default 300. */
  readonly waitSeconds?: number;
  /** An obligation that takes longer is split into cubes for idle workers; default 10, 0 for never. */
  readonly splitAfterSeconds?: number;
}

const DEFAULT_WAIT_SECONDS = 300;
const DEFAULT_SPLIT_SECONDS = 10;
const HEAP_MIB = 2048;

/** @throws InputError if Redis cannot be reached, or the cluster runs another build */
export async function openCluster(
  model: DecidedModel,
  choice: ClusterChoice,
  progress: Progress = silentProgress,
): Promise<Executor> {
  const address = redisAddress(choice);
  const redis = await connect(address);
  let coordinator: Coordinator;
  try {
    coordinator = await Coordinator.open({
      redis,
      address,
      build: buildDigest(),
      waitSeconds: choice.waitSeconds ?? DEFAULT_WAIT_SECONDS,
      onNote: progress.note,
    });
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  progress.note(`sharing the work over ${address.shown}`);
  const pool = poolExecutor(model, { jobs: choice.jobs ?? 1, heapMiB: HEAP_MIB });
  const store = blobStore(redis, choice.store);
  return clusterExecutor({
    model,
    coordinator,
    store,
    pool,
    splitAfterSeconds: choice.splitAfterSeconds ?? DEFAULT_SPLIT_SECONDS,
    close: async () => {
      await Promise.all([pool.close(), coordinator.close()]);
      redis.disconnect();
    },
  });
}
