/** Two NAP files side by side, of one model or of two with the same layers: what `napcert compare` does. */
import type { Dataset } from '../../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../../dataset/open-dataset.js';
import { followers } from '../../mining/follow.js';
import { type PatternTable, recordPatterns } from '../../mining/patterns.js';
import { followerStatistics } from '../../mining/statistics.js';
import { contradictions, literalCount, type Phases } from '../../nap/nap.js';
import { refines, sharedLiterals } from '../../nap/order.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { CompareDocument } from '../../report/documents/compare.js';
import { onlyAgainst } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { checkFile } from '../check.js';
import { datasetReferenceOf } from '../dataset-reference.js';
import { modelReferenceOf, type OpenedModel, openComparedModel } from '../open-model.js';
import { type OpenedNaps, openNaps } from '../open-naps.js';
import { type Progress, silentProgress } from '../progress.js';
import { VERSION } from '../version.js';

export interface CompareSide {
  readonly model: string;
  readonly naps: string;
  readonly certificate?: string;
}

export interface CompareOptions {
  readonly a: CompareSide;
  readonly b: CompareSide;
  readonly data?: string;
  readonly dataset?: OpenDatasetOptions;
}

type ClassRow = CompareDocument['classes'][number];

interface Side {
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
): Promise<CompareDocument> {
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  const a = await openSide(options.a, dataset, progress);
  const b = await openSide(options.b, dataset, progress);
  const sameModel = a.model.loaded.sha256 === b.model.loaded.sha256;
  if (!sameModel) assertSameLayers(a.model, b.model);
  const labels = [...new Set([...a.byClass.keys(), ...b.byClass.keys()])].sort((x, y) => x - y);
  return {
    format: 'napcert-compare/1',
    napcert: VERSION,
    a: sideOf(a),
    b: sideOf(b),
    sameModel,
    dataset: dataset === null ? null : datasetReferenceOf(dataset),
    classes: labels.map((label) => classRow(label, a, b, sameModel)),
  };
}

async function openSide(side: CompareSide, dataset: Dataset | null, progress: Progress): Promise<Side> {
  progress.step(`reading ${side.model}`);
  const model = await openComparedModel(side.model);
  const naps = openNaps(side.naps, model);
  const checked =
    side.certificate === undefined ? null : await verdictsOf(side, side.certificate, model, progress);
  const table =
    dataset === null
      ? null
      : await recordPatterns(model.network, dataset, {
          onProgress: (done, total) => progress.step(`evaluating samples in ${side.model}`, done, total),
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

function classRow(label: number, a: Side, b: Side, sameModel: boolean): ClassRow {
  const { network } = a.model;
  const neurons = neuronBlocks(network).reduce((sum, { size }) => sum + size, 0);
  const [first, second] = [a.byClass.get(label), b.byClass.get(label)];
  const empty = new Int8Array(neurons);
  const [pa, pb] = [first ?? empty, second ?? empty];
  const shared = sharedLiterals(pa, pb);
  const both = literalCount(shared);
  const [fa, fb] = [a.follows.get(label), b.follows.get(label)];
  return {
    class: label,
    a: sideOfClass(label, a),
    b: sideOfClass(label, b),
    shared: both,
    lost: literalCount(pa) - both,
    gained: literalCount(pb) - both,
    reversed: contradictions(pa, pb).length,
    layers: neuronBlocks(network).map(({ tensor, offset, size }) => {
      const count = (phases: Phases) => literalCount(phases.subarray(offset, offset + size));
      return {
        tensor: tensor.name,
        shared: count(shared),
        lost: count(pa) - count(shared),
        gained: count(pb) - count(shared),
      };
    }),
    regions: first === undefined || second === undefined ? 'not-shown' : regions(pa, pb, sameModel),
    followersOfBoth:
      fa === undefined || fb === undefined ? null : fa.reduce((sum, value, i) => sum + (value & fb[i]!), 0),
  };
}

/** More literals make a smaller region, on one model; literals of two models say nothing about each other's regions. */
function regions(a: Phases, b: Phases, sameModel: boolean): ClassRow['regions'] {
  if (!sameModel) return 'other-model';
  const [aInB, bInA] = [refines(a, b), refines(b, a)];
  if (aInB && bInA) return 'equal';
  if (aInB) return 'a-in-b';
  if (bInA) return 'b-in-a';
  return contradictions(a, b).length > 0 ? 'disjoint' : 'not-shown';
}

function sideOfClass(label: number, side: Side): ClassRow['a'] {
  const phases = side.byClass.get(label);
  if (phases === undefined) return null;
  const base = { literals: literalCount(phases), verdict: side.verdicts.get(label) ?? null };
  const { table } = side;
  if (table === null) return { ...base, recall: null, otherFollowers: null, counterexamples: null };
  const nap = { kind: 'nap' as const, class: label, phases };
  const data = { table, follows: [side.follows.get(label)!] };
  const statistics = followerStatistics(nap, 0, data, { grouping: 'label', samples: 'all' });
  return {
    ...base,
    recall: statistics.recall,
    otherFollowers: statistics.otherClasses,
    counterexamples: statistics.classifiedOtherwise.count,
  };
}
