/** Recall, overlap, numbers of literals and verdicts over a grid of delta: what `napcert curve` does. */
import { join } from 'node:path';
import { type ActivationCounts, countPatterns } from '../../mining/count-activations.js';
import { followers } from '../../mining/follow.js';
import type { MiningResult } from '../../mining/mine-nap-file.js';
import type { PatternTable } from '../../mining/patterns.js';
import { layerEntropy, literalConfidence, recallLoss } from '../../mining/statistics-literals.js';
import { wilson95 } from '../../mining/wilson.js';
import { DELTA_MEANING, type Delta } from '../../nap/delta.js';
import type { Nap } from '../../nap/nap.js';
import { formatNapFile } from '../../nap/nap-file.js';
import type { NapFile } from '../../nap/nap-schema.js';
import type { CurveDocument } from '../../report/documents/curve.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { datasetReferenceOf } from '../dataset-reference.js';
import { miningInputs } from '../held-out.js';
import { checkedDeltas, classRow, type MiningRunOptions, runMining } from '../mining-run.js';
import { modelReferenceOf, type OpenedModel } from '../open-model.js';
import { assertWritable, type Inputs, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { verifyFiles } from '../verify-files.js';
import { VERSION } from '../version.js';
import { curvePicture } from './picture.js';

export interface CurveOptions extends Omit<MiningRunOptions, 'allowEmptyClasses'> {
  /** Decide non-misclassification of every class at every delta; needs `output`. */
  readonly verify: boolean;
  /** Per obligation. */
  readonly timeoutSeconds: number;
  /** Existing folder for a NAP file, and with `verify` a certificate, per delta. */
  readonly output?: string;
  /** SVG file. */
  readonly picture?: string;
}

/** Costly literals listed per class. */
const LISTED = 5;

type Point = CurveDocument['points'][number];

/**
 * Mines the NAPs of all deltas from one pass over the data. An interruption keeps the certificates that exist.
 * @throws InputError before any work for wrong deltas or paths, and for files that do not fit together
 */
export async function curve(
  options: CurveOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<CurveDocument> {
  const deltas = descending(options.deltas);
  refusePaths(options, deltas, miningInputs(options));
  const { model, dataset, heldOut, result } = await runMining(options, deltas, progress, signal);
  const counts = countPatterns(result.mining, options);
  const fresh = result.heldOut === null ? null : countPatterns(result.heldOut, options);
  const points: Point[] = [];
  for (const [i, file] of result.files.entries()) {
    const point = pointOf(model, result, i, options, counts, fresh);
    points.push(await withFiles(point, file, options, progress, signal));
  }
  const document: CurveDocument = {
    format: 'napcert-curve/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    dataset: datasetReferenceOf(dataset),
    heldOut: heldOut === null ? null : datasetReferenceOf(heldOut),
    grouping: options.grouping,
    samples: options.samples,
    deltaMeaning: DELTA_MEANING,
    entropy: layerEntropy(model.network, counts),
    points,
    picture: options.picture ?? null,
    interrupted: signal?.aborted ?? false,
  };
  if (options.picture !== undefined) writeOutput(options.picture, curvePicture(document), '--svg');
  return document;
}

function descending(texts: readonly string[]): Delta[] {
  const deltas = checkedDeltas(texts, '--deltas');
  return deltas.sort((a, b) => (a.numerator * b.denominator < b.numerator * a.denominator ? 1 : -1));
}

function napPath(folder: string, delta: string): string {
  return join(folder, `delta-${delta}.nap.json`);
}

function certificatePath(folder: string, delta: string): string {
  return join(folder, `delta-${delta}.cert.json`);
}

function refusePaths(
  { output, picture, verify }: CurveOptions,
  deltas: readonly Delta[],
  inputs: Inputs,
): void {
  if (picture !== undefined) assertWritable(picture, '--svg', inputs);
  if (verify && output === undefined) {
    throw new InputError('verdicts need a place for their certificates', {
      place: '--verify',
      expected: '--output with an existing folder',
    });
  }
  if (output === undefined) return;
  for (const { text } of deltas) {
    assertWritable(napPath(output, text), '--output', inputs);
    if (verify) assertWritable(certificatePath(output, text), '--output', inputs);
  }
}

function pointOf(
  { network }: OpenedModel,
  result: MiningResult,
  position: number,
  options: CurveOptions,
  counts: ActivationCounts,
  fresh: ActivationCounts | null,
): Point {
  const file = result.files[position]!;
  const { naps, delta } = result.mined[position]!;
  const judged = result.heldOut ?? result.mining;
  const classes = naps.map((nap, i): Point['classes'][number] => {
    const { support: _, ...row } = classRow(file.classes[i]!);
    return {
      ...row,
      loss: copied(recallLoss(network, judged, nap, options, LISTED)),
      verdict: null,
    };
  });
  const total = (of: (row: Point['classes'][number]) => { count: number; of: number } | null) =>
    wilson95(
      classes.reduce((sum, row) => sum + (of(row)?.count ?? 0), 0),
      classes.reduce((sum, row) => sum + (of(row)?.of ?? 0), 0),
    );
  return {
    delta: file.delta,
    classes,
    recall: total(({ recall }) => recall),
    heldOutRecall: result.heldOut === null ? null : total(({ heldOutRecall }) => heldOutRecall),
    disjointPairs: { count: file.overlap.filter(({ disjoint }) => disjoint).length, of: file.overlap.length },
    followersOfSeveral:
      ofSeveral(result.mining, naps) + (result.heldOut === null ? 0 : ofSeveral(result.heldOut, naps)),
    confidence: literalConfidence(naps, delta, counts, fresh),
    naps: null,
    certificate: null,
  };
}

function copied({ literals, ...rest }: ReturnType<typeof recallLoss>): Point['classes'][number]['loss'] {
  return { ...rest, literals: [...literals] };
}

function ofSeveral(table: PatternTable, naps: readonly Nap[]): number {
  const follows = followers(table, naps);
  let several = 0;
  for (let sample = 0; sample < table.count; sample++) {
    if (follows.reduce((sum, list) => sum + list[sample]!, 0) > 1) several++;
  }
  return several;
}

/** Writes the NAP file and, if asked for, decides the classes; the verdicts are those of the certificate. */
async function withFiles(
  point: Point,
  file: NapFile,
  options: CurveOptions,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<Point> {
  const { output } = options;
  if (output === undefined) return point;
  const text = formatNapFile(file);
  const naps = { file: napPath(output, point.delta), sha256: sha256(text) };
  writeOutput(naps.file, text);
  if (!options.verify || signal?.aborted === true) return { ...point, naps };
  const decided = await verifyFiles(
    {
      model: options.model,
      naps: naps.file,
      claims: { properties: ['non-misclassification'] },
      engine: 'auto',
      solver: 'glpk',
      timeoutSeconds: options.timeoutSeconds,
      output: certificatePath(output, point.delta),
    },
    progress,
    signal,
  );
  const verdicts = new Map(decided.properties.map(({ id, verdict }) => [id, verdict]));
  const classes = point.classes.map((row) => ({
    ...row,
    verdict: verdicts.get(`non-misclassification/${row.class}`) ?? null,
  }));
  return { ...point, classes, naps, certificate: decided.certificate };
}
