/**
 * Decides obligations in threads of this process. A thread keeps a region's bounds between its obligations, and the
 * exact checker runs in it on each proof. A task that passes its deadline, or its memory, ends its thread and nothing else.
 */
import type { Reach } from '../../engines/decision.js';
import type { DecideOptions, DecideSettings, Executor } from '../../engines/executor.js';
import type { RegionSample } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import { regionDigest } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { Dispatcher } from '../../pool/dispatcher.js';
import { Turn } from '../../pool/turn.js';
import type { DecidedModel } from './decider.js';
import { type DecideCall, DecidingLane, type Reply } from './deciding-lane.js';
import type { LaneModel, Statement } from './lane-protocol.js';
import { notReached } from './local.js';
import { sampleOf } from './sample.js';

export interface PoolLimits {
  readonly jobs: number;
  /** JavaScript heap of each thread. */
  readonly heapMiB: number;
}

type Item = (lane: DecidingLane) => Promise<readonly Reply[]>;

export interface Pool extends Executor {
  /** Checks what other machines say about obligations of one region, in a thread that has it if there is one. */
  readonly admit: (
    statements: readonly Statement[],
    region: string,
    signal: AbortSignal,
  ) => Promise<readonly Reply[]>;
}

export function poolExecutor(model: DecidedModel, limits: PoolLimits): Pool {
  // A copy per thread: onnxruntime takes no SharedArrayBuffer.
  const workerData: LaneModel = { bytes: model.bytes, sha256: model.sha256, arithmetic: model.arithmetic };
  const lanes = Array.from({ length: limits.jobs }, () => new DecidingLane(workerData, limits.heapMiB));
  let closed = false;
  const dispatcher = new Dispatcher<Item, readonly Reply[]>(limits.jobs, async (lane, item) =>
    closed ? [{ decided: notReached() }] : item(lanes[lane]!),
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
    // Threads share what the process may use.
    const own = { ...settings, maxMemoryBytes: Math.ceil(settings.maxMemoryBytes / limits.jobs) };
    let found: RegionSample | null | undefined;
    const sample = (): RegionSample | null => {
      if (found === undefined) found = sampleOf(options.data, first);
      return found;
    };
    const items = obligations.map(
      (obligation): Item =>
        async (lane) => {
          if (options.signal.aborted) return [{ decided: notReached() }];
          options.onBegin?.(obligation);
          const call: DecideCall = {
            obligations: [obligation],
            turn: new Turn(),
            settings: own,
            region,
            sample,
          };
          const { onReach } = options;
          const told = onReach && ((reach: Reach): void => onReach(obligation, reach));
          const [decided] = await lane.decide(call, options.signal, told);
          return [{ decided: decided! }];
        },
    );
    return dispatcher.submit(items, region).map(async (reply) => {
      const [settled] = await reply;
      if ('rejected' in settled!) throw new Error(settled.rejected);
      return settled!.decided;
    });
  };
  return {
    lanes: limits.jobs,
    decide,
    admit: (statements, region, signal) =>
      dispatcher.submit([(lane) => lane.admit(statements, region, signal)], region)[0]!,
    close: async () => {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}
