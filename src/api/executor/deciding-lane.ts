/** The near side of a deciding thread: knows what the thread holds, and what a lost one means. */
import type { ProofStep } from '../../certificate/proof.js';
import type { Reach } from '../../engines/decision.js';
import type { DecideSettings } from '../../engines/executor.js';
import type { RegionSample } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import { undecided } from '../../engines/undecided.js';
import type { Obligation } from '../../obligation/obligation.js';
import { Lane, LaneError } from '../../pool/lane.js';
import { Turn } from '../../pool/turn.js';
import { workerUrl } from '../../util/worker-url.js';
import type { LaneAnswer, LaneAnswers, LaneModel, LaneReach, LaneTask, Statement } from './lane-protocol.js';

/** Beyond the soft limit that engines watch themselves; more where the thread has yet to load the model. */
const HARD_FACTOR = 1.5;
const HARD_EXTRA_MS = 10_000;
const LOADING_MS = 60_000;
/** A check that takes this long is ended; it has no soft limit. */
const CHECK_MS = 1_800_000;
/** How long an aborted task may take to hand over what it has. */
const GRACE_MS = 3000;

export interface DecideCall {
  /** Of one region. */
  readonly obligations: readonly Obligation[];
  /** Whether the next of them may begin; whoever asks for several closes it long before the time limit of one. */
  readonly turn: Turn;
  readonly settings: DecideSettings;
  readonly region: string;
  /** Asked only if the thread does not have it. */
  readonly sample: () => Promise<RegionSample | null> | RegionSample | null;
}

type OnReach = (reach: Reach, at: number) => void;

export type Reply = { readonly decided: Decided } | { readonly rejected: string };

export class DecidingLane {
  readonly #lane: Lane<LaneTask, LaneAnswers>;
  /** What the thread holds. */
  region: string | null = null;
  #sampled = false;
  #starts = 0;
  readonly #lemmas = new Map<string, readonly ProofStep[]>();

  constructor(workerData: LaneModel, heapMiB: number) {
    this.#lane = new Lane({ script: workerUrl('api/executor/lane.js'), workerData, heapMiB });
  }

  /**
   * Decides the first ones, those that may begin. Limits and lost threads are `unknown`; rejects with what failed in
   * the program itself.
   * @param onReach hears of the one that is being decided, and its place in the list
   */
  async decide(call: DecideCall, signal: AbortSignal, onReach?: OnReach): Promise<readonly Decided[]> {
    const { obligations, settings, region, turn } = call;
    const began = performance.now();
    try {
      const kept = this.#holds(region) && this.#sampled;
      const task: LaneTask = {
        kind: 'decide',
        obligations,
        turn: turn.shared,
        settings,
        region,
        sample: kept ? 'kept' : await call.sample(),
      };
      const limit = settings.timeoutSeconds * 1000 * HARD_FACTOR + HARD_EXTRA_MS;
      const replies = await this.#run(task, limit, signal, onReach);
      this.#sampled = true;
      return replies.map((reply) => {
        if ('rejected' in reply) throw new Error('a thread that was asked to decide has refused');
        return reply.decided;
      });
    } catch (error) {
      if (!(error instanceof LaneError)) throw error;
      const begun = turn.close();
      // What was decided before is lost with the thread; the one that cost it comes first the next time.
      if (begun > 1 && error.fault !== 'interrupted')
        return this.decide(
          { ...call, obligations: obligations.slice(0, begun - 1), turn: new Turn() },
          signal,
          onReach,
        );
      return [{ decision: afterFault(error), engine: 'none', seconds: (performance.now() - began) / 1000 }];
    }
  }

  /** By statement. */
  async admit(
    statements: readonly Statement[],
    region: string,
    signal: AbortSignal,
  ): Promise<readonly Reply[]> {
    try {
      return await this.#run({ kind: 'admit', statements, region }, CHECK_MS, signal);
    } catch (error) {
      if (!(error instanceof LaneError)) throw error;
      if (statements.length > 1 && error.fault !== 'interrupted') {
        const replies: Reply[] = [];
        for (const one of statements) replies.push(...(await this.admit([one], region, signal)));
        return replies;
      }
      const rejected =
        error.fault === 'interrupted'
          ? 'interrupted while it was checked'
          : `it cannot be checked: ${error.message}`;
      return statements.map(() => ({ rejected }));
    }
  }

  close(): Promise<void> {
    return this.#lane.close();
  }

  #holds(region: string): boolean {
    return this.#lane.starts > 0 && this.#lane.starts === this.#starts && this.region === region;
  }

  async #run(
    task: LaneTask,
    limitMs: number,
    signal: AbortSignal,
    onReach?: OnReach,
  ): Promise<readonly Reply[]> {
    const fresh = this.#lane.starts === 0 || this.#lane.starts !== this.#starts;
    if (!this.#holds(task.region)) {
      this.#lemmas.clear();
      this.#sampled = false;
    }
    const running = this.#lane.run(task, {
      deadlineMs: limitMs + (fresh ? LOADING_MS : 0),
      signal,
      graceMs: GRACE_MS,
      // A thread sends nothing else.
      ...(onReach === undefined
        ? {}
        : { onMessage: (message) => onReach((message as LaneReach).reach, (message as LaneReach).at) }),
    });
    this.region = task.region;
    this.#starts = this.#lane.starts;
    try {
      return (await running).map((answer) =>
        answer.kind === 'rejected' ? answer : { decided: this.#complete(answer) },
      );
    } catch (error) {
      this.region = null;
      throw error;
    }
  }

  #complete({ decided, lemmas }: Extract<LaneAnswer, { kind: 'decided' }>): Decided {
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
      return undecided('memory', `the thread reached its memory limit: ${error.message}`);
    case 'interrupted':
      return undecided('interrupted', 'stopped by the user');
    case 'crash':
      throw error.cause ?? error;
  }
}
