/** The cluster of a command that can do without one. */
import type { Executor } from '../../engines/executor.js';
import type { OpenedModel } from '../open-model.js';
import type { Progress } from '../progress.js';
import { type ClusterChoice, openCluster } from './open-cluster.js';

/**
 * Null where none is chosen; else closed by the caller.
 * @throws InputError if Redis cannot be reached, or the cluster runs another build
 */
export async function openElsewhere(
  { loaded: { bytes, sha256 }, network }: OpenedModel,
  choice: ClusterChoice | undefined,
  progress: Progress,
): Promise<Executor | null> {
  if (choice === undefined) return null;
  return openCluster({ bytes, sha256, network, arithmetic: 'real' }, choice, progress);
}
