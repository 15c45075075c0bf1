/** What an engine says about one obligation, and what it is given to say it. */
import type { Ascent } from '../bounds/ascent/ascent.js';
import type { ProofStep } from '../certificate/proof.js';
import type { Phases } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { Obligation, UnknownReason } from '../obligation/obligation.js';
import type { SolverName } from '../solvers/solver.js';
import type { Falsifier } from './falsify/falsifier.js';
import type { RegionCache } from './region.js';

export type Decision =
  | {
      readonly verdict: 'unsat';
      readonly steps: readonly ProofStep[];
      /** Lemmas that the steps' `shared` step refers to. */
      readonly shared: SharedList | null;
      /** Literals per NAP that suffice for the proof; null for all of them. */
      readonly core: readonly Phases[] | null;
      readonly margin: number | null;
    }
  /** The point was confirmed by exact replay and by onnxruntime. */
  | { readonly verdict: 'sat'; readonly confirmed: Confirmed }
  | {
      readonly verdict: 'unknown';
      readonly reason: UnknownReason;
      readonly detail: string;
      readonly suggestion: string;
      readonly provedMargin: number | null;
      readonly bestMargin: number | null;
    };

/** Lemmas about a region that all its obligations may use. */
export interface SharedList {
  readonly id: string;
  readonly lemmas: readonly ProofStep[];
}

/** A candidate that survived the replay, rounded to the model's element type. */
export interface Confirmed {
  readonly point: Float64Array;
  readonly exactLogits: readonly string[];
  readonly runtimeLogits: readonly number[] | null;
  readonly source: string;
}

/**
 * Replays a candidate: rounds it to the model's element type, evaluates exactly and in onnxruntime. Null if it
 * is not a counterexample. Injected, because engines must not know the checker.
 */
export type Confirm = (
  obligation: Obligation,
  point: Float64Array,
  source: string,
) => Promise<Confirmed | { readonly rejected: string }>;

/** The exact checker's word on a proof; injected for the same reason. A margin is what it proved, rounded down. */
export type Audit = (
  obligation: Obligation,
  steps: readonly ProofStep[],
  shared: SharedList | null,
) =>
  | { readonly accepted: true; readonly margin: number | null }
  | { readonly accepted: false; readonly rejected: string };

/** What work on an obligation that takes long has come to; for people who wait, not evidence. */
export interface Reach {
  readonly stage: 'suffix' | 'bounds' | 'points' | 'inputs' | 'cubes' | 'search' | 'milp';
  /** Nodes, boxes or cubes of this stage. */
  readonly nodes: number | null;
  readonly closedShare: number | null;
  /** The only output constraint's lead, own logit minus competitor, is at least this on the region; in floating point. */
  readonly margin: number | null;
  /** The least lead at a point that was met. */
  readonly nearest: number | null;
}

export type EngineName = 'auto' | 'bab' | 'milp';

export interface EngineContext {
  readonly engine: EngineName;
  readonly regions: RegionCache;
  readonly ascent: Ascent;
  readonly falsifier: Falsifier;
  /** Search on until the proved margin is the least one of the suffix that proves it. */
  readonly exactMargin: boolean;
  /** Per obligation, for branch and bound. */
  readonly maxNodes: number;
  /** Memory of this thread (util/thread-memory.ts) at which a search gives up. */
  readonly maxMemoryBytes: number;
  /** Open neurons up to which branch and bound goes to the whole network at once; tests force the other path with 0. */
  readonly directNeurons?: number;
  readonly network: Network;
  readonly confirm: Confirm;
  readonly audit: Audit;
  readonly solver: SolverName;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly onReach?: (reach: Reach) => void;
}
