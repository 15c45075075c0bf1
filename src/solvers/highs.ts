/**
 * HiGHS through its array API. Never through LP text: there NaN parses, and text that is not a model is "Empty".
 * The `threads` option is left alone: any value above 1 aborts this single-threaded build.
 */
import highsPackage, { type Highs, type Model, type ModelData } from 'highs';
import { type Adapter, isMip, type Outcome, unknownOutcome } from './adapter.js';
import { farkasRay } from './highs-ray.js';
import type { LinearModel } from './solver.js';

/** The package types itself as CommonJS, where the default import is a namespace; its ES module exports the loader. */
const loadModule = highsPackage as unknown as typeof highsPackage.default;

/** Nothing that passes the guard (1e-9) may be dropped, and the optimum is wanted, not one within a gap of it. */
const OPTIONS = { small_matrix_value: 1e-12, mip_rel_gap: 0, mip_abs_gap: 0, output_flag: false } as const;

/**
 * The tightest HiGHS accepts: an LP's `infeasible` is re-checked by its multipliers, so the tolerance can only cost
 * an answer.
 */
const LP_TOLERANCE = 1e-10;
/**
 * A MIP's `infeasible` comes without multipliers, and a tolerance near rounding error (activities of 1e4 carry
 * 1e-12) would take noise for infeasibility. This one stays above the noise, which lets in points outside.
 */
const MIP_TOLERANCE = 1e-9;

let loading: Promise<Highs> | undefined;

/** The WebAssembly module of this thread, loaded once. */
export function highsModule(): Promise<Highs> {
  loading ??= loadModule();
  return loading;
}

/** After a native abort: the next model gets a fresh module. */
export function forgetHighsModule(): void {
  loading = undefined;
}

/** Loads HiGHS; use it in one thread only. */
export async function loadHighs(): Promise<Adapter> {
  const highs = await highsModule();
  return {
    name: 'highs',
    version: highs.version.string,
    run: (model, timeLimitSeconds) => run(highs, model, timeLimitSeconds),
  };
}

/** Sets tolerances and silences output on a fresh native model. */
export function setHighsOptions(native: Model, model: LinearModel): void {
  const tolerance = isMip(model) ? MIP_TOLERANCE : LP_TOLERANCE;
  native.options.set({
    ...OPTIONS,
    primal_feasibility_tolerance: tolerance,
    dual_feasibility_tolerance: tolerance,
    mip_feasibility_tolerance: tolerance,
  });
}

/** The model as HiGHS takes it. Fixed names are not needed: the array API answers by index. */
export function toHighs(highs: Highs, model: LinearModel): ModelData {
  const data: ModelData = {
    numCols: model.columns,
    numRows: model.rows,
    sense: highs.constants.objectiveSense.minimize,
    colCost: model.cost,
    colLower: model.lower,
    colUpper: model.upper,
    rowLower: model.rowLower,
    rowUpper: model.rowUpper,
    matrix: {
      format: 'csr',
      numRows: model.rows,
      numCols: model.columns,
      starts: model.rowStart,
      indices: model.col,
      values: model.value,
    },
  };
  if (!isMip(model)) return data;
  const { integer, continuous } = highs.constants.variableType;
  return {
    ...data,
    integrality: Int32Array.from(model.integer, (flag) => (flag !== 0 ? integer : continuous)),
  };
}

function run(highs: Highs, model: LinearModel, timeLimitSeconds: number): Outcome {
  const native = highs.createModel();
  try {
    setHighsOptions(native, model);
    native.options.set('time_limit', timeLimitSeconds);
    native.passModel(toHighs(highs, model));
    return interpret(highs, native, model, native.run().modelStatus);
  } finally {
    native.dispose();
  }
}

function interpret(highs: Highs, native: Model, model: LinearModel, status: number): Outcome {
  const codes = highs.constants.modelStatus;
  switch (status) {
    case codes.optimal:
      return {
        status: 'optimal',
        nativeStatus: 'optimal',
        objective: native.getObjectiveValue(),
        x: native.getSolution().colValue,
      };
    case codes.infeasible:
      return infeasible(highs, native, model, 'infeasible');
    case codes.unbounded:
      return { status: 'unbounded', nativeStatus: 'unbounded' };
    case codes.timeLimit:
      return unknownOutcome('timeout', 'timeLimit', incumbent(highs, native), bound(native, model));
    case codes.unboundedOrInfeasible:
      return settleWithoutCost(highs, native, model);
    default:
      return unknownOutcome('numerical', highsStatusName(highs, status));
  }
}

function infeasible(highs: Highs, native: Model, model: LinearModel, nativeStatus: string): Outcome {
  if (!isMip(model) && farkasRay(highs, native, model) === null) {
    return unknownOutcome('numerical', `${nativeStatus}, without a usable ray`);
  }
  return { status: 'infeasible', nativeStatus };
}

/** Presolve could not tell which: without a cost the model is not unbounded. */
function settleWithoutCost(highs: Highs, native: Model, model: LinearModel): Outcome {
  const { numCols } = native.getDimensions();
  native.changeColsCost({ kind: 'range', from: 0, to: numCols - 1 }, new Float64Array(numCols));
  const codes = highs.constants.modelStatus;
  const status = native.run().modelStatus;
  const nativeStatus = `unboundedOrInfeasible, without cost ${highsStatusName(highs, status)}`;
  if (status === codes.infeasible) return infeasible(highs, native, model, nativeStatus);
  if (status === codes.optimal) return { status: 'unbounded', nativeStatus };
  return unknownOutcome(status === codes.timeLimit ? 'timeout' : 'numerical', nativeStatus);
}

/** The name of a HiGHS model status, for logs. */
export function highsStatusName(highs: Highs, status: number): string {
  const entry = Object.entries(highs.constants.modelStatus).find(([, code]) => code === status);
  return entry?.[0] ?? `status ${status}`;
}

function incumbent(highs: Highs, native: Model): Float64Array | null {
  const found = native.info.get('primal_solution_status') === highs.constants.solutionStatus.feasible;
  return found ? native.getSolution().colValue : null;
}

function bound(native: Model, model: LinearModel): number | null {
  if (!isMip(model)) return null;
  const value = native.info.get('mip_dual_bound');
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
