/**
 * One interface to all LP/MILP back ends. A status that is not explicitly a proof is `unknown`.
 */
import type { UnknownReason } from '../obligation/obligation.js';

/** minimise cost.x subject to rowLower <= A x <= rowUpper, lower <= x <= upper, some x integral. */
export interface LinearModel {
  readonly kind: 'linear-model';
  readonly columns: number;
  readonly rows: number;
  readonly cost: Float64Array;
  /** May hold -Infinity / Infinity. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** 1 where the column is integral (only 0/1 binaries are used). */
  readonly integer: Uint8Array;
  /** Compressed sparse rows: rowStart has rows + 1 entries; no column twice in a row. */
  readonly rowStart: Int32Array;
  readonly col: Int32Array;
  readonly value: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** Optional names for export; default x0.., r0... */
  readonly columnNames?: readonly string[];
  readonly rowNames?: readonly string[];
}

export type SolverName = 'glpk' | 'highs' | 'jslp';

/** `optimal` and `infeasible` are the solver's claims, not proofs: floating point, with tolerances. */
export type SolveResult = {
  readonly solver: SolverName;
  readonly version: string;
  /** Native status as text, for logs and holes. */
  readonly nativeStatus: string;
  readonly seconds: number;
} & (
  | { readonly status: 'optimal'; readonly objective: number; readonly x: Float64Array }
  | { readonly status: 'infeasible' }
  | { readonly status: 'unbounded' }
  /** Incumbent, if any, is a candidate only; `bound` is a lower bound on the minimum if the solver gave one. */
  | {
      readonly status: 'unknown';
      readonly reason: UnknownReason;
      readonly x: Float64Array | null;
      readonly bound: number | null;
    }
);

export interface SolveOptions {
  readonly solver: SolverName;
  /** Hard limit: the worker is ended when it passes. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}
