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
  const value = (name: string) => Number(answer[name] ?? 0);
  const x = Float64Array.from({ length: model.columns }, (_, j) => {
    const { origin, sign, split } = substitution(model, j);
    return origin + sign * value(`x${j}`) - (split ? value(`n${j}`) : 0);
  });
  const constant = model.cost.reduce((sum, c, j) => sum + c * substitution(model, j).origin, 0);
  const objective = Number(answer['result']) + constant;
  return { status: 'optimal', nativeStatus: status, objective, x };
}

/**
 * x = origin + sign * p - n with p, n >= 0. The package's `unrestricted` columns come out wrong: the minimum of y
 * over [-1, 0] with a redundant row -y >= 0 was 0.
 */
function substitution(model: LinearModel, j: number): { origin: number; sign: 1 | -1; split: boolean } {
  if (model.lower[j]! > -Infinity) return { origin: model.lower[j]!, sign: 1, split: false };
  if (model.upper[j]! < Infinity) return { origin: model.upper[j]!, sign: -1, split: false };
  return { origin: 0, sign: 1, split: true };
}

function toJslp(model: LinearModel): Model {
  const variables: Record<string, VariableCoefficients> = {};
  const constraints: Record<string, { min?: number; max?: number }> = {};
  const ints: Record<string, 1> = {};
  const moved = new Float64Array(model.rows);
  const substitutions = Array.from({ length: model.columns }, (_, j) => substitution(model, j));
  substitutions.forEach(({ sign, split }, j) => {
    variables[`x${j}`] = { objective: sign * model.cost[j]! };
    if (split) variables[`n${j}`] = { objective: -model.cost[j]! };
    if (model.integer[j] !== 0) ints[`x${j}`] = 1;
    const width = model.upper[j]! - model.lower[j]!;
    if (width === Infinity) return;
    variables[`x${j}`]![`b${j}`] = 1;
    constraints[`b${j}`] = { max: width };
  });
  for (let i = 0; i < model.rows; i++) {
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      const [a, j] = [model.value[k]!, model.col[k]!];
      const { origin, sign, split } = substitutions[j]!;
      variables[`x${j}`]![`r${i}`] = sign * a;
      if (split) variables[`n${j}`]![`r${i}`] = -a;
      moved[i]! += a * origin;
    }
    const [lower, upper] = [model.rowLower[i]!, model.rowUpper[i]!];
    if (lower === -Infinity && upper === Infinity) continue;
    constraints[`r${i}`] = {
      ...(lower === -Infinity ? {} : { min: lower - moved[i]! }),
      ...(upper === Infinity ? {} : { max: upper - moved[i]! }),
    };
  }
  return { optimize: 'objective', opType: 'min', constraints, variables, ints };
}
