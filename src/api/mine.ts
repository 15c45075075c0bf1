/** Mines the NAPs of every class and writes them, one file per delta. */
import type { OpenDatasetOptions } from '../dataset/open-dataset.js';
import { mineNapFiles } from '../mining/mine-nap-file.js';
import { DELTA_MEANING, type Delta, parseDelta } from '../nap/delta.js';
import { formatNapFile } from '../nap/nap-file.js';
import type { Grouping, NapFile, NapFileClass, SampleChoice } from '../nap/nap-schema.js';
import type { MineDocument, MinedClassRow } from '../report/documents/mine.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { type HeldOutChoice, openMiningData } from './held-out.js';
import { modelReferenceOf, openComparedModel } from './open-model.js';
import { assertWritable, type Inputs, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface MineOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  readonly heldOut?: HeldOutChoice;
  /** Decimal texts: delta is exact. */
  readonly deltas: readonly string[];
  readonly grouping: Grouping;
  readonly samples: SampleChoice;
  readonly allowEmptyClasses?: boolean;
  /** With several deltas it must hold `{delta}`. */
  readonly output: string;
}

const PLACEHOLDER = '{delta}';

/** @throws InputError before any work for wrong deltas or paths, and for files that do not fit together */
export async function mine(options: MineOptions, progress: Progress = silentProgress): Promise<MineDocument> {
  const deltas = checkedDeltas(options.deltas);
  const targets = outputPaths(options.output, deltas, [
    options.model,
    options.data,
    options.dataset?.labels,
    options.heldOut?.data,
    options.heldOut?.labels,
  ]);
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  progress.step(`reading ${options.data}`);
  const { dataset, heldOut } = await openMiningData(
    options.data,
    options.dataset ?? {},
    options.heldOut ?? {},
  );
  const { files, mining } = await mineNapFiles({
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
    },
  });
  return {
    format: 'napcert-mine/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    heldOut: heldOut === null ? null : datasetReferenceOf(heldOut),
    grouping: options.grouping,
    samples: options.samples,
    deltaMeaning: DELTA_MEANING,
    recounted: mining.recounted,
    results: files.map((file, i) => {
      const text = formatNapFile(file);
      writeOutput(targets[i]!, text);
      return resultRow(file, targets[i]!, sha256(text));
    }),
  };
}

function checkedDeltas(texts: readonly string[]): Delta[] {
  const deltas = texts.map((text) => parseDelta(text, '--delta'));
  if (new Set(deltas.map((delta) => delta.text)).size < deltas.length) {
    throw new InputError('a delta is given twice', { place: '--delta', found: texts.join(',') });
  }
  return deltas;
}

function outputPaths(pattern: string, deltas: readonly Delta[], inputs: Inputs): string[] {
  if (deltas.length > 1 && !pattern.includes(PLACEHOLDER)) {
    throw new InputError('several deltas need several files', {
      file: pattern,
      place: '--output',
      expected: `a name with ${PLACEHOLDER}, for example naps-${PLACEHOLDER}.nap.json`,
      found: `${deltas.length} deltas and one name`,
    });
  }
  const paths = deltas.map((delta) => pattern.replaceAll(PLACEHOLDER, delta.text));
  for (const path of paths) assertWritable(path, '--output', inputs);
  return paths;
}

function resultRow(file: NapFile, path: string, digest: string): MineDocument['results'][number] {
  return {
    delta: file.delta,
    file: path,
    sha256: digest,
    classes: file.classes.map(classRow),
    classesWithoutSamples: [...file.classesWithoutSamples],
    disjointPairs: { count: file.overlap.filter(({ disjoint }) => disjoint).length, of: file.overlap.length },
  };
}

function classRow({ class: label, support, statistics, literals }: NapFileClass): MinedClassRow {
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
