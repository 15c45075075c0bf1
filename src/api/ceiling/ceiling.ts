/** The share of samples for which any sign NAP could be true: what no search for NAPs can exceed. */
import type { Dataset } from '../../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../../dataset/open-dataset.js';
import { ownRegion } from '../../learning/own-region.js';
import { type PatternTable, recordPatterns } from '../../mining/patterns.js';
import { wilson95 } from '../../mining/wilson.js';
import { ACTIVE, INACTIVE, type Phases } from '../../nap/nap.js';
import { domainBox } from '../../obligation/compile.js';
import type { CeilingDocument, CeilingRow } from '../../report/documents/ceiling.js';
import type { Domain } from '../../spec/property.js';
import { datasetReferenceOf } from '../dataset-reference.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from '../open-model.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';

export interface CeilingOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  readonly classes?: readonly number[];
  readonly domain?: Domain;
  /** Correct samples tested per class. */
  readonly samplesPerClass: number;
}

/** @throws InputError for files that cannot be used or do not fit together */
export async function ceiling(
  options: CeilingOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<CeilingDocument> {
  const began = performance.now();
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  progress.step(`reading ${options.data}`);
  const dataset = await openDataset(options.data, options.dataset);
  const table = await recordPatterns(model.network, dataset, {
    onProgress: (done, total) => progress.step('evaluating samples', done, total),
  });
  const domain = options.domain ?? { kind: 'box', lower: 0, upper: 1 };
  const classes = options.classes ?? Array.from({ length: table.classes }, (_, k) => k);
  const rows = await ceilingOf(model, dataset, table, {
    domain,
    classes,
    samplesPerClass: options.samplesPerClass,
    signal,
    onProgress: (done, total) => progress.step('testing the regions of samples', done, total),
  });
  const sum = (of: (row: CeilingRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    format: 'napcert-ceiling/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    domain: structuredClone(domain) as CeilingDocument['domain'],
    classes: rows,
    share: wilson95(
      sum((row) => row.pass),
      sum((row) => row.tested - row.undecided),
    ),
    undecided: sum((row) => row.undecided),
    interrupted: signal.aborted,
    seconds: (performance.now() - began) / 1000,
  };
}

export interface CeilingRun {
  readonly domain: Domain;
  readonly classes: readonly number[];
  readonly samplesPerClass: number;
  readonly signal: AbortSignal;
  /** Go on to the next class at the first sample that passes. */
  readonly untilPass?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Tests evenly spread correct samples of each class; an abort leaves the rest out. */
export async function ceilingOf(
  { network }: OpenedModel,
  dataset: Dataset,
  table: PatternTable,
  run: CeilingRun,
): Promise<CeilingRow[]> {
  const box = domainBox(run.domain, network.tensors[network.input]!.size);
  const round = network.elementType === 'float32' ? Math.fround : Number;
  const rows: CeilingRow[] = [];
  for (const [n, label] of run.classes.entries()) {
    const row = { class: label, tested: 0, pass: 0, provedPasses: 0, undecided: 0 };
    let example: CeilingRow['example'] = null;
    for (const sample of spread(table, label, run.samplesPerClass)) {
      if (run.signal.aborted || (run.untilPass === true && row.pass > 0)) break;
      run.onProgress?.(n * run.samplesPerClass + row.tested, run.classes.length * run.samplesPerClass);
      const point = dataset.gather([sample]).map(round);
      const result = await ownRegion(network, box, label, patternOf(table, sample), point);
      row.tested++;
      if (result.kind === 'undecided') row.undecided++;
      else if (result.kind === 'passes') {
        row.pass++;
        if (result.proved) row.provedPasses++;
      } else
        example ??= { sample, competitor: result.competitor, lead: result.lead, point: [...result.point] };
      await new Promise((resolve) => setImmediate(resolve));
    }
    rows.push({ ...row, share: wilson95(row.pass, row.tested - row.undecided), example });
  }
  return rows;
}

/** Correct samples of the class at even distances, in the order of the data. */
function spread(table: PatternTable, label: number, count: number): number[] {
  const members: number[] = [];
  for (let i = 0; i < table.count; i++)
    if (table.labels[i] === label && table.predictions[i] === label) members.push(i);
  const taken = Math.min(count, members.length);
  return Array.from({ length: taken }, (_, k) => members[Math.floor((k * members.length) / taken)]!);
}

function patternOf(table: PatternTable, sample: number): Phases {
  const phases = new Int8Array(table.neurons);
  for (let n = 0; n < table.neurons; n++)
    phases[n] = (table.bits[sample * table.words + (n >>> 5)]! >>> (n & 31)) & 1 ? ACTIVE : INACTIVE;
  return phases;
}
