/**
 * Who decides obligations: this thread, threads of this process, or other machines. Callers hand over lists and get
 * decisions; where they come from changes no verdict, since every proof was accepted by the checker, and every point
 * replayed, by a process that the caller trusts.
 */
import type { Obligation } from '../obligation/obligation.js';
import type { EngineContext, Reach } from './decision.js';
import type { ScannedData } from './falsify/follower-scan.js';
import type { Decided } from './portfolio.js';

/** What is asked of the engines, per obligation. */
export type DecideSettings = Pick<
  EngineContext,
  'engine' | 'solver' | 'timeoutSeconds' | 'exactMargin' | 'maxNodes' | 'maxMemoryBytes'
>;

export interface DecideOptions {
  readonly signal: AbortSignal;
  /** Samples that the falsifier may start from, those of the obligations' region; see `regionSample`. */
  readonly data?: ScannedData | null;
  /** Called when work on an obligation begins. */
  readonly onBegin?: (obligation: Obligation) => void;
  /** How far work on an obligation is, here or, as far as it says, elsewhere; see {@link Reach}. */
  readonly onReach?: (obligation: Obligation, reach: Reach) => void;
  /** What is happening behind the scenes: workers, queue, bounds. */
  readonly onNote?: (line: string) => void;
}

export interface Executor {
  /** Obligations that are worked on at once; submit somewhat more to keep all busy. */
  readonly lanes: number;
  /**
   * Decides obligations of one region (same box, NAPs and tolerances), which share its bounds; one promise each.
   * An abort makes the rest `unknown (interrupted)`; limits make `unknown`. Rejects only for errors in the program.
   * The lists of lemmas in the decisions are named by content.
   */
  readonly decide: (
    obligations: readonly Obligation[],
    settings: DecideSettings,
    options: DecideOptions,
  ) => readonly Promise<Decided>[];
  readonly close: () => Promise<void>;
}
