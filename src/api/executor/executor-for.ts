/** Which executor a run gets: this thread, as many others as are of use, other machines, or a share of the work. */
import { availableParallelism } from 'node:os';
import type { Executor } from '../../engines/executor.js';
import type { Network } from '../../network/network.js';
import type { Progress } from '../progress.js';
import type { DecidedModel } from './decider.js';
import { localExecutor } from './local.js';
import { type ClusterChoice, openCluster } from './open-cluster.js';
import { poolExecutor } from './pool.js';
import { type Shard, shardExecutor } from './shard.js';

export interface ExecutorLimits {
  /** Threads; default 1. With a cluster: threads that check what comes back. */
  readonly jobs?: number;
  /** Memory that all threads together may use; default 4 GiB. */
  readonly maxMemoryBytes?: number;
  /** Other machines. */
  readonly cluster?: ClusterChoice;
  /** Decide only this share of the obligations. */
  readonly shard?: Shard;
}

const DEFAULT_MAX_MEMORY_BYTES = 4 * 2 ** 30;
/** A thread needs this much for itself: solver, runtime, network, one region. */
const MEMORY_PER_JOB = 256 * 2 ** 20;

/**
 * The one place that opens executors; the caller closes it.
 * @throws InputError if a cluster cannot be reached, or runs another build
 */
export async function executorFor(
  model: DecidedModel,
  limits: ExecutorLimits,
  progress?: Progress,
): Promise<Executor> {
  const { shard } = limits;
  const executor = await wholeExecutor(model, limits, progress);
  return shard === undefined ? executor : shardExecutor(executor, shard);
}

async function wholeExecutor(
  model: DecidedModel,
  limits: ExecutorLimits,
  progress?: Progress,
): Promise<Executor> {
  const memory = limits.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES;
  const jobs = Math.max(1, Math.min(limits.jobs ?? 1, Math.floor(memory / MEMORY_PER_JOB)));
  if (limits.cluster !== undefined) return openCluster(model, { jobs, ...limits.cluster }, progress);
  if (jobs === 1) return localExecutor(model);
  return poolExecutor(model, { jobs, heapMiB: Math.max(128, Math.floor(memory / jobs / 2 ** 20)) });
}

/** Additions and multiplications of one evaluation below which starting a thread costs more than it saves. */
const SMALL_NETWORK = 20_000;

/** Threads that are of use: one per core, at most one per region, none beside this one for tiny networks. */
export function usefulJobs(network: Network, regions: number): number {
  let weights = 0;
  for (const layer of network.layers) if (layer.kind === 'linear') weights += layer.map.weight.length;
  return weights < SMALL_NETWORK ? 1 : Math.max(1, Math.min(availableParallelism(), regions));
}
