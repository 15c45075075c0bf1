/** How many labelled samples follow which NAP, and which followers are counterexamples. */
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { coverageTable } from '../mining/coverage.js';
import { followers } from '../mining/follow.js';
import { recordPatterns } from '../mining/patterns.js';
import { confusionFollowers } from '../mining/statistics-literals.js';
import type { CoverageDocument } from '../report/documents/coverage.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from './open-model.js';
import { type OpenedNaps, openNaps } from './open-naps.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface CoverageOptions {
  readonly model: string;
  readonly naps: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
}

/** @throws InputError for files that cannot be used or do not fit together */
export async function coverage(
  options: CoverageOptions,
  progress: Progress = silentProgress,
): Promise<CoverageDocument> {
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const naps = openNaps(options.naps, model);
  progress.step(`reading ${options.data}`);
  return coverageOf(model, naps, await openDataset(options.data, options.dataset), progress);
}

/** The same for what is open already: a model that was compared with onnxruntime, its NAPs, and samples. */
export async function coverageOf(
  model: OpenedModel,
  naps: OpenedNaps,
  dataset: Dataset,
  progress: Progress = silentProgress,
): Promise<CoverageDocument> {
  const patterns = await recordPatterns(model.network, dataset, {
    onProgress: (done, total) => progress.step('evaluating samples', done, total),
  });
  const table = coverageTable(model.network, naps.naps, patterns);
  return {
    format: 'napcert-coverage/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    naps: { file: naps.path, sha256: naps.sha256, delta: naps.file.delta },
    dataset: datasetReferenceOf(dataset),
    classes: table.rows.map((row) => ({
      class: row.class,
      active: row.active,
      inactive: row.inactive,
      recall: row.recall,
      otherFollowers: row.other,
      counterexamples: row.wrong,
      counterexampleSamples: [...row.wrongIndices],
    })),
    recall: table.recall,
    otherFollowers: table.other,
    counterexamples: table.wrong,
    disjointPairs: table.disjointPairs,
    uncovered: table.uncovered,
    confusion: confusionFollowers(patterns, naps.naps, followers(patterns, naps.naps)),
  };
}
