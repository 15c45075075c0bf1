/** Accuracy of a classifier on labelled samples. */
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { scanActivations } from '../mining/scan-activations.js';
import { wilson95 } from '../mining/wilson.js';
import type { EvaluateDocument } from '../report/documents/evaluate.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { modelReferenceOf, openComparedModel } from './open-model.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface EvaluateOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
}

/**
 * Classifies every sample as exact arithmetic does (see `scanActivations`); of equal logits the first wins.
 * @throws InputError for files that cannot be used or do not fit together
 */
export async function evaluate(
  options: EvaluateOptions,
  progress: Progress = silentProgress,
): Promise<EvaluateDocument> {
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  progress.step(`reading ${options.data}`);
  const dataset = await openDataset(options.data, options.dataset);
  const classes = model.network.tensors[model.network.output]!.size;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  await scanActivations(
    model.network,
    dataset,
    ({ label, prediction }) => {
      confusion[label]![prediction]!++;
    },
    { onProgress: (done, total) => progress.step('evaluating', done, total) },
  );
  const correct = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const accuracy = wilson95(correct, dataset.count);
  return {
    format: 'napcert-evaluate/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    correct,
    accuracy: correct / dataset.count,
    accuracyInterval: [accuracy.low, accuracy.high],
    classes: confusion.map((row, label) => {
      const samples = sum(row);
      const predicted = sum(confusion.map((other) => other[label]!));
      return {
        class: label,
        name: dataset.classNames?.[label] ?? null,
        samples,
        predicted,
        correct: row[label]!,
        recall: samples === 0 ? null : row[label]! / samples,
        precision: predicted === 0 ? null : row[label]! / predicted,
      };
    }),
    confusion,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
