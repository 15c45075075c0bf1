import type { Dataset } from '../../src/dataset/dataset.js';
import { type ActivationCounts, countPatterns } from '../../src/mining/count-activations.js';
import type { MinedNaps, MiningOptions } from '../../src/mining/mine.js';
import { mineNapFiles } from '../../src/mining/mine-nap-file.js';
import type { Delta } from '../../src/nap/delta.js';
import type { Network } from '../../src/network/network.js';

/** What `napcert mine` does, without a model file: one result per delta. */
export async function mineNaps(
  network: Network,
  dataset: Dataset,
  deltas: readonly Delta[],
  options: MiningOptions,
): Promise<{
  readonly results: readonly MinedNaps[];
  readonly counts: ActivationCounts;
  readonly recounted: number;
}> {
  const model = { name: 'model.onnx', sha256: '0'.repeat(64) };
  const { mined, mining } = await mineNapFiles({ network, model, dataset, heldOut: null, deltas, options });
  return { results: mined, counts: countPatterns(mining, options), recounted: mining.recounted };
}
