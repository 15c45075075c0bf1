/**
 * Decides obligations in threads of this process. A thread keeps a region's bounds between its obligations, and the
 * exact checker runs in it on each proof. A task that passes its deadline, or its memory, ends its thread and nothing else.
 */
import type { ProofStep } from '../../certificate/proof.js';
import type { DecideOptions, DecideSettings, Executor } from '../../engines/executor.js';
import type { RegionSample } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import { undecided } from '../../engines/undecided.js';
import { regionDigest } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { Dispatcher } from '../../pool/dispatcher.js';
import { Lane, LaneError } from '../../pool/lane.js';
import { workerUrl } from '../../util/worker-url.js';
import type { DecidedModel } from './decider.js';
import type { LaneAnswer, LaneModel, LaneTask } from './lane-protocol.js';
import { notReached } from './local.js';
import { sampleOf } from './sample.js';

export interface PoolLimits {
  readonly jobs: number;
  /** JavaScript heap of each thread. */
  readonly heapMiB: number;
}

/** Beyond the soft limit that engines watch themselves; more where the thread has yet to load the model. */
const HARD_FACTOR = 1.5;
const HARD_EXTRA_MS = 10_000;
const LOADING_MS = 60_000;
/** How long an aborted task may take to hand over what it has. */
const GRACE_MS = 3000;

interface Item {
  readonly obligation: Obligation;
  readonly settings: DecideSettings;
  readonly options: DecideOptions;
  readonly region: string;
  readonly sample: () => RegionSample | null;
}

export function poolExecutor(model: DecidedModel, limits: PoolLimits): Executor {
  // A copy per thread: onnxruntime takes no SharedArrayBuffer.
  const workerData: LaneModel = { bytes: model.bytes, sha256: model.sha256, arithmetic: model.arithmetic };
  const lanes = Array.from({ length: limits.jobs }, () => new DecidingLane(workerData, limits.heapMiB));
  let closed = false;
  const dispatcher = new Dispatcher<Item, Decided>(limits.jobs, async (lane, item) =>
    closed ? notReached() : lanes[lane]!.decide(item),
  );
  const decide = (
    obligations: readonly Obligation[],
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided>[] => {
    const [first] = obligations;
    if (first === undefined) return [];
    const claim = { network: model.network, modelSha256: model.sha256 };
    const region = regionDigest(claim, { ...first, outputs: [] });
    let found: RegionSample | null | undefined;
    const sample = (): RegionSample | null => {
      if (found === undefined) found = sampleOf(options.data, first);
      return found;
    };
    return dispatcher.submit(
      obligations.map((obligation) => ({ obligation, settings, options, region, sample })),
    );
  };
  return {
    lanes: limits.jobs,
    decide,
    close: async () => {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

class DecidingLane {
  readonly #lane: Lane<LaneTask, LaneAnswer>;
  /** What the thread holds: its region, and the lists of lemmas that it has sent. */
  #region: string | null = null;
  #starts = 0;
  readonly #lemmas = new Map<string, readonly ProofStep[]>();

  constructor(workerData: LaneModel, heapMiB: number) {
    this.#lane = new Lane({ script: workerUrl('api/executor/lane.js'), workerData, heapMiB });
  }

  async decide({ obligation, settings, options, region, sample }: Item): Promise<Decided> {
    if (options.signal.aborted) return notReached();
    options.onBegin?.(obligation);
    const fresh = this.#lane.starts === 0 || this.#lane.starts !== this.#starts;
    const kept = !fresh && this.#region === region;
    if (!kept) this.#lemmas.clear();
    const deadlineMs =
      settings.timeoutSeconds * 1000 * HARD_FACTOR + HARD_EXTRA_MS + (fresh ? LOADING_MS : 0);
    const began = performance.now();
    try {
      const task: LaneTask = { obligation, settings, region, sample: kept ? 'kept' : sample() };
      const running = this.#lane.run(task, { deadlineMs, signal: options.signal, graceMs: GRACE_MS });
      this.#region = region;
      this.#starts = this.#lane.starts;
      return this.#complete(await running);
    } catch (error) {
      this.#region = null;
      if (!(error instanceof LaneError)) throw error;
      return { decision: afterFault(error), engine: 'none', seconds: (performance.now() - began) / 1000 };
    }
  }

  close(): Promise<void> {
    return this.#lane.close();
  }

  #complete({ decided, lemmas }: LaneAnswer): Decided {
    const { decision } = decided;
    if (lemmas === null || decision.verdict !== 'unsat' || decision.shared === null) return decided;
    const { id } = decision.shared;
    if (lemmas !== 'sent') this.#lemmas.set(id, lemmas);
    return { ...decided, decision: { ...decision, shared: { id, lemmas: this.#lemmas.get(id)! } } };
  }
}

/** @throws the fault's cause if the program itself failed */
function afterFault(error: LaneError): Decided['decision'] {
  switch (error.fault) {
    case 'deadline':
      return undecided('timeout', 'ended at the hard deadline');
    case 'memory':
      return undecided('memory', `the thread reached its heap limit: ${error.message}`);
    case 'interrupted':
      return undecided('interrupted', 'stopped by the user');
    case 'crash':
      throw error.cause ?? error;
  }
}
