/**
 * GLPK through glpk.js. The binding drops GLPK's return codes and fills in defaults, so everything is explicit:
 * every column has its bounds and their type (the default lower bound is 0, and type UP ignores `lb`), names are
 * made here and unique (results are keyed by name), binaries are general integers with their own bounds (the
 * `binaries` list resets a fixed binary to [0, 1]).
 */
import GLPK, { type GLPK as Glpk, type LP, type Result } from 'glpk.js/node';
import { type Adapter, isMip, type Outcome, unknownOutcome } from './adapter.js';
import type { LinearModel } from './solver.js';

/** GLPK keeps milliseconds in a 32-bit int. */
const MAX_TIME_LIMIT_SECONDS = 2_000_000;

/** Loads one GLPK instance; use it in one thread only. */
export async function loadGlpk(): Promise<Adapter> {
  const glpk = await GLPK();
  return {
    name: 'glpk',
    version: glpk.version,
    run: (model, timeLimitSeconds) => run(glpk, model, timeLimitSeconds),
  };
}

function run(glpk: Glpk, model: LinearModel, timeLimitSeconds: number): Outcome {
  const mip = isMip(model);
  const started = performance.now();
  const answer = glpk.solve(toGlpk(glpk, model, mip), {
    msglev: glpk.GLP_MSG_OFF,
    tmlim: Math.min(Math.max(timeLimitSeconds, 0.001), MAX_TIME_LIMIT_SECONDS),
    mipgap: 0,
    // A MIP without the presolver is always UNDEF; an infeasible LP with it is UNDEF as well.
    presol: mip,
  });
  const outOfTime = (performance.now() - started) / 1000 >= timeLimitSeconds;
  return interpret(glpk, model, answer, mip, outOfTime);
}

function interpret(
  glpk: Glpk,
  model: LinearModel,
  answer: Result,
  mip: boolean,
  outOfTime: boolean,
): Outcome {
  const method = mip ? 'intopt' : 'simplex';
  const open = outOfTime ? 'timeout' : 'numerical';
  switch (answer.result.status) {
    case glpk.GLP_OPT:
      return {
        status: 'optimal',
        nativeStatus: `${method} OPT`,
        objective: answer.result.z,
        x: point(model, answer),
      };
    case glpk.GLP_NOFEAS:
      return { status: 'infeasible', nativeStatus: `${method} NOFEAS` };
    case glpk.GLP_UNBND:
      return { status: 'unbounded', nativeStatus: `${method} UNBND` };
    case glpk.GLP_FEAS:
      return unknownOutcome(open, `${method} FEAS`, point(model, answer));
    case glpk.GLP_INFEAS:
      return unknownOutcome(open, `${method} INFEAS`);
    case glpk.GLP_UNDEF:
      return unknownOutcome(open, `${method} UNDEF`);
    default:
      return unknownOutcome('numerical', `${method} status ${answer.result.status}`);
  }
}

function point(model: LinearModel, answer: Result): Float64Array {
  // A column that GLPK does not answer for becomes NaN, which the re-check refuses.
  return Float64Array.from({ length: model.columns }, (_, j) => answer.result.vars[`x${j}`] ?? Number.NaN);
}

function toGlpk(glpk: Glpk, model: LinearModel, mip: boolean): LP {
  const names = Array.from({ length: model.columns }, (_, j) => `x${j}`);
  const rows: LP['subjectTo'] = [];
  for (let i = 0; i < model.rows; i++) {
    const vars: { name: string; coef: number }[] = [];
    for (let k = model.rowStart[i]!; k < model.rowStart[i + 1]!; k++) {
      vars.push({ name: names[model.col[k]!]!, coef: model.value[k]! });
    }
    rows.push({ name: `r${i}`, vars, bnds: interval(glpk, model.rowLower[i]!, model.rowUpper[i]!) });
  }
  const lp: LP = {
    name: 'model',
    objective: {
      direction: glpk.GLP_MIN,
      name: 'objective',
      vars: names.map((name, j) => ({ name, coef: model.cost[j]! })),
    },
    subjectTo: rows,
    bounds: names.map((name, j) => ({ name, ...interval(glpk, model.lower[j]!, model.upper[j]!) })),
  };
  if (mip) lp.generals = names.filter((_, j) => model.integer[j] !== 0);
  return lp;
}

function interval(glpk: Glpk, lb: number, ub: number): { type: number; lb: number; ub: number } {
  if (lb === -Infinity && ub === Infinity) return { type: glpk.GLP_FR, lb: 0, ub: 0 };
  if (ub === Infinity) return { type: glpk.GLP_LO, lb, ub: 0 };
  // `lb` of the UP type is ignored by GLPK, which is what an infinite lower bound needs.
  if (lb === -Infinity) return { type: glpk.GLP_UP, lb: 0, ub };
  return { type: lb === ub ? glpk.GLP_FX : glpk.GLP_DB, lb, ub };
}
