/**
 * HiGHS through its array API. Never through LP text: there NaN parses, and text that is not a model is "Empty".
 * The `threads` option is left alone: any value above 1 aborts this single-threaded build.
 */
import highsPackage, { type Highs, type Model, type ModelData } from 'highs';
import { type Adapter, isMip, type Outcome, unknownOutcome } from './adapter.js';
import type { LinearModel } from './solver.js';

/** The package types itself as CommonJS, where the default import is a namespace; its ES module exports the loader. */
const loadModule = highsPackage as unknown as typeof highsPackage.default;

/** Tightest values HiGHS accepts. A feasibility tolerance can only let in points outside the region. */
const TOLERANCES = {
  primal_feasibility_tolerance: 1e-10,
  dual_feasibility_tolerance: 1e-10,
  mip_feasibility_tolerance: 1e-10,
  mip_rel_gap: 0,
  mip_abs_gap: 0,
  /** Nothing that passes the guard (1e-9) may be dropped. */
  small_matrix_value: 1e-12,
  output_flag: false,
} as const;

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
export function setHighsOptions(native: Model): void {
  native.options.set(TOLERANCES);
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
    setHighsOptions(native);
    native.options.set('time_limit', timeLimitSeconds);
    native.passModel(toHighs(highs, model));
    return interpret(highs, native, isMip(model), native.run().modelStatus);
  } finally {
    native.dispose();
  }
}

function interpret(highs: Highs, native: Model, mip: boolean, status: number): Outcome {
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
      return { status: 'infeasible', nativeStatus: 'infeasible' };
    case codes.unbounded:
      return { status: 'unbounded', nativeStatus: 'unbounded' };
    case codes.timeLimit:
      return unknownOutcome('timeout', 'timeLimit', incumbent(highs, native), bound(native, mip));
    case codes.unboundedOrInfeasible:
      return settleWithoutCost(highs, native);
    default:
      return unknownOutcome('numerical', highsStatusName(highs, status));
  }
}

/** Presolve could not tell which: without a cost the model is not unbounded. */
function settleWithoutCost(highs: Highs, native: Model): Outcome {
  const { numCols } = native.getDimensions();
  native.changeColsCost({ kind: 'range', from: 0, to: numCols - 1 }, new Float64Array(numCols));
  const codes = highs.constants.modelStatus;
  const status = native.run().modelStatus;
  const nativeStatus = `unboundedOrInfeasible, without cost ${highsStatusName(highs, status)}`;
  if (status === codes.infeasible) return { status: 'infeasible', nativeStatus };
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

function bound(native: Model, mip: boolean): number | null {
  if (!mip) return null;
  const value = native.info.get('mip_dual_bound');
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
