/** Threads of a worker, each with one model; a job goes to one that has its region, if it can. */
import type { Reach } from '../engines/decision.js';
import type { DecideSettings } from '../engines/executor.js';
import type { RegionSample } from '../engines/falsify/region-sample.js';
import type { Decided } from '../engines/portfolio.js';
import type { Arithmetic, Obligation } from '../obligation/obligation.js';
import type { Turn } from '../pool/turn.js';
import { DecidingLane } from './executor/deciding-lane.js';
import type { WorkerModel } from './worker-models.js';

export interface WorkerQuestion {
  readonly model: WorkerModel;
  readonly arithmetic: Arithmetic;
  /** Of one region, to decide as far as the turn goes. */
  readonly obligations: readonly Obligation[];
  readonly turn: Turn;
  readonly settings: DecideSettings;
  readonly region: string;
}

interface Slot {
  model: string | null;
  lane: DecidingLane | null;
  busy: boolean;
}

export class WorkerLanes {
  readonly #slots: Slot[];
  readonly #share: number;

  constructor(count: number, maxMemoryBytes: number) {
    this.#slots = Array.from({ length: count }, () => ({ model: null, lane: null, busy: false }));
    this.#share = Math.floor(maxMemoryBytes / count);
  }

  /** There must be no more calls at once than threads. */
  async decide(
    { model, arithmetic, obligations, turn, settings, region }: WorkerQuestion,
    sample: () => Promise<RegionSample | null>,
    signal: AbortSignal,
    onReach: (reach: Reach, at: number) => void,
  ): Promise<readonly Decided[]> {
    const wanted = `${arithmetic}/${model.sha256}`;
    const slot = this.#choose(wanted, region);
    slot.busy = true;
    try {
      if (slot.model !== wanted) {
        await slot.lane?.close();
        slot.lane = new DecidingLane(
          { ...model, arithmetic },
          Math.max(64, Math.floor(this.#share / 2 ** 20)),
        );
        slot.model = wanted;
      }
      const maxMemoryBytes = Math.min(settings.maxMemoryBytes, this.#share);
      const call = { obligations, turn, settings: { ...settings, maxMemoryBytes }, region, sample };
      return await slot.lane!.decide(call, signal, onReach);
    } finally {
      slot.busy = false;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.lane?.close()));
  }

  #choose(model: string, region: string): Slot {
    const free = this.#slots.filter(({ busy }) => !busy);
    const found =
      free.find((slot) => slot.model === model && slot.lane?.region === region) ??
      free.find((slot) => slot.model === model) ??
      free.find((slot) => slot.model === null) ??
      free[0];
    if (found === undefined) throw new Error('more jobs at once than threads');
    return found;
  }
}
