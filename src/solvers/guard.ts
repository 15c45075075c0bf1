/**
 * What no LP/MILP solver may be trusted with is caught here, before and after each call.
 *
 * Measured behaviour this guards against: NaN coefficients answered with "optimal"; coefficients near zero silently
 * dropped; a column twice in a row aborting the module; big-M beyond 1e8 ending in fractional "integers".
 */
import type { UnknownReason } from '../obligation/obligation.js';
import { widenTinyCoefficients } from './guard-tiny.js';
import { checkPoint } from './recheck.js';
import type { LinearModel, SolveResult } from './solver.js';

/** Largest coefficient and cost a solver is given. */
export const MAX_COEFFICIENT = 1e9;
/** Largest coefficient of an integral column (a big-M): beyond it an integrality tolerance hides real slack. */
export const MAX_BIG_M = 1e6;
/** HiGHS takes bounds from here on for infinite. An upper bound that goes this way only widens; a lower one cannot be kept. */
export const HIGHS_INFINITY = 1e20;

export type Guarded =
  /** `model` may have a larger feasible set than the model asked about, never a smaller one. */
  | { readonly kind: 'ready'; readonly model: LinearModel; readonly widened: number }
  | { readonly kind: 'refused'; readonly reason: UnknownReason; readonly text: string };

/**
 * The model that may be given to a solver, or why none may.
 *
 * Throws an Error for a malformed model (that is a bug of the builder). Numbers that a solver would misread
 * are refused: NaN, infinite costs or coefficients, crossed bounds, magnitudes out of range, intervals that begin where a solver
 * sees infinity, integral columns
 * whose bounds are not 0/1. Coefficients too small for a solver are taken out and their rows widened by the most
 * they can contribute (see guard-tiny.ts), so `infeasible` stays right for the model asked about.
 */
export function guardModel(model: LinearModel): Guarded {
  assertWellFormed(model);
  const fault = faultOfColumns(model) ?? faultOfRows(model);
  if (fault !== null) return fault;
  return widenTinyCoefficients(model);
}

/**
 * Turns an `optimal` that does not hold up against the model asked about into `unknown`, and replaces the
 * objective by the one recomputed at the point.
 */
export function guardOutcome(model: LinearModel, result: SolveResult): SolveResult {
  if (result.status === 'unknown' && result.bound !== null && !Number.isFinite(result.bound)) {
    return { ...result, bound: null };
  }
  if (result.status !== 'optimal') return result;
  const check = checkPoint(model, result.x);
  const reason = check.kind === 'violated' ? check.text : faultOfObjective(result.objective, check.objective);
  if (reason === null && check.kind === 'satisfied') return { ...result, objective: check.objective };
  const { solver, version, seconds } = result;
  const nativeStatus = `${result.nativeStatus}; not confirmed: ${reason}`;
  return {
    status: 'unknown',
    reason: 'numerical',
    nativeStatus,
    x: null,
    bound: null,
    solver,
    version,
    seconds,
  };
}

function faultOfObjective(claimed: number, recomputed: number): string | null {
  const tolerance = 1e-6 * Math.max(1, Math.abs(recomputed));
  if (Math.abs(claimed - recomputed) <= tolerance) return null;
  return `objective ${claimed} is claimed, the point gives ${recomputed}`;
}

/** Throws an Error unless lengths, row starts and column indices fit together and no row names a column twice. */
export function assertWellFormed(model: LinearModel): void {
  const { columns, rows } = model;
  const entries = model.col.length;
  const lengths: [string, number, number][] = [
    ['cost', model.cost.length, columns],
    ['lower', model.lower.length, columns],
    ['upper', model.upper.length, columns],
    ['integer', model.integer.length, columns],
    ['rowLower', model.rowLower.length, rows],
    ['rowUpper', model.rowUpper.length, rows],
    ['rowStart', model.rowStart.length, rows + 1],
    ['value', model.value.length, entries],
  ];
  for (const [name, found, expected] of lengths) {
    if (found !== expected)
      throw new Error(`linear model: ${name} has ${found} entries, expected ${expected}`);
  }
  if (model.rowStart[0] !== 0 || model.rowStart[rows] !== entries) {
    throw new Error(`linear model: row starts run from ${model.rowStart[0]} to ${model.rowStart[rows]}`);
  }
  const seenInRow = new Int32Array(columns).fill(-1);
  for (let i = 0; i < rows; i++) {
    if (model.rowStart[i]! > model.rowStart[i + 1]!)
      throw new Error(`linear model: row ${i} starts after its end`);
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const j = model.col[k]!;
      if (j < 0 || j >= columns) throw new Error(`linear model: row ${i} names column ${j} of ${columns}`);
      if (seenInRow[j] === i) throw new Error(`linear model: row ${i} names column ${j} twice`);
      seenInRow[j] = i;
    }
  }
}

function refuse(reason: UnknownReason, text: string): Guarded {
  return { kind: 'refused', reason, text };
}

function faultOfColumns(model: LinearModel): Guarded | null {
  if (model.columns === 0) return refuse('unsupported', 'a model without columns');
  for (let j = 0; j < model.columns; j++) {
    const cost = model.cost[j]!;
    if (!(Math.abs(cost) <= MAX_COEFFICIENT)) return refuse('numerical', `cost of column ${j} is ${cost}`);
    const [lower, upper] = [model.lower[j]!, model.upper[j]!];
    const crossed = faultOfInterval(lower, upper);
    if (crossed !== null) return refuse('numerical', `column ${j} ${crossed}`);
    if (model.integer[j] !== 0 && !(isBinary(lower) && isBinary(upper))) {
      return refuse('unsupported', `integral column ${j} has bounds [${lower}, ${upper}], expected 0 and 1`);
    }
  }
  return null;
}

function faultOfRows(model: LinearModel): Guarded | null {
  for (let i = 0; i < model.rows; i++) {
    const crossed = faultOfInterval(model.rowLower[i]!, model.rowUpper[i]!);
    if (crossed !== null) return refuse('numerical', `row ${i} ${crossed}`);
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const size = Math.abs(model.value[k]!);
      const limit = model.integer[model.col[k]!] !== 0 ? MAX_BIG_M : MAX_COEFFICIENT;
      if (!(size <= limit)) {
        const text = `coefficient ${model.value[k]} of column ${model.col[k]} in row ${i} exceeds ${limit}`;
        return refuse('numerical', text);
      }
    }
  }
  return null;
}

function faultOfInterval(lower: number, upper: number): string | null {
  if (Number.isNaN(lower) || Number.isNaN(upper)) return 'has a bound that is not a number';
  if (lower >= HIGHS_INFINITY || upper <= -HIGHS_INFINITY) return `has bounds [${lower}, ${upper}]`;
  return lower > upper ? `has crossed bounds [${lower}, ${upper}]` : null;
}

function isBinary(bound: number): boolean {
  return bound === 0 || bound === 1;
}
