/** How many labelled samples follow which NAP, and which followers are counterexamples. */
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { countPatterns, type GroupingChoice } from '../mining/count-activations.js';
import { coverageTable } from '../mining/coverage.js';
import { followers } from '../mining/follow.js';
import { recordPatterns } from '../mining/patterns.js';
import {
  confusionFollowers,
  layerEntropy,
  literalConfidence,
  recallLoss,
} from '../mining/statistics-literals.js';
import { parseDelta } from '../nap/delta.js';
import type { CoverageDocument } from '../report/documents/coverage.js';
import { InputError } from '../util/errors.js';
import { heatMap, montage, refuseNoPictures } from './coverage-pictures.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from './open-model.js';
import { type OpenedNaps, openNaps } from './open-naps.js';
import { assertWritable, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface CoverageOptions {
  readonly model: string;
  readonly naps: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  /** SVG file: literals by class and layer. */
  readonly heatMap?: string;
  /** SVG file: samples that follow each NAP, for models of images. */
  readonly montage?: string;
}

export type CoveragePictures = Pick<CoverageOptions, 'heatMap' | 'montage'>;

/** Of every class its labelled samples, however they are classified. */
const BY_LABEL: GroupingChoice = { grouping: 'label', samples: 'all' };
/** Costly literals listed per class. */
const LISTED = 5;

/** @throws InputError for files that cannot be used or do not fit together */
export async function coverage(
  options: CoverageOptions,
  progress: Progress = silentProgress,
): Promise<CoverageDocument> {
  refusePaths(options);
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  if (options.montage !== undefined) refuseNoPictures(model);
  const naps = openNaps(options.naps, model);
  progress.step(`reading ${options.data}`);
  return coverageOf(model, naps, await openDataset(options.data, options.dataset), progress, options);
}

function refusePaths(options: CoverageOptions): void {
  const inputs = [options.model, options.naps, options.data, options.dataset?.labels];
  if (options.heatMap !== undefined) assertWritable(options.heatMap, '--heat-map', inputs);
  if (options.montage !== undefined) assertWritable(options.montage, '--montage', inputs);
  if (options.heatMap === undefined || options.heatMap !== options.montage) return;
  throw new InputError('two pictures would have one name', {
    file: options.montage,
    place: '--montage',
    expected: 'a name each',
  });
}

/** The same for what is open already: a model that was compared with onnxruntime, its NAPs, and samples. */
export async function coverageOf(
  model: OpenedModel,
  naps: OpenedNaps,
  dataset: Dataset,
  progress: Progress = silentProgress,
  pictures: CoveragePictures = {},
): Promise<CoverageDocument> {
  const patterns = await recordPatterns(model.network, dataset, {
    onProgress: (done, total) => progress.step('evaluating samples', done, total),
  });
  const { network } = model;
  const table = coverageTable(network, naps.naps, patterns);
  const follows = followers(patterns, naps.naps);
  const counts = countPatterns(patterns, BY_LABEL);
  const classes = table.rows.map((row, i): CoverageDocument['classes'][number] => {
    const { literals, ...loss } = recallLoss(network, patterns, naps.naps[i]!, BY_LABEL, LISTED);
    return {
      class: row.class,
      active: row.active,
      inactive: row.inactive,
      recall: row.recall,
      miningRecall: naps.file.classes[i]!.statistics?.mining.recall ?? null,
      otherFollowers: row.other,
      counterexamples: row.wrong,
      counterexampleSamples: [...row.wrongIndices],
      loss: { ...loss, literals: [...literals] },
    };
  });
  if (pictures.heatMap !== undefined) {
    writeOutput(pictures.heatMap, heatMap(model, naps, classes), '--heat-map');
  }
  if (pictures.montage !== undefined) {
    writeOutput(pictures.montage, montage(model, naps, dataset, patterns, follows), '--montage');
  }
  return {
    format: 'napcert-coverage/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    naps: { file: naps.path, sha256: naps.sha256, delta: naps.file.delta },
    dataset: datasetReferenceOf(dataset),
    classes,
    recall: table.recall,
    otherFollowers: table.other,
    counterexamples: table.wrong,
    disjointPairs: table.disjointPairs,
    uncovered: table.uncovered,
    confusion: confusionFollowers(patterns, naps.naps, follows),
    entropy: layerEntropy(network, counts),
    confidence: literalConfidence(naps.naps, parseDelta(naps.file.delta), counts, counts),
    pictures: { heatMap: pictures.heatMap ?? null, montage: pictures.montage ?? null },
  };
}
