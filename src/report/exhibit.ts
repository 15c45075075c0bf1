/** What pictures need beyond the document: points, literals, and recall. Data, so that reporters stay pure. */
import type { Decision } from '../gate/decision.js';
import type { CoverageDocument } from './documents/coverage.js';
import type { ReportDocument } from './documents/report.js';

/** A counterexample's point, evaluated again for the report. */
export interface ExhibitedPoint {
  readonly point: readonly number[];
  /** True if the logits were computed for this report; false if they are what the certificate says. */
  readonly replayed: boolean;
  readonly exactLogits: readonly string[];
  /** Null where onnxruntime was not available. */
  readonly runtimeLogits: readonly number[] | null;
}

/** A sample of a class that follows its NAP, as near to a counterexample as any that was tried. */
export interface ExhibitedFollower {
  readonly class: number;
  readonly source: string;
  readonly point: readonly number[];
  /** Euclidean, from the counterexample. */
  readonly distance: number;
  /** The sample of the class that the counterexample itself is, number by number; null if it is none. */
  readonly same: string | null;
}

export interface ExhibitedLiterals {
  readonly tensor: string;
  readonly active: readonly number[];
  readonly inactive: readonly number[];
}

/** Beside one certificate of the document. */
export interface Exhibit {
  /** Of the model's input; null if the model was not found. */
  readonly inputShape: readonly number[] | null;
  /** Number of classes; null if the model was not found. */
  readonly classes: number | null;
  /** Pre-activation tensors in order; empty if the model was not found. */
  readonly layers: readonly { readonly tensor: string; readonly neurons: number }[];
  readonly naps: readonly { readonly class: number; readonly literals: readonly ExhibitedLiterals[] }[];
  /** By id of the obligation. */
  readonly points: ReadonlyMap<string, ExhibitedPoint>;
  /** By id of the obligation; empty without samples. */
  readonly nearest: ReadonlyMap<string, readonly ExhibitedFollower[]>;
}

/** Share of samples of a class that follow its NAP, with the Wilson 95 % interval. */
export interface RecallPoint {
  readonly class: number;
  readonly count: number;
  readonly of: number;
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
}

/** Recall of one NAP file on one set of data. */
export interface RecallSeries {
  readonly file: string;
  readonly modelSha256: string;
  readonly napsSha256: string;
  readonly delta: string;
  /** In words: `held-out: mnist (split heldout)`. */
  readonly data: string;
  /** Not used for mining: what counts. */
  readonly heldOut: boolean;
  readonly points: readonly RecallPoint[];
}

export interface ReportInput {
  readonly document: ReportDocument;
  /** One per certificate of the document, in its order. */
  readonly exhibits: readonly Exhibit[];
  readonly recall: readonly RecallSeries[];
  /** Of a gate; null without one. */
  readonly decision: Decision | null;
  /** The decision was made by this very run, which measured the recall in it; false for one that was read from a file. */
  readonly decidedNow: boolean;
}

/** Recall as a coverage document has it. */
export function recallOfCoverage(document: CoverageDocument): RecallSeries {
  return {
    file: document.naps.file,
    modelSha256: document.model.sha256,
    napsSha256: document.naps.sha256,
    delta: document.naps.delta,
    data: `${document.dataset.name} (${document.dataset.selection})`,
    heldOut: true,
    points: document.classes.map(({ class: label, recall }) => ({ class: label, ...recall })),
  };
}
