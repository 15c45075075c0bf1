/** How the class depends on brightness: accuracy against the factor, and one sample exactly. */
import type { Rational } from '../checker/exact/rational.js';
import { decimalText, parseRational, rationalText } from '../checker/exact/rational-text.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { type AccuracyAt, accuracyAt } from '../invariance/accuracy.js';
import { classesAlongRay, type Ray } from '../invariance/ray.js';
import { openSession } from '../network/oracle.js';
import type { ScalarsDocument } from '../report/documents/scalars.js';
import { classColour, lineChart } from '../report/pictures-svg.js';
import { InputError } from '../util/errors.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { assertFits } from './invariance.js';
import { modelReferenceOf, openComparedModel } from './open-model.js';
import { assertWritable, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface ScalarsOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  /** Factors of the accuracy table, each > 0. */
  readonly factors: readonly number[];
  /** Sample to follow exactly. */
  readonly sample?: number;
  /** Largest factor for the sample, a decimal or p/q. */
  readonly max: string;
  /** SVG of the accuracy, and of the sample. */
  readonly accuracyPicture?: string;
  readonly samplePicture?: string;
}

/** @throws InputError for files and choices that do not fit together */
export async function scalars(
  options: ScalarsOptions,
  progress: Progress = silentProgress,
): Promise<ScalarsDocument> {
  const { accuracyPicture, samplePicture, sample } = options;
  const inputs = [options.model, options.data, options.dataset?.labels];
  if (accuracyPicture !== undefined) assertWritable(accuracyPicture, '--accuracy-picture', inputs);
  if (samplePicture !== undefined) assertWritable(samplePicture, '--picture', inputs);
  const to = parseRational(options.max, { place: '--max' });
  if (to.num <= 0n)
    throw new InputError('not a factor', { place: '--max', expected: '> 0', found: options.max });
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const dataset = await openDataset(options.data, options.dataset);
  assertFits(model.network, dataset);
  if (sample !== undefined && sample >= dataset.count) {
    throw new InputError('no such sample', {
      place: '--sample',
      expected: `below ${dataset.count}`,
      found: `${sample}`,
    });
  }
  const runtime = await openSession(model.loaded.bytes, model.network, { optimize: true });
  const table = await accuracyAt(model.network, runtime, dataset, options.factors, (done) =>
    progress.step('classifying scaled samples', done, dataset.count),
  ).finally(() => runtime.close());
  let ray: Ray | null = null;
  if (sample !== undefined) {
    progress.step(`following sample ${sample} exactly`);
    const point = dataset.batch(sample, sample + 1);
    const rounded = model.network.elementType === 'float32' ? point.map(Math.fround) : point;
    ray = classesAlongRay(model.network, rounded, { to });
  }
  const pictures: string[] = [];
  if (accuracyPicture !== undefined) {
    writeOutput(accuracyPicture, accuracySvg(table, dataset.count), '--accuracy-picture');
    pictures.push(accuracyPicture);
  }
  if (samplePicture !== undefined && ray !== null) {
    writeOutput(samplePicture, raySvg(ray, `${dataset.name}#${sample}`), '--picture');
    pictures.push(samplePicture);
  }
  return {
    format: 'napcert-scalars/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    accuracy: table.map((row) => ({ ...row, accuracy: row.correct / dataset.count })),
    sample:
      ray === null
        ? null
        : {
            index: sample!,
            label: dataset.labels[sample!]!,
            breakpoints: ray.breakpoints,
            complete: ray.complete,
            intervals: ray.intervals.map(({ from, to: end, classes }) => ({
              from: endOf(from),
              to: endOf(end),
              classes: [...classes],
            })),
          },
    pictures,
  };
}

function endOf(value: Rational): { exact: string; decimal: string } {
  return { exact: rationalText(value), decimal: decimalText(value) };
}

function accuracySvg(table: readonly AccuracyAt[], count: number): string {
  const rows = [...table].sort((a, b) => a.factor - b.factor);
  return lineChart({
    title: 'Accuracy of scaled samples',
    xLabel: 'factor s (logarithmic)',
    yLabel: 'share of samples',
    logX: true,
    lines: [
      { name: 'accuracy', colour: '#1f77b4', points: rows.map((row) => [row.factor, row.correct / count]) },
      {
        name: 'same class',
        colour: '#2ca02c',
        points: rows.map((row) => [row.factor, 1 - row.changed / count]),
      },
    ],
  });
}

/** Between two marks logits are straight lines, so the picture is exact up to its resolution. */
function raySvg(ray: Ray, name: string): string {
  const at = ray.marks.map((mark) => toNumber(mark.at));
  return lineChart({
    title: `Logits of s x for x = ${name}; background: the class`,
    xLabel: 'factor s',
    yLabel: 'logit',
    bands: ray.intervals.map(({ from, to, classes }) => ({
      from: toNumber(from),
      to: toNumber(to),
      colour: classes.length === 1 ? classColour(classes[0]!) : '#000000',
      label: `class ${classes.join(', ')}`,
    })),
    lines: ray.marks[0]!.logits.map((_, label) => ({
      name: `class ${label}`,
      colour: classColour(label),
      points: ray.marks.map(({ logits }, i) => [at[i]!, toNumber(logits[label]!)] as const),
    })),
  });
}

function toNumber(value: Rational): number {
  return Number(decimalText(value));
}
