/**
 * Decides obligations on other machines, over the queue. Nothing that comes back is believed: proofs are checked and
 * points replayed here, in threads of this process, and what does not stand is decided here instead.
 */
import { setMaxListeners } from 'node:events';
import type { z } from 'zod';
import type { ProofStep } from '../../certificate/proof.js';
import { BATCH, BatchRun, type PartOutcome } from '../../cluster/batches.js';
import type { Coordinator } from '../../cluster/coordinator.js';
import {
  type Answer,
  answerSchema,
  answersSchema,
  type Batch,
  type BatchPart,
  JOB_FORMAT,
  lemmasSchema,
  type Receipt,
} from '../../cluster/job-wire.js';
import { AbandonedError } from '../../cluster/patience.js';
import { check, encodeQuery, encodeRegion, encodeSample, parse } from '../../cluster/region-wire.js';
import { Slots } from '../../cluster/slots.js';
import { type BlobStore, MAX_ANSWER_BLOB_BYTES } from '../../cluster/store.js';
import type { DecideOptions, DecideSettings, Executor } from '../../engines/executor.js';
import type { Decided } from '../../engines/portfolio.js';
import { undecided } from '../../engines/undecided.js';
import { regionDigest } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { Checking, Kept, type Sized } from './arrivals.js';
import { decideInCubes } from './cubes.js';
import type { DecidedModel } from './decider.js';
import { notReached } from './local.js';
import type { Pool } from './pool.js';
import { sampleOf } from './sample.js';

export interface ClusterParts {
  readonly model: DecidedModel;
  readonly coordinator: Coordinator;
  readonly store: BlobStore;
  /** Checks what comes back, and decides what nobody else can. */
  readonly pool: Pool;
  /** An obligation that takes longer is split into cubes where workers are idle; 0 for never. */
  readonly splitAfterSeconds: number;
  readonly close: () => Promise<void>;
}

/** Properties in flight: their obligations fill the queue. */
const WIDTH = 256;
/** Answers that are fetched and read at once. */
const READS = 2;

export function clusterExecutor(parts: ClusterParts): Executor {
  const run = new ClusterRun(parts);
  return {
    lanes: WIDTH,
    decide: (obligations, settings, options) => run.decide(obligations, settings, options),
    close: parts.close,
  };
}

/** What all obligations of a region send. */
interface Region {
  readonly digest: string;
  readonly blobs: () => readonly Uint8Array[];
  readonly base: Omit<Batch, 'parts'>;
}

class ClusterRun {
  /** Fetched and read once; a few are kept. */
  readonly #lemmas = new Kept((digest) => this.#read(lemmasSchema, digest, 'list of lemmas'));
  readonly #answers = new Kept((digest) => this.#read(answersSchema, digest, 'list of answers'));
  readonly #reads = new Slots(READS);
  readonly #checking: Checking;

  constructor(readonly parts: ClusterParts) {
    this.#checking = new Checking(parts.pool);
  }

  decide(
    obligations: readonly Obligation[],
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided>[] {
    const [first] = obligations;
    if (first === undefined) return [];
    const region = this.#region(first, settings, options);
    let batch = this.#batch(region);
    // One listener per obligation in flight.
    setMaxListeners(0, options.signal);
    return obligations.map((obligation, i) => {
      if (i % BATCH === 0) batch = this.#batch(region);
      return this.#decideOne(obligation, region, batch, settings, options);
    });
  }

  async #decideOne(
    obligation: Obligation,
    region: Region,
    batch: BatchRun,
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided> {
    if (options.signal.aborted) return notReached();
    options.onBegin?.(obligation);
    const { coordinator, splitAfterSeconds, model, pool } = this.parts;
    const ask = (part: Obligation, signal: AbortSignal): Promise<Decided> => {
      const own = { ...options, signal };
      if (part === obligation) return this.#ask(part, region, batch, settings, own);
      const cube = this.#region(part, settings, {});
      return this.#ask(part, cube, this.#batch(cube), settings, own);
    };
    const decided = await decideInCubes({
      network: model.network,
      modelSha256: model.sha256,
      obligation,
      region: region.digest,
      ask,
      admit: pool.admit,
      splitAfterSeconds,
      idle: () => coordinator.idle,
      signal: options.signal,
      onNote: (line) => options.onNote?.(line),
      onCubes: (change) => {
        coordinator.shown.cubesOpen += change;
      },
    });
    this.#report(decided);
    return decided;
  }

  #report({ decision }: Decided): void {
    const { shown } = this.parts.coordinator;
    shown.claims = `model ${this.parts.model.sha256.slice(0, 12)}`;
    shown.decided++;
    if (decision.verdict !== 'unsat' || decision.margin === null) return;
    shown.leastMargin = Math.min(decision.margin, shown.leastMargin ?? Number.POSITIVE_INFINITY);
  }

  #batch(region: Region): BatchRun {
    return new BatchRun(this.parts.coordinator, region.base, () => this.#store(region));
  }

  /** The answer to one part of a job as far as it stands. */
  async #ask(
    obligation: Obligation,
    region: Region,
    batch: BatchRun,
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided> {
    const outcome = await batch.ask(partOf(obligation), options.signal, (reach) =>
      options.onReach?.(obligation, reach),
    );
    switch (outcome.kind) {
      case 'answered':
        return this.#admit(obligation, region, outcome, settings, options);
      case 'cancelled':
        return notReached();
      case 'failed':
        return open('solver-crash', `workers failed on it: ${outcome.reason}`);
      case 'abandoned':
        return open('timeout', outcome.reason);
    }
  }

  async #admit(
    obligation: Obligation,
    region: Region,
    { receipt }: Extract<PartOutcome, { kind: 'answered' }>,
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided> {
    const { worker, seconds } = receipt;
    let rejected: string;
    try {
      const answer = check(answerSchema, (await this.#answersOf(receipt))[receipt.at], 'answer');
      const lemmas = await this.#lemmasOf(answer);
      const reply = await this.#checking.ask(
        { obligation, answer, lemmas, worker },
        region.digest,
        options.signal,
      );
      if ('decided' in reply) return { ...reply.decided, seconds };
      rejected = reply.rejected;
    } catch (error) {
      if (error instanceof AbandonedError) return open('timeout', error.message);
      if (!(error instanceof InputError)) throw error;
      rejected = error.message;
    }
    if (options.signal.aborted) return notReached();
    options.onNote?.(
      `${obligation.id}: refused what worker ${worker} returned (${rejected}); deciding it here`,
    );
    const [own] = this.parts.pool.decide([obligation], settings, options);
    return own!;
  }

  #region(first: Obligation, settings: DecideSettings, { data }: Pick<DecideOptions, 'data'>): Region {
    const { model, coordinator } = this.parts;
    const claim = { network: model.network, modelSha256: model.sha256 };
    const sample = sampleOf(data, first);
    const regionText = Buffer.from(encodeRegion(first));
    const sampleText = sample === null ? null : Buffer.from(encodeSample(sample));
    const queryText = first.query === undefined ? null : Buffer.from(encodeQuery(first.query));
    const digest = regionDigest(claim, { ...first, outputs: [] });
    return {
      digest,
      blobs: () => [model.bytes, regionText, ...[queryText, sampleText].filter((blob) => blob !== null)],
      base: {
        format: JOB_FORMAT,
        build: coordinator.options.build,
        model: model.sha256,
        arithmetic: model.arithmetic,
        region: sha256(regionText),
        query: queryText === null ? null : sha256(queryText),
        sample: sampleText === null ? null : sha256(sampleText),
        regionDigest: digest,
        // A worker's solver would have to be trusted, so it is not asked.
        settings: { ...settings, engine: 'bab' },
      },
    };
  }

  async #store({ base, blobs }: Region): Promise<void> {
    const { store } = this.parts;
    const digests = [base.model, base.region, base.query, base.sample].filter((digest) => digest !== null);
    if (await store.has(digests)) return;
    for (const blob of blobs()) await store.put(blob);
  }

  /** A few at a time, so that what is read but not yet judged stays small. */
  async #read<T>(schema: z.ZodType<T>, digest: string, what: string): Promise<Sized<T>> {
    const release = await this.#reads.take();
    try {
      const bytes = await this.parts.store.get(digest, MAX_ANSWER_BLOB_BYTES);
      return { value: parse(schema, bytes, what), bytes: bytes.length };
    } finally {
      release();
    }
  }

  #answersOf({ answers }: Receipt): Promise<readonly unknown[]> {
    return this.parts.coordinator.patience.wait(this.#answers.get(answers));
  }

  async #lemmasOf(answer: Answer): Promise<readonly ProofStep[] | null> {
    if (answer.verdict !== 'unsat' || answer.shared === null) return null;
    return this.parts.coordinator.patience.wait(this.#lemmas.get(answer.shared.blob));
  }
}

function partOf({ id, digest, outputs }: Obligation): BatchPart {
  const plain = outputs.map(({ terms, bound }) => ({ terms: terms.map((term) => ({ ...term })), bound }));
  return { id, digest, outputs: plain };
}

function open(reason: 'solver-crash' | 'timeout', detail: string): Decided {
  return { decision: undecided(reason, detail), engine: 'none', seconds: 0 };
}
