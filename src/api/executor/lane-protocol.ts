/** What goes between the program and a deciding thread. All of it is plain data for structured cloning. */
import type { ProofStep } from '../../certificate/proof.js';
import type { Answer } from '../../cluster/job-wire.js';
import type { Reach } from '../../engines/decision.js';
import type { DecideSettings } from '../../engines/executor.js';
import type { RegionSample } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import type { Arithmetic, Obligation } from '../../obligation/obligation.js';

/** Given once per thread. */
export interface LaneModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly arithmetic: Arithmetic;
}

export interface DecideTask {
  readonly kind: 'decide';
  /** Of one region, each decided if it may begin. */
  readonly obligations: readonly Obligation[];
  readonly turn: SharedArrayBuffer;
  readonly settings: DecideSettings;
  /** Names the region; a thread that has it keeps its bounds. */
  readonly region: string;
  /** Where the falsifier may start; `kept` if the thread has it from this region's task before. */
  readonly sample: RegionSample | null | 'kept';
}

/** What another machine says about an obligation. */
export interface Statement {
  readonly obligation: Obligation;
  readonly answer: Answer;
  readonly lemmas: readonly ProofStep[] | null;
  readonly worker: string;
}

/** Checks statements about obligations of one region. */
export interface AdmitTask {
  readonly kind: 'admit';
  readonly statements: readonly Statement[];
  readonly region: string;
}

export type LaneTask = DecideTask | AdmitTask;

/** Said while a task runs: how far work on one of its obligations is. */
export interface LaneReach {
  /** Its place in the task. */
  readonly at: number;
  readonly reach: Reach;
}

/** By obligation, for the first ones of the task. */
export type LaneAnswers = readonly LaneAnswer[];

export type LaneAnswer =
  | {
      readonly kind: 'decided';
      readonly decided: Decided;
      /** Lemmas of the decision's shared list, which has none itself; `sent` where this thread has sent them before. */
      readonly lemmas: readonly ProofStep[] | 'sent' | null;
    }
  | { readonly kind: 'rejected'; readonly rejected: string };
