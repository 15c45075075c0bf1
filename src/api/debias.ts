/** How far a model is from scalar invariance, and the model with its biases zeroed. */
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { accuracyAt } from '../invariance/accuracy.js';
import { removeBiases } from '../invariance/remove-biases.js';
import { lowerModel } from '../network/lower.js';
import { openSession } from '../network/oracle.js';
import type { LoadedModel } from '../onnx/load-model.js';
import type { DebiasDocument } from '../report/documents/debias.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { assertFits } from './invariance.js';
import { modelReferenceOf, openComparedModel } from './open-model.js';
import { assertWritable, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface DebiasOptions {
  readonly model: string;
  /** Samples to measure the accuracy on. */
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
  /** ONNX file to write. */
  readonly output?: string;
}

/** Brightness at which accuracy is measured. */
const FACTORS = [1, 0.5, 0.1, 0.01, 0.001];

/** @throws InputError for files that cannot be used or do not fit together */
export async function debias(
  options: DebiasOptions,
  progress: Progress = silentProgress,
): Promise<DebiasDocument> {
  const inputs = [options.model, options.data, options.dataset?.labels];
  if (options.output !== undefined) assertWritable(options.output, '--output', inputs);
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  if (dataset !== null) assertFits(model.network, dataset);
  const { model: unbiased, removed, verdict } = removeBiases(model.loaded);
  const accuracy =
    dataset === null
      ? null
      : {
          before: await measure(model.loaded, dataset, progress),
          after: await measure(unbiased, dataset, progress),
        };
  if (options.output !== undefined) writeOutput(options.output, unbiased.bytes);
  return {
    format: 'napcert-debias/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: dataset === null ? null : datasetReferenceOf(dataset),
    removed: removed.map((bias) => ({ ...bias })),
    verdict: verdict.kind,
    left: verdict.kind === 'not-homogeneous' ? `${verdict.at.node}: ${verdict.at.reason}` : null,
    accuracy,
    output: options.output === undefined ? null : { file: options.output, sha256: unbiased.sha256 },
  };
}

async function measure(model: LoadedModel, dataset: Dataset, progress: Progress) {
  const network = lowerModel(model);
  const runtime = await openSession(model.bytes, network, { optimize: true });
  try {
    const rows = await accuracyAt(network, runtime, dataset, FACTORS, (done) =>
      progress.step('classifying scaled samples', done, dataset.count),
    );
    return rows.map((row) => ({ ...row, accuracy: row.correct / dataset.count }));
  } finally {
    await runtime.close();
  }
}
