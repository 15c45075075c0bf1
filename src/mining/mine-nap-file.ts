/** From model and data to NAP files with statistics: what `napcert mine` writes. */
import type { Dataset } from '../dataset/dataset.js';
import { DELTA_MEANING, type Delta } from '../nap/delta.js';
import { toTensorLiterals } from '../nap/nap.js';
import { NAP_FORMAT, type NapFile, type NapFileDataset } from '../nap/nap-schema.js';
import type { Network } from '../network/network.js';
import { InputError } from '../util/errors.js';
import { countPatterns } from './count-activations.js';
import { exampleOf } from './example.js';
import { type MinedNaps, type MiningOptions, napsFromCounts, refuseEmptyClasses } from './mine.js';
import { type PatternTable, recordPatterns } from './patterns.js';
import { type Following, followerStatistics, following, literalsPerLayer, overlaps } from './statistics.js';

export interface MiningJob {
  readonly network: Network;
  readonly model: NapFile['model'];
  readonly dataset: Dataset;
  /** Data for honest statistics; it never influences the literals. */
  readonly heldOut: Dataset | null;
  readonly deltas: readonly Delta[];
  readonly options: MiningOptions;
}

export interface MiningResult {
  /** One file per delta, in the given order. */
  readonly files: readonly NapFile[];
  readonly mined: readonly MinedNaps[];
  readonly mining: PatternTable;
  readonly heldOut: PatternTable | null;
}

/**
 * Evaluates each dataset once, mines the NAPs of all deltas and their statistics.
 * @throws InputError if data and model do not fit, a class has no samples (unless allowed), or the held-out
 * data are the mining data
 */
export async function mineNapFiles(job: MiningJob): Promise<MiningResult> {
  const { network, dataset, heldOut, options } = job;
  if (heldOut !== null && heldOut.digest === dataset.digest) {
    throw new InputError('the held-out data are the mining data', {
      file: heldOut.name,
      expected: 'samples that were not used for mining',
      found: `the same samples (${dataset.name}, ${dataset.selection})`,
    });
  }
  const mining = await recordPatterns(network, dataset, options);
  const counts = countPatterns(mining, options);
  if (options.allowEmptyClasses !== true) refuseEmptyClasses(counts, options, dataset.name);
  const heldOutTable = heldOut === null ? null : await recordPatterns(network, heldOut, options);
  const mined = job.deltas.map((delta) => napsFromCounts(counts, delta));
  const files = mined.map((result) => napFile(job, result, mining, heldOutTable));
  return { files, mined, mining, heldOut: heldOutTable };
}

export function napFile(
  job: MiningJob,
  result: MinedNaps,
  mining: PatternTable,
  heldOut: PatternTable | null,
): NapFile {
  const { naps } = result;
  const onMining = following(mining, naps);
  const onHeldOut: Following | null = heldOut === null ? null : following(heldOut, naps);
  return {
    format: NAP_FORMAT,
    model: job.model,
    delta: result.delta.text,
    deltaMeaning: DELTA_MEANING,
    grouping: job.options.grouping,
    samples: job.options.samples,
    dataset: datasetEntry(job.dataset),
    heldOut: job.heldOut === null ? null : datasetEntry(job.heldOut),
    classes: naps.map((nap, position) => ({
      class: nap.class,
      support: result.support[nap.class]!,
      literals: toTensorLiterals(job.network, nap.phases).map(({ tensor, active, inactive }) => ({
        tensor,
        active: [...active],
        inactive: [...inactive],
      })),
      example: exampleOf(nap, position, onMining, job),
      statistics: {
        mining: followerStatistics(nap, position, onMining, job.options),
        heldOut: onHeldOut === null ? null : followerStatistics(nap, position, onHeldOut, job.options),
        layers: literalsPerLayer(job.network, nap),
      },
    })),
    classesWithoutSamples: [...result.classesWithoutSamples],
    overlap: overlaps(naps, onMining, onHeldOut),
  };
}

function datasetEntry({ name, selection, digest, count }: Dataset): NapFileDataset {
  return { name, selection, digest, count };
}
