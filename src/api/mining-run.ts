/** What `mine` and `curve` share: from their options to the mined NAPs, and a class of a NAP file as a row of figures. */
import type { Dataset } from '../dataset/dataset.js';
import type { OpenDatasetOptions } from '../dataset/open-dataset.js';
import { type MiningResult, mineNapFiles } from '../mining/mine-nap-file.js';
import { type Delta, parseDelta } from '../nap/delta.js';
import type { Grouping, NapFileClass, SampleChoice } from '../nap/nap-schema.js';
import type { MinedClassRow } from '../report/documents/mine.js';
import { InputError } from '../util/errors.js';
import { type HeldOutChoice, openMiningData } from './held-out.js';
import { type OpenedModel, openComparedModel } from './open-model.js';
import type { Progress } from './progress.js';

export interface MiningRunOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  readonly heldOut?: HeldOutChoice;
  /** Decimal texts: delta is exact. */
  readonly deltas: readonly string[];
  readonly grouping: Grouping;
  readonly samples: SampleChoice;
  readonly allowEmptyClasses?: boolean;
}

export interface MiningRun {
  readonly model: OpenedModel;
  readonly dataset: Dataset;
  readonly heldOut: Dataset | null;
  readonly result: MiningResult;
}

/**
 * The deltas, in the given order.
 * @throws InputError naming the option for one that is wrong or given twice
 */
export function checkedDeltas(texts: readonly string[], option: string): Delta[] {
  const deltas = texts.map((text) => parseDelta(text, option));
  if (new Set(deltas.map(({ text }) => text)).size < deltas.length) {
    throw new InputError('a delta is given twice', { place: option, found: texts.join(',') });
  }
  return deltas;
}

/** @throws InputError for files that cannot be used or do not fit together */
export async function runMining(
  options: MiningRunOptions,
  deltas: readonly Delta[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<MiningRun> {
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  progress.step(`reading ${options.data}`);
  const { dataset, heldOut } = await openMiningData(
    options.data,
    options.dataset ?? {},
    options.heldOut ?? {},
  );
  const result = await mineNapFiles({
    network: model.network,
    model: { name: model.loaded.fileName, sha256: model.loaded.sha256 },
    dataset,
    heldOut,
    deltas,
    options: {
      grouping: options.grouping,
      samples: options.samples,
      ...(options.allowEmptyClasses === undefined ? {} : { allowEmptyClasses: options.allowEmptyClasses }),
      onProgress: (done, total) => progress.step('evaluating samples', done, total),
      ...(signal === undefined ? {} : { signal }),
    },
  });
  return { model, dataset, heldOut, result };
}

/** Followers are counted on mining and held-out data together. */
export function classRow({ class: label, support, statistics, literals }: NapFileClass): MinedClassRow {
  if (statistics === null) throw new Error('a mined NAP has no statistics');
  const { mining, heldOut } = statistics;
  return {
    class: label,
    support,
    active: literals.reduce((sum, { active }) => sum + active.length, 0),
    inactive: literals.reduce((sum, { inactive }) => sum + inactive.length, 0),
    recall: mining.recall,
    heldOutRecall: heldOut?.recall ?? null,
    otherFollowers: mining.otherClasses + (heldOut?.otherClasses ?? 0),
    counterexamples: mining.classifiedOtherwise.count + (heldOut?.classifiedOtherwise.count ?? 0),
  };
}
