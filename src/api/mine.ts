/** Mines the NAPs of every class and writes them, one file per delta. */
import { countPatterns } from '../mining/count-activations.js';
import { layerEntropy } from '../mining/statistics-literals.js';
import { DELTA_MEANING, type Delta } from '../nap/delta.js';
import { formatNapFile } from '../nap/nap-file.js';
import type { NapFile } from '../nap/nap-schema.js';
import type { MineDocument } from '../report/documents/mine.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { datasetReferenceOf } from './dataset-reference.js';
import { miningInputs } from './held-out.js';
import { checkedDeltas, classRow, type MiningRunOptions, runMining } from './mining-run.js';
import { modelReferenceOf } from './open-model.js';
import { assertWritable, type Inputs, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface MineOptions extends MiningRunOptions {
  /** With several deltas it must hold `{delta}`. */
  readonly output: string;
}

const PLACEHOLDER = '{delta}';

/** @throws InputError before any work for wrong deltas or paths, and for files that do not fit together */
export async function mine(options: MineOptions, progress: Progress = silentProgress): Promise<MineDocument> {
  const deltas = checkedDeltas(options.deltas, '--delta');
  const targets = outputPaths(options.output, deltas, miningInputs(options));
  const { model, dataset, heldOut, result } = await runMining(options, deltas, progress);
  return {
    format: 'napcert-mine/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    heldOut: heldOut === null ? null : datasetReferenceOf(heldOut),
    grouping: options.grouping,
    samples: options.samples,
    deltaMeaning: DELTA_MEANING,
    entropy: layerEntropy(model.network, countPatterns(result.mining, options)),
    recounted: result.mining.recounted,
    results: result.files.map((file, i) => {
      const text = formatNapFile(file);
      writeOutput(targets[i]!, text);
      return resultRow(file, targets[i]!, sha256(text));
    }),
  };
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
