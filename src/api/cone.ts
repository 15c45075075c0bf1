/** Cones (or convex hulls) of samples with one activation pattern, certified without a solver. */
import { coneHolds } from '../checker/check-cone.js';
import { coneRegion } from '../checker/cone-region.js';
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import { patternGroups, type SharedPatterns, samplesInCone } from '../invariance/shared-patterns.js';
import { predict } from '../network/forward.js';
import type { ConeDocument } from '../report/documents/cone.js';
import type { Cone } from '../spec/property.js';
import { InputError } from '../util/errors.js';
import { matrixText } from './cone-matrix.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { assertFits } from './invariance.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from './open-model.js';
import { assertWritable, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { earlierCertificate } from './verify/certificate-file.js';
import { certifyBoundless } from './verify/certify-boundless.js';
import { VERSION } from './version.js';

export interface ConeOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  /** Samples that span one cone; without them the largest sets with a common pattern are found. */
  readonly samples?: readonly number[];
  readonly combinations: 'conic' | 'convex';
  /** How many of the largest sets to certify. */
  readonly most: number;
  readonly output?: string;
  /** Replace what the output path holds, even if it shows more. */
  readonly fresh?: boolean;
  /** File for the matrices of the cones, exact. */
  readonly matrix?: string;
}

/** @throws InputError for files and samples that do not fit; samples without a common pattern are a result */
export async function cone(options: ConeOptions, progress: Progress = silentProgress): Promise<ConeDocument> {
  const inputs = [options.model, options.data, options.dataset?.labels];
  const earlier =
    options.output === undefined ? null : earlierCertificate(options.output, options.fresh === true, inputs);
  if (options.matrix !== undefined) assertWritable(options.matrix, '--matrix', [...inputs, options.output]);
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const dataset = await openDataset(options.data, options.dataset);
  assertFits(model.network, dataset);
  for (const sample of options.samples ?? []) {
    if (sample < dataset.count) continue;
    throw new InputError('no such sample', {
      place: '--points',
      expected: `below ${dataset.count}`,
      found: `${sample}`,
    });
  }
  const { table, groups } = await patternGroups(model.network, dataset, (done, total) =>
    progress.step(`evaluating ${dataset.name}`, done, total),
  );
  const chosen =
    options.samples === undefined
      ? groups.slice(0, options.most).map(({ samples }) => samples)
      : [options.samples];
  const cones = chosen.map((samples) => coneOf(model, dataset, samples, options.combinations));
  const rows = cones.map((property, i) => {
    progress.step('checking cones', i, cones.length);
    const outcome = coneHolds(model.network, property, 'cone');
    const samples = [...chosen[i]!];
    return {
      name: property.name,
      class: property.class,
      samples,
      holds: outcome.kind === 'valid',
      reason:
        outcome.kind === 'invalid'
          ? `${outcome.rejection.place}: expected ${outcome.rejection.expected}, found ${outcome.rejection.found}`
          : null,
      contained: outcome.kind === 'valid' ? contained(model, dataset, table, property) : 0,
    };
  });
  const held = cones.filter((_, i) => rows[i]!.holds);
  if (options.matrix !== undefined) writeOutput(options.matrix, matrixText(model, held));
  return {
    format: 'napcert-cone/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    combinations: options.combinations,
    cones: rows,
    patterns: groups.length,
    shared: groups.filter(({ samples }) => samples.length > 1).length,
    certificate:
      options.output === undefined || held.length === 0
        ? null
        : await certifyBoundless({ model, dataset, properties: held, output: options.output, earlier }),
    matrix: options.matrix ?? null,
  };
}

function coneOf(
  { network }: OpenedModel,
  dataset: Dataset,
  samples: readonly number[],
  combinations: Cone['combinations'],
): Cone {
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  const points = samples.map((sample) => dataset.batch(sample, sample + 1).map(round));
  const shown = samples.slice(0, 20).join(',');
  return {
    kind: 'cone',
    name: `${dataset.name}#${shown}${samples.length > 20 ? `,... (${samples.length})` : ''}`,
    class: predict(network, points[0]!),
    combinations,
    points: points.map((point) => [...point]),
  };
}

function contained(
  { network }: OpenedModel,
  dataset: Dataset,
  table: SharedPatterns['table'],
  { points, class: label }: Cone,
): number {
  return samplesInCone(network, dataset, table, coneRegion(network, points), label).length;
}
