/** Two NAP files side by side, of one model or of two with the same layers: what `napcert compare` does. */
import type { Dataset } from '../../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../../dataset/open-dataset.js';
import { followers } from '../../mining/follow.js';
import { type PatternTable, recordPatterns } from '../../mining/patterns.js';
import type { Phases } from '../../nap/nap.js';
import { formatNapFile } from '../../nap/nap-file.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { CompareDocument } from '../../report/documents/compare.js';
import { onlyAgainst } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { checkFile } from '../check.js';
import { datasetReferenceOf } from '../dataset-reference.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from '../open-model.js';
import { type OpenedNaps, openNaps } from '../open-naps.js';
import { assertWritable, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';
import { classRow } from './class-row.js';
import { inclusionsOf } from './inclusions.js';
import { assertInclusionOutput, type InclusionOptions } from './prove-inclusion.js';
import { transferredNaps } from './transferred-naps.js';

export interface CompareSide {
  readonly model: string;
  readonly naps: string;
  readonly certificate?: string;
}

export interface CompareOptions {
  readonly a: CompareSide;
  /** Without `naps`, the literals of A are read as literals of this model. */
  readonly b: Omit<CompareSide, 'naps'> & { readonly naps?: string };
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
  /** Decide for every class whose region lies in whose, where the literals do not show it. */
  readonly inclusion?: InclusionOptions;
  /** Where to write A's NAPs as a NAP file of B's model. */
  readonly napsOutput?: string;
}

/** One of the two, opened and counted. */
export interface Side {
  readonly model: OpenedModel;
  readonly naps: OpenedNaps;
  readonly byClass: ReadonlyMap<number, Phases>;
  readonly verdicts: ReadonlyMap<number, string>;
  readonly certificate: CompareDocument['a']['certificate'];
  readonly table: PatternTable | null;
  readonly follows: ReadonlyMap<number, Uint8Array>;
}

/** @throws InputError for files that cannot be used, and for models whose layers differ in name or size */
export async function compare(
  options: CompareOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<CompareDocument> {
  refuseOutputs(options);
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  const a = await openSide(options.a, dataset, progress);
  const b = await openSecond(options, a, dataset, progress);
  const sameModel = a.model.loaded.sha256 === b.model.loaded.sha256;
  if (options.napsOutput !== undefined) {
    writeOutput(options.napsOutput, formatNapFile(transferredNaps(a.naps.file, b.model)), '--naps-output');
  }
  const labels = [...new Set([...a.byClass.keys(), ...b.byClass.keys()])].sort((x, y) => x - y);
  const inclusion =
    options.inclusion === undefined
      ? null
      : await inclusionsOf({ a, b, dataset, labels, sameModel }, options.inclusion, progress, signal);
  return {
    format: 'napcert-compare/1',
    napcert: VERSION,
    a: sideOf(a),
    b: sideOf(b),
    sameModel,
    dataset: dataset === null ? null : datasetReferenceOf(dataset),
    transferred: options.b.naps === undefined,
    napsOutput: options.napsOutput ?? null,
    inclusion: inclusion?.summary ?? null,
    classes: labels.map((label) => ({
      ...classRow(label, a, b, sameModel),
      inclusions: inclusion?.byClass.get(label) ?? null,
    })),
    interrupted: signal.aborted,
  };
}

function refuseOutputs({ a, b, data, dataset, inclusion, napsOutput }: CompareOptions): void {
  const inputs = [a.model, a.naps, a.certificate, b.model, b.naps, b.certificate, data, dataset?.labels];
  if (inclusion !== undefined) assertInclusionOutput(inclusion, inputs);
  if (napsOutput !== undefined) assertWritable(napsOutput, '--naps-output', inputs);
}

/** B: NAPs of its own, or those of A read as literals of another model with the same layers. */
async function openSecond(
  { b }: CompareOptions,
  a: Side,
  dataset: Dataset | null,
  progress: Progress,
): Promise<Side> {
  const { naps, ...rest } = b;
  const model = await openComparedModel(b.model);
  if (model.loaded.sha256 !== a.model.loaded.sha256) assertSameLayers(a.model, model);
  if (naps !== undefined) return openSide({ ...rest, naps }, dataset, progress, model);
  if (b.certificate !== undefined) {
    throw new InputError('a certificate about B needs NAPs of B', {
      place: '--certificate-b',
      expected: 'a NAP file of the second model, for example one written with --naps-output',
      found: `the literals of ${a.naps.path} on ${b.model}`,
    });
  }
  return measured({ model, naps: a.naps, checked: null }, dataset, progress);
}

async function openSide(
  side: CompareSide,
  dataset: Dataset | null,
  progress: Progress,
  opened?: OpenedModel,
): Promise<Side> {
  progress.step(`reading ${side.model}`);
  const model = opened ?? (await openComparedModel(side.model));
  const naps = openNaps(side.naps, model);
  const checked =
    side.certificate === undefined ? null : await verdictsOf(side, side.certificate, model, progress);
  return measured({ model, naps, checked }, dataset, progress);
}

interface Opened extends Pick<Side, 'model' | 'naps'> {
  readonly checked: Pick<Side, 'verdicts' | 'certificate'> | null;
}

async function measured(
  { model, naps, checked }: Opened,
  dataset: Dataset | null,
  progress: Progress,
): Promise<Side> {
  const table =
    dataset === null
      ? null
      : await recordPatterns(model.network, dataset, {
          onProgress: (done, total) => progress.step(`evaluating samples in ${model.path}`, done, total),
        });
  const lists = table === null ? [] : followers(table, naps.naps);
  return {
    model,
    naps,
    byClass: new Map(naps.naps.map((nap) => [nap.class, nap.phases])),
    verdicts: checked?.verdicts ?? new Map(),
    certificate: checked?.certificate ?? null,
    table,
    follows: new Map(lists.map((list, i) => [naps.naps[i]!.class, list])),
  };
}

/** The certificate must be about these very NAPs; a verdict counts only where the checker accepts it. */
async function verdictsOf(
  { model: modelPath, naps }: CompareSide,
  certificatePath: string,
  model: OpenedModel,
  progress: Progress,
): Promise<Pick<Side, 'verdicts' | 'certificate'>> {
  const { document, certificate } = await checkFile(
    { certificate: certificatePath, model: modelPath, naps },
    progress,
  );
  const classes = model.network.tensors[model.network.output]!.size;
  const verdicts = new Map<number, string>();
  const claims = new Map(certificate?.predicate.properties.map(({ id, property }) => [id, property]));
  for (const { id, claimed, verdict } of document.verdict === 'invalid' ? [] : document.properties) {
    const property = claims.get(id);
    if (property?.kind !== 'non-misclassification' || onlyAgainst(property, classes) !== null) continue;
    verdicts.set(property.class, verdict === 'valid' ? claimed : `${claimed} (${verdict})`);
  }
  return { verdicts, certificate: { ...document.certificate, verdict: document.verdict } };
}

function sideOf({ model, naps, certificate }: Side): CompareDocument['a'] {
  return {
    model: modelReferenceOf(model),
    naps: { file: naps.path, sha256: naps.sha256, delta: naps.file.delta },
    certificate,
  };
}

function assertSameLayers(a: OpenedModel, b: OpenedModel): void {
  const layers = (network: Network) =>
    neuronBlocks(network).map(({ tensor, size }) => `${tensor.name} [${size}]`);
  const [first, second] = [layers(a.network), layers(b.network)];
  if (first.join() === second.join()) return;
  throw new InputError('the literals of the two models cannot be matched', {
    file: b.path,
    place: 'ReLU layers',
    expected: `those of ${a.path}: ${first.join(', ')}`,
    found: second.join(', '),
  });
}
