/**
 * javascript-lp-solver: a third opinion for tiny models in tests, never evidence. After a timeout a MIP answers
 * as if it were done, and on larger models its answers are wrong, so larger ones are refused here.
 */
import { createRequire } from 'node:module';
import jslpPackage, { type Model, type VariableCoefficients } from 'javascript-lp-solver';
import { type Adapter, type Outcome, unknownOutcome } from './adapter.js';
import type { LinearModel } from './solver.js';

/** The package types itself as CommonJS, where the default import is a namespace; its ES module exports the solver. */
const solver = jslpPackage as unknown as typeof jslpPackage.default;

export const JSLP_MAX_BINARIES = 15;
export const JSLP_MAX_COLUMNS = 100;

/** The package holds no native code; its version is its package's. */
export async function loadJslp(): Promise<Adapter> {
  const manifest: unknown = createRequire(import.meta.url)('javascript-lp-solver/package.json');
  const { version } = manifest as { version: string };
  return { name: 'jslp', version, run };
}

function run(model: LinearModel, timeLimitSeconds: number): Outcome {
  const binaries = model.integer.reduce((count, flag) => count + (flag !== 0 ? 1 : 0), 0);
  if (binaries > JSLP_MAX_BINARIES || model.columns > JSLP_MAX_COLUMNS) {
    const text = `${binaries} binaries, ${model.columns} columns: only ${JSLP_MAX_BINARIES} and ${JSLP_MAX_COLUMNS} are allowed`;
    return unknownOutcome('unsupported', text);
  }
  const started = performance.now();
  const answer = solver.Solve(toJslp(model)) as Record<string, unknown>;
  if ((performance.now() - started) / 1000 >= timeLimitSeconds)
    return unknownOutcome('timeout', 'out of time');
  const status = `feasible ${answer['feasible']}, bounded ${answer['bounded']}`;
  if (answer['feasible'] === false) return { status: 'infeasible', nativeStatus: status };
  if (answer['feasible'] !== true) return unknownOutcome('numerical', status);
  if (answer['bounded'] === false) return { status: 'unbounded', nativeStatus: status };
  // Zeros are left out of the answer.
  const x = Float64Array.from({ length: model.columns }, (_, j) => Number(answer[`x${j}`] ?? 0));
  return { status: 'optimal', nativeStatus: status, objective: Number(answer['result']), x };
}

function toJslp(model: LinearModel): Model {
  const variables: Record<string, VariableCoefficients> = {};
  const constraints: Record<string, { min?: number; max?: number }> = {};
  const unrestricted: Record<string, 1> = {};
  const ints: Record<string, 1> = {};
  const constrain = (name: string, lower: number, upper: number) => {
    if (lower === -Infinity && upper === Infinity) return;
    constraints[name] = {
      ...(lower === -Infinity ? {} : { min: lower }),
      ...(upper === Infinity ? {} : { max: upper }),
    };
  };
  for (let j = 0; j < model.columns; j++) {
    const name = `x${j}`;
    variables[name] = { objective: model.cost[j]!, [`b${j}`]: 1 };
    if (model.integer[j] !== 0) ints[name] = 1;
    // Columns are non-negative unless declared otherwise; bounds become rows.
    if (model.lower[j]! < 0) unrestricted[name] = 1;
    constrain(`b${j}`, model.lower[j]! === 0 ? -Infinity : model.lower[j]!, model.upper[j]!);
  }
  for (let i = 0; i < model.rows; i++) {
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      variables[`x${model.col[k]}`]![`r${i}`] = model.value[k]!;
    }
    constrain(`r${i}`, model.rowLower[i]!, model.rowUpper[i]!);
  }
  return { optimize: 'objective', opType: 'min', constraints, variables, ints, unrestricted };
}
