/** Whether samples were kept out of mining: compared one by one with those that the NAPs were mined from. */
import { createHash } from 'node:crypto';
import type { Dataset } from '../../dataset/dataset.js';
import { openDataset } from '../../dataset/open-dataset.js';
import { subset } from '../../dataset/split.js';
import type { RecallEvidence } from '../../gate/evidence.js';
import { UNKNOWN_ACCEPTED } from '../../gate/policy.js';
import { InputError } from '../../util/errors.js';
import type { OpenedNaps } from '../open-naps.js';
import { datasetOf } from './policy-file.js';
import type { GateRun } from './run.js';

export type HeldOutEvidence = Pick<
  RecallEvidence,
  'sharedWithMining' | 'unknownAccepted' | 'miningDetail' | 'mining'
>;

/** Digests of the mining samples, or why there are none. */
export type MiningSamples =
  | { readonly kind: 'known'; readonly dataset: Dataset; readonly samples: ReadonlySet<string> }
  | { readonly kind: 'unknown'; readonly accepted: boolean; readonly detail: string };

/**
 * The samples that the policy names as those the NAPs were mined from. They count only if the NAP file records the same
 * digest: its author and the policy's then say the same.
 */
export async function miningSamples(
  run: GateRun,
  position: number,
  naps: OpenedNaps | null,
): Promise<MiningSamples> {
  const named = run.file.policy.models[position]!.mining;
  const unknown = (detail: string): MiningSamples => ({ kind: 'unknown', accepted: false, detail });
  if (named === undefined) return unknown('the policy does not name the samples of mining (`mining:`)');
  if (named === UNKNOWN_ACCEPTED) {
    return { kind: 'unknown', accepted: true, detail: 'the policy accepts that nobody shows it' };
  }
  if (naps === null) return unknown('there are no NAPs of this model');
  const { path, options } = datasetOf(run.file, named);
  run.progress.step(`reading ${path}`);
  let dataset: Dataset;
  try {
    dataset = await openDataset(path, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return unknown(`the samples of mining cannot be read: ${error.message}`);
  }
  const recorded = naps.file.dataset.digest;
  if (dataset.digest !== recorded) {
    return unknown(
      `the NAP file records other samples of mining (${recorded.slice(0, 12)}) than the policy names (${dataset.digest.slice(0, 12)})`,
    );
  }
  return { kind: 'known', dataset, samples: new Set(digestsOf(dataset)) };
}

/** The samples that were not mined from, whatever their labels; null if none is left. All of them if that is not known. */
export function heldOutPart(
  mining: MiningSamples,
  dataset: Dataset,
): { readonly kept: Dataset | null; readonly evidence: HeldOutEvidence } {
  if (mining.kind === 'unknown') return { kept: dataset, evidence: unknownEvidence(mining) };
  const kept: number[] = [];
  let position = 0;
  for (const digest of digestsOf(dataset)) {
    if (!mining.samples.has(digest)) kept.push(position);
    position++;
  }
  const shared = dataset.count - kept.length;
  const { name, selection, digest, count } = mining.dataset;
  return {
    kept:
      shared === 0
        ? dataset
        : kept.length === 0
          ? null
          : subset(dataset, kept, `without ${shared} samples of mining`),
    evidence: {
      sharedWithMining: shared,
      unknownAccepted: false,
      miningDetail: '',
      mining: { name, selection, digest, samples: count },
    },
  };
}

/** Where nothing was compared. */
export function unknownEvidence(mining: MiningSamples): HeldOutEvidence {
  return {
    sharedWithMining: null,
    unknownAccepted: mining.kind === 'unknown' && mining.accepted,
    miningDetail: mining.kind === 'unknown' ? mining.detail : 'not measured',
    mining: null,
  };
}

/** SHA-256 of the numbers of each sample as float32 runtimes read them; -0 and 0 are one number. */
function* digestsOf(dataset: Dataset): Generator<string> {
  for (let i = 0; i < dataset.count; i++) {
    const numbers = Float32Array.from(dataset.batch(i, i + 1), (x) => x + 0);
    yield createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('base64');
  }
}
