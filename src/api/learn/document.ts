/** What `learn` reports. Held-out data enter here and nowhere else. */
import type { Dataset } from '../../dataset/dataset.js';
import { bitAt } from '../../learning/candidates.js';
import type { AcceptedNap, ClassSummary } from '../../learning/job.js';
import { literalMasks, type PatternTable, patternFollows } from '../../mining/patterns.js';
import { wilson95 } from '../../mining/wilson.js';
import { ACTIVE, FREE, INACTIVE, literalCount, type Phases } from '../../nap/nap.js';
import { neuronBlocks } from '../../network/network.js';
import type { CeilingRow } from '../../report/documents/ceiling.js';
import type { LearnDocument, LearnedRow } from '../../report/documents/learn.js';
import type { Domain } from '../../spec/property.js';
import { datasetReferenceOf } from '../dataset-reference.js';
import { modelReferenceOf, type OpenedModel } from '../open-model.js';
import { VERSION } from '../version.js';
import type { LearnOptions } from './learn.js';
import type { HeldOut, Saved } from './save.js';

export interface LearnOutcome {
  readonly options: LearnOptions;
  readonly model: OpenedModel;
  readonly dataset: Dataset;
  readonly table: PatternTable;
  readonly heldOut: HeldOut | null;
  readonly classes: readonly number[];
  readonly ceiling: readonly CeilingRow[];
  readonly accepted: ReadonlyMap<number, AcceptedNap>;
  readonly summaries: ReadonlyMap<number, ClassSummary>;
  readonly saved: Saved | null;
  readonly domain: Domain;
  readonly interrupted: boolean;
  readonly seconds: number;
}

export function learnDocument(outcome: LearnOutcome): LearnDocument {
  const { options, heldOut, saved } = outcome;
  const rows = outcome.classes.map((label) => classRow(outcome, label));
  const shares = rows.map((row) => row.heldOut?.ofClass.value ?? 0);
  return {
    format: 'napcert-learn/1',
    napcert: VERSION,
    model: modelReferenceOf(outcome.model),
    dataset: datasetReferenceOf(outcome.dataset),
    heldOut: heldOut === null ? null : datasetReferenceOf(heldOut.dataset),
    domain: structuredClone(outcome.domain) as LearnDocument['domain'],
    margin: options.margin,
    naps: saved === null ? null : { file: options.naps, sha256: saved.napSha256 },
    certificate: saved === null ? null : { file: options.certificate, sha256: saved.certificateSha256 },
    ceiling: outcome.ceiling.map(({ class: label, tested, pass }) => ({ class: label, tested, pass })),
    classes: rows,
    meanHeldOutRecall:
      heldOut === null ? null : shares.reduce((sum, x) => sum + x, 0) / Math.max(1, shares.length),
    neuronsTested: outcome.table.neurons,
    interrupted: outcome.interrupted,
    seconds: outcome.seconds,
  };
}

function classRow(outcome: LearnOutcome, label: number): LearnedRow {
  const { table, heldOut, model } = outcome;
  const nap = outcome.accepted.get(label);
  const summary = outcome.summaries.get(label);
  const ceiling = outcome.ceiling.find((row) => row.class === label);
  const hopeless = ceiling !== undefined && ceiling.tested > 0 && ceiling.pass === 0;
  const base = {
    class: label,
    depth: summary?.depth ?? 0,
    upperBound: summary === undefined ? null : wilson95(summary.followersAtMost, summary.members),
    undecided: summary?.undecided ?? 0,
    stages: summary === undefined ? [] : summary.stages.map((stage) => ({ ...stage })),
  };
  if (nap === undefined) {
    return {
      ...base,
      verdict: hopeless ? 'none-can-exist' : 'not-found',
      literals: 0,
      layers: [],
      margin: null,
      mining: null,
      heldOut: null,
      costly: [],
      strangers: [],
    };
  }
  return {
    ...base,
    verdict: 'proved',
    literals: literalCount(nap.phases),
    layers: neuronBlocks(model.network).map(({ tensor, offset, size }) => {
      const own = nap.phases.subarray(offset, offset + size);
      return {
        tensor: tensor.name,
        active: own.filter((phase) => phase === ACTIVE).length,
        inactive: own.filter((phase) => phase === INACTIVE).length,
        entropy: layerEntropy(table, label, offset, size),
      };
    }),
    margin: nap.margin,
    mining: recallOf(table, label, nap.phases),
    heldOut: heldOut === null ? null : recallOf(heldOut.table, label, nap.phases),
    costly: costliest(outcome, label, nap.phases),
    strangers: heldOut === null ? [] : strangers(heldOut.table, label, nap.phases),
  };
}

function recallOf(table: PatternTable, label: number, phases: Phases): NonNullable<LearnedRow['mining']> {
  const masks = literalMasks(phases);
  let [labelled, correct, follow, followCorrect] = [0, 0, 0, 0];
  for (let i = 0; i < table.count; i++) {
    if (table.labels[i] !== label) continue;
    const right = table.predictions[i] === label;
    const follows = patternFollows(table.bits, i * table.words, masks);
    labelled++;
    if (right) correct++;
    if (follows) follow++;
    if (follows && right) followCorrect++;
  }
  return { ofClass: wilson95(follow, labelled), ofCorrect: wilson95(followCorrect, correct) };
}

function strangers(table: PatternTable, label: number, phases: Phases): LearnedRow['strangers'] {
  const masks = literalMasks(phases);
  const counts = new Map<number, number>();
  for (let i = 0; i < table.count; i++) {
    const other = table.labels[i]!;
    if (other === label || !patternFollows(table.bits, i * table.words, masks)) continue;
    counts.set(other, (counts.get(other) ?? 0) + 1);
  }
  return [...counts]
    .map(([other, followers]) => ({ label: other, followers }))
    .sort((a, b) => b.followers - a.followers);
}

const SHOWN = 20;

function costliest({ table, model }: LearnOutcome, label: number, phases: Phases): LearnedRow['costly'] {
  const literals = [...phases.keys()].filter((n) => phases[n] !== FREE);
  const violators = new Map(literals.map((n) => [n, 0]));
  const alone = new Map(literals.map((n) => [n, 0]));
  for (let i = 0; i < table.count; i++) {
    if (table.labels[i] !== label || table.predictions[i] !== label) continue;
    const broken = literals.filter((n) => (bitAt(table, i, n) === 1) !== (phases[n] === ACTIVE));
    for (const n of broken) violators.set(n, violators.get(n)! + 1);
    if (broken.length === 1) alone.set(broken[0]!, alone.get(broken[0]!)! + 1);
  }
  const blocks = neuronBlocks(model.network);
  return literals
    .filter((n) => violators.get(n)! > 0)
    .sort((a, b) => alone.get(b)! - alone.get(a)! || violators.get(b)! - violators.get(a)!)
    .slice(0, SHOWN)
    .map((n) => {
      const block = blocks.find(({ offset, size }) => n >= offset && n < offset + size)!;
      return {
        tensor: block.tensor.name,
        index: n - block.offset,
        phase: phases[n] === ACTIVE ? 'active' : 'inactive',
        violators: violators.get(n)!,
        alone: alone.get(n)!,
      };
    });
}

/** Mean entropy in bits of the phases of a layer's neurons over the class's correct samples. */
function layerEntropy(table: PatternTable, label: number, offset: number, size: number): number {
  const active = new Int32Array(size);
  let members = 0;
  for (let i = 0; i < table.count; i++) {
    if (table.labels[i] !== label || table.predictions[i] !== label) continue;
    members++;
    for (let n = 0; n < size; n++) active[n]! += bitAt(table, i, offset + n);
  }
  const bits = (p: number): number => (p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));
  return active.reduce((sum, count) => sum + bits(count / Math.max(1, members)), 0) / size;
}
