/**
 * An LP that stays in HiGHS's memory: change bounds or costs, solve again from the last basis, read multipliers.
 * Integrality is ignored: this is the relaxation that branch and bound works on. It blocks its thread.
 */
import type { Basis, Highs, Model } from 'highs';
import type { UnknownReason } from '../obligation/obligation.js';
import { dropUnusable, dualBound } from './dual-bound.js';
import { type Guarded, guardModel, HIGHS_INFINITY } from './guard.js';
import { forgetHighsModule, highsModule, highsStatusName, setHighsOptions, toHighs } from './highs.js';
import { farkasRay } from './highs-ray.js';
import { padded, withoutRows, withRows } from './model-rows.js';
import type { LinearModel } from './solver.js';

export type LpBasis = Basis;

/** `rowDual` and `ray` follow the sign convention of dual-bound.ts: positive leans on the row's lower bound. */
export type LpResult =
  | {
      readonly status: 'optimal';
      readonly objective: number;
      readonly x: Float64Array;
      readonly rowDual: Float64Array;
      /** Reduced costs, cost - A'rowDual up to rounding: positive at the lower bound, negative at the upper. */
      readonly colDual: Float64Array;
      /** What `rowDual` alone gives as a bound, in doubles; at most `objective` up to rounding. */
      readonly dualBound: number;
    }
  /** `ray`: multipliers per row, largest magnitude 1, whose Farkas gap was seen positive in doubles. */
  | { readonly status: 'infeasible'; readonly ray: Float64Array }
  | { readonly status: 'unbounded' }
  | {
      readonly status: 'unknown';
      readonly reason: UnknownReason;
      readonly nativeStatus: string;
      /** The best multipliers when the solve stopped, if any: still sound, perhaps weak. */
      readonly rowDual: Float64Array | null;
    };

/** The whole objective, other columns 0. Columns may come in any order, each once. */
export interface SparseCost {
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** lower <= sum of values * columns <= upper; no column twice. */
export interface LpRow {
  readonly lower: number;
  readonly upper: number;
  readonly columns: readonly number[];
  readonly values: readonly number[];
}

export type CreatedLp =
  | { readonly kind: 'ready'; readonly lp: PersistentLp }
  | Extract<Guarded, { kind: 'refused' }>;

export class PersistentLp {
  /** The LP as it stands now. Rows may be wider than asked for, where tiny coefficients were taken out. */
  model: LinearModel;
  readonly #highs: Highs;
  readonly #native: Model;
  /** Bounds at creation of columns with tiny coefficients taken out: those widths hold only inside them. */
  readonly #widest: { lower: Float64Array; upper: Float64Array } | null;
  /** 1 for rows that such coefficients were taken out of: their bounds hold what those could contribute. */
  #widenedRows: Uint8Array;
  #dead: string | null = null;

  private constructor(highs: Highs, native: Model, model: LinearModel, widenedRows: Uint8Array) {
    this.#highs = highs;
    this.#native = native;
    this.model = model;
    this.#widenedRows = widenedRows;
    this.#widest = widenedRows.includes(1)
      ? { lower: model.lower.slice(), upper: model.upper.slice() }
      : null;
  }

  /** Guards the model and copies it into HiGHS. Call `dispose` in the end, or its memory is never freed. */
  static async create(model: LinearModel): Promise<CreatedLp> {
    const guarded = guardModel(model);
    if (guarded.kind === 'refused') return guarded;
    const { cost, lower, upper, rowLower, rowUpper, columns } = guarded.model;
    const own: LinearModel = {
      ...guarded.model,
      cost: cost.slice(),
      lower: lower.slice(),
      upper: upper.slice(),
      value: guarded.model.value.slice(),
      rowLower: rowLower.slice(),
      rowUpper: rowUpper.slice(),
      integer: new Uint8Array(columns),
    };
    const highs = await highsModule();
    const native = highs.createModel();
    setHighsOptions(native, own);
    native.passModel(toHighs(highs, own));
    return { kind: 'ready', lp: new PersistentLp(highs, native, own, shortenedRows(model, own)) };
  }

  /** Throws RangeError for NaN or crossed bounds (an empty box is the caller's to notice). */
  setBounds(column: number, lower: number, upper: number): void {
    checkInterval('column', column, this.model.columns, lower, upper);
    const widest = this.#widest;
    if (widest !== null && (lower < widest.lower[column]! || upper > widest.upper[column]!)) {
      throw new RangeError(
        `column ${column}: [${lower}, ${upper}] leaves the bounds its tiny coefficients need`,
      );
    }
    if (this.model.lower[column] === lower && this.model.upper[column] === upper) return;
    this.#native.changeColBounds(column, ...finiteSide(lower, upper));
    this.model.lower[column] = lower;
    this.model.upper[column] = upper;
  }

  /** Throws RangeError for NaN or crossed bounds, and for a row that tiny coefficients were taken out of. */
  setRowBounds(row: number, lower: number, upper: number): void {
    checkInterval('row', row, this.model.rows, lower, upper);
    if (this.#widenedRows[row] === 1) {
      throw new RangeError(`row ${row}: its bounds are fixed, since tiny coefficients were taken out of it`);
    }
    if (this.model.rowLower[row] === lower && this.model.rowUpper[row] === upper) return;
    this.#native.changeRowBounds(row, ...finiteSide(lower, upper));
    this.model.rowLower[row] = lower;
    this.model.rowUpper[row] = upper;
  }

  /** Changes a coefficient that the row has. False for another one, and for a row that tiny ones were taken out of. */
  setCoefficient(row: number, column: number, value: number): boolean {
    const { rowStart, col } = this.model;
    if (this.#widenedRows[row] === 1) return false;
    for (let k = rowStart[row]!; k < rowStart[row + 1]!; k++) {
      if (col[k] !== column) continue;
      this.#native.changeCoefficient(row, column, value);
      this.model.value[k] = value;
      return true;
    }
    return false;
  }

  /** Appends rows; the last basis stays a start. Coefficients must be in the solver's range (none is taken out). */
  addRows(rows: readonly LpRow[]): void {
    for (const { lower, upper, columns, values } of rows)
      this.#native.addRow(...finiteSide(lower, upper), {
        indices: Int32Array.from(columns),
        values: Float64Array.from(values),
      });
    this.model = withRows(this.model, rows);
    this.#widenedRows = padded(this.#widenedRows, this.model.rows);
  }

  /** Takes out appended rows, by number, ascending; later rows move up. */
  removeRows(rows: readonly number[]): void {
    if (rows.length === 0) return;
    this.#native.deleteRows({ kind: 'set', indices: Int32Array.from(rows) });
    this.model = withoutRows(this.model, rows);
    this.#widenedRows = this.#widenedRows.slice(0, this.model.rows);
  }

  /** Replaces the whole objective. Throws RangeError for a length, column or number that is not right. */
  setCost(cost: Float64Array | SparseCost): void {
    const { columns } = this.model;
    const dense = cost instanceof Float64Array ? cost : scatter(cost, columns);
    if (dense.length !== columns) throw new RangeError(`${dense.length} costs for ${columns} columns`);
    const changed: number[] = [];
    for (let j = 0; j < columns; j++) {
      if (!Number.isFinite(dense[j]!)) throw new RangeError(`cost of column ${j} is ${dense[j]}`);
      if (dense[j] !== this.model.cost[j]) changed.push(j);
    }
    if (changed.length === 0) return;
    const indices = Int32Array.from(changed);
    this.#native.changeColsCost(
      { kind: 'set', indices },
      Float64Array.from(changed, (j) => dense[j]!),
    );
    this.model.cost.set(dense);
  }

  /** The last basis, to start a related solve from; only meaningful after a solve. */
  getBasis(): LpBasis {
    return this.#native.getBasis();
  }

  setBasis(basis: LpBasis): void {
    this.#native.setBasis(basis);
  }

  /** Simplex iterations of the last solve. */
  get iterations(): number {
    return Number(this.#native.info.get('simplex_iteration_count'));
  }

  /** Solves from the last basis. A native abort is `unknown` (solver-crash) now and on every later call. */
  solve(timeLimitSeconds: number): LpResult {
    if (this.#dead !== null) return open('solver-crash', this.#dead, null);
    try {
      return this.#interpret(this.#run(timeLimitSeconds));
    } catch (error) {
      this.#dead = String(error);
      forgetHighsModule();
      return open('solver-crash', this.#dead, null);
    }
  }

  /** Frees the native memory. Safe to call twice; nothing else may be called afterwards. */
  dispose(): void {
    // The memory of an aborted module goes with the module.
    if (this.#dead === null) this.#native.dispose();
  }

  #run(timeLimitSeconds: number): number {
    // The native limit counts all runs together unless its clock is reset.
    this.#native.zeroAllClocks();
    this.#native.options.set('time_limit', Math.max(0, timeLimitSeconds));
    return this.#native.run().modelStatus;
  }

  #interpret(status: number): LpResult {
    const codes = this.#highs.constants.modelStatus;
    const native = highsStatusName(this.#highs, status);
    switch (status) {
      case codes.optimal:
        return this.#optimal();
      case codes.infeasible:
      case codes.unboundedOrInfeasible:
        return this.#infeasible(native);
      case codes.unbounded:
        return { status: 'unbounded' };
      case codes.timeLimit:
        return open('timeout', native, this.#multipliers());
      default:
        return open('numerical', native, this.#multipliers());
    }
  }

  #optimal(): LpResult {
    const { colValue, colDual, rowDual } = this.#native.getSolution();
    const objective = this.#native.getObjectiveValue();
    const numbers = [colValue, colDual, rowDual].every((array) => array.every(Number.isFinite));
    if (!numbers || !Number.isFinite(objective)) return open('numerical', 'optimal without numbers', null);
    const y = dropUnusable(this.model, rowDual);
    return {
      status: 'optimal',
      objective,
      x: colValue,
      rowDual: y,
      colDual,
      dualBound: dualBound(this.model, y),
    };
  }

  /** Infeasible only with multipliers that show it, else unknown. */
  #infeasible(nativeStatus: string): LpResult {
    const ray = farkasRay(this.#highs, this.#native, this.model);
    if (ray === null) return open('numerical', `${nativeStatus}, without a usable ray`, null);
    return { status: 'infeasible', ray };
  }

  #multipliers(): Float64Array | null {
    const { rowDual } = this.#native.getSolution();
    if (rowDual.length !== this.model.rows || !rowDual.every(Number.isFinite)) return null;
    return dropUnusable(this.model, rowDual);
  }
}

function open(reason: UnknownReason, nativeStatus: string, rowDual: Float64Array | null): LpResult {
  return { status: 'unknown', reason, nativeStatus, rowDual };
}

function scatter(cost: SparseCost, columns: number): Float64Array {
  const dense = new Float64Array(columns);
  for (let k = 0; k < cost.columns.length; k++) {
    const j = cost.columns[k]!;
    if (!(j >= 0 && j < columns)) throw new RangeError(`cost of column ${j} of ${columns}`);
    dense[j] = cost.values[k]!;
  }
  return dense;
}

function checkInterval(what: string, index: number, count: number, lower: number, upper: number): void {
  if (!(index >= 0 && index < count)) throw new RangeError(`${what} ${index} of ${count}`);
  if (!(lower <= upper) || lower === Infinity || upper === -Infinity) {
    throw new RangeError(`${what} ${index}: bounds [${lower}, ${upper}]`);
  }
}

/** Where HiGHS would read an end as the wrong infinity and fail, the interval grows: a relaxation stays one. */
function finiteSide(lower: number, upper: number): [number, number] {
  const reach = HIGHS_INFINITY / 10;
  return [Math.min(lower, reach), Math.max(upper, -reach)];
}

/** 1 for each row of `model` that lost entries in `guarded`. */
function shortenedRows(model: LinearModel, guarded: LinearModel): Uint8Array {
  const entries = ({ rowStart }: LinearModel, i: number): number => rowStart[i + 1]! - rowStart[i]!;
  return Uint8Array.from({ length: model.rows }, (_, i) => (entries(model, i) > entries(guarded, i) ? 1 : 0));
}
