/** Model and data in; for every class the provable NAP with the most followers that was found, with its proof, out. */
import { availableParallelism } from 'node:os';
import { type OpenDatasetOptions, openDataset } from '../../dataset/open-dataset.js';
import { classExtremes } from '../../learning/extremes.js';
import { type AcceptedNap, type ClassSummary, type LearnJob, runLearnJob } from '../../learning/job.js';
import { learnInThreads } from '../../learning/threads.js';
import { recordPatterns } from '../../mining/patterns.js';
import type { LearnDocument } from '../../report/documents/learn.js';
import type { Domain } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { ceilingOf } from '../ceiling/ceiling.js';
import type { ClusterChoice } from '../executor/open-cluster.js';
import { openElsewhere } from '../executor/open-elsewhere.js';
import { type HeldOutChoice, miningInputs, openMiningData } from '../held-out.js';
import { openComparedModel } from '../open-model.js';
import { assertWritable } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { earlierCertificate } from '../verify/certificate-file.js';
import { inOrder } from '../verify/in-order.js';
import { learnDocument } from './document.js';
import { type HeldOut, type LearnedFiles, saveLearned } from './save.js';

export interface LearnOptions {
  readonly model: string;
  readonly data: string;
  readonly dataset?: OpenDatasetOptions;
  readonly heldOut?: HeldOutChoice;
  /** Default: all. */
  readonly classes?: readonly number[];
  /** Default: the unit box. */
  readonly domain?: Domain;
  /** Least proved lead of the own logit. */
  readonly margin: number;
  /** For all classes together, of learning alone. */
  readonly seconds: number;
  /** Largest share of a class's correct samples that one literal may cost. */
  readonly maxShare?: number;
  /** Threads; 1 learns in this one. Default: as many as the machine has processors. */
  readonly jobs?: number;
  readonly naps: string;
  readonly certificate: string;
  /** Replace a certificate that is there. */
  readonly fresh?: boolean;
  /** Other machines that prove; all classes are learned at once then, each with all of the time. */
  readonly cluster?: ClusterChoice;
}

const DEFAULT_MAX_SHARE = 0.06;
const MAX_MEMORY_BYTES = 4 * 2 ** 30;
const UNIT: Domain = { kind: 'box', lower: 0, upper: 1 };
/** Samples per class of the ceiling test that comes first, which one that passes ends. */
const CEILING_SAMPLES = 5;

/**
 * Learns on the data alone; held-out data are opened when learning is over. Both files are written whenever a class is
 * done, so that an interruption keeps what was proved.
 * @throws InputError before any work for outputs that cannot be written, and for files that do not fit together
 */
export async function learn(
  options: LearnOptions,
  progress: Progress = silentProgress,
  signal: AbortSignal = new AbortController().signal,
): Promise<LearnDocument> {
  const began = performance.now();
  const heldOutChoice = options.heldOut ?? {};
  const inputs = miningInputs(options);
  assertWritable(options.naps, '--naps', inputs);
  refuseExisting(options, inputs);
  progress.step(`reading ${options.model}`);
  const model = await openComparedModel(options.model);
  const { network } = model;
  progress.step(`reading ${options.data}`);
  const { dataset, heldOut: heldOutPart } = await openMiningData(
    options.data,
    options.dataset ?? {},
    heldOutChoice.split === undefined ? {} : { split: heldOutChoice.split },
  );
  const table = await recordPatterns(network, dataset, {
    onProgress: (done, total) => progress.step('evaluating samples', done, total),
  });
  const classes = chosenClasses(options, table.classes, table.labels);
  const domain = options.domain ?? UNIT;
  progress.step('looking for the ceiling');
  const ceiling = await ceilingOf(model, dataset, table, {
    domain,
    classes,
    samplesPerClass: CEILING_SAMPLES,
    untilPass: true,
    signal,
    onProgress: (done, total) => progress.step('looking for the ceiling', done, total),
  });
  const files: LearnedFiles = {
    model,
    dataset,
    table,
    domain,
    naps: options.naps,
    certificate: options.certificate,
    timeoutSeconds: options.seconds,
  };
  // Classes none of whose tested samples could follow any true NAP are not searched.
  const hopeless = new Set(
    ceiling.filter(({ pass, tested }) => tested > 0 && pass === 0).map((row) => row.class),
  );
  const hopeful = classes.filter((label) => !hopeless.has(label));
  const accepted = new Map<number, AcceptedNap>();
  const summaries = new Map<number, ClassSummary>();
  let saving: Promise<unknown> = Promise.resolve();
  const save = (heldOut: HeldOut | null) => {
    const next = saving.then(() => saveLearned(files, [...accepted.values()], heldOut));
    saving = next;
    return next;
  };
  progress.step('measuring the room of literals');
  const extremes =
    hopeful.length === 0 ? null : await classExtremes(model.loaded.bytes, network, dataset, table);
  const executor = hopeful.length === 0 ? null : await openElsewhere(model, options.cluster, progress);
  const threads =
    executor !== null
      ? hopeful.length
      : Math.min(options.jobs ?? availableParallelism(), Math.max(1, hopeful.length));
  const deadline = performance.now() + options.seconds * 1000;
  let left = hopeful.length;
  const jobOf = (label: number) => (): LearnJob => {
    // Time that earlier classes left over goes to the later ones.
    const seconds = Math.max(1, ((deadline - performance.now()) / 1000) * Math.min(1, threads / left));
    left--;
    return {
      label,
      domain,
      table,
      extremes: extremes?.[label] ?? null,
      margin: options.margin,
      maxShare: options.maxShare ?? DEFAULT_MAX_SHARE,
      seconds,
      maxMemoryBytes: MAX_MEMORY_BYTES,
    };
  };
  const events = {
    onAccepted: (nap: AcceptedNap) => {
      const before = accepted.get(nap.label);
      if (before === undefined || nap.followers >= before.followers) accepted.set(nap.label, nap);
      if (before === undefined) void save(null).catch(() => {});
      progress.note(`class ${nap.label}: ${nap.followers} mining samples follow a proved NAP`);
    },
    onDone: (summary: ClassSummary) => {
      summaries.set(summary.label, summary);
      void save(null).catch(() => {});
      progress.step('learning', summaries.size, hopeful.length);
    },
  };
  progress.step('learning', 0, hopeful.length);
  if (executor !== null) {
    const run = (label: number) =>
      runLearnJob(network, model.loaded.sha256, jobOf(label)(), signal, events.onAccepted, executor);
    try {
      await inOrder(hopeful, hopeful.length, async (label) => events.onDone(await run(label)));
    } finally {
      await executor.close();
    }
  } else if (threads === 1) {
    for (const label of hopeful) {
      if (signal.aborted) break;
      events.onDone(
        await runLearnJob(network, model.loaded.sha256, jobOf(label)(), signal, events.onAccepted),
      );
    }
  } else {
    const data = { path: options.model, sha256: model.loaded.sha256 };
    await learnInThreads(data, hopeful.map(jobOf), threads, signal, events);
  }
  await saving;
  const learnSeconds = (performance.now() - began) / 1000;
  const heldOut = await openHeldOut(model.network, heldOutChoice, heldOutPart, options, progress);
  const saved = await save(heldOut);
  return learnDocument({
    options,
    model,
    dataset,
    table,
    heldOut,
    classes,
    ceiling,
    accepted,
    summaries,
    saved,
    domain,
    interrupted: signal.aborted,
    seconds: learnSeconds,
  });
}

/** Not before learning is over. */
async function openHeldOut(
  network: LearnedFiles['model']['network'],
  choice: HeldOutChoice,
  part: LearnedFiles['dataset'] | null,
  options: LearnOptions,
  progress: Progress,
): Promise<HeldOut | null> {
  const { labels: _, split: __, limit: ___, ...reading } = options.dataset ?? {};
  const dataset =
    choice.data === undefined
      ? part
      : await openDataset(choice.data, {
          ...reading,
          ...(choice.labels === undefined ? {} : { labels: choice.labels }),
        });
  if (dataset === null) return null;
  const table = await recordPatterns(network, dataset, {
    onProgress: (done, total) => progress.step('evaluating held-out samples', done, total),
  });
  return { dataset, table };
}

function refuseExisting(options: LearnOptions, inputs: readonly (string | undefined)[]): void {
  const earlier = earlierCertificate(options.certificate, options.fresh === true, inputs);
  if (earlier === null) return;
  throw new InputError('the output is a certificate already', {
    file: options.certificate,
    place: '--output',
    expected: 'a new name, or --fresh to replace the certificate',
    found: `${earlier.predicate.properties.length} decided properties`,
  });
}

function chosenClasses({ classes, model }: LearnOptions, all: number, labels: Int32Array): readonly number[] {
  const strange = classes?.find((label) => label >= all);
  if (strange !== undefined) {
    throw new InputError('no such class', {
      file: model,
      place: '--class',
      expected: `0 to ${all - 1}`,
      found: String(strange),
    });
  }
  const present = new Set(labels);
  return (classes ?? Array.from({ length: all }, (_, k) => k)).filter((label) => present.has(label));
}
