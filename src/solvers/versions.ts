/** Names, versions and health of the back ends, for certificates and `doctor`. */
import { loadAdapter } from './adapter.js';
import { solve } from './solve.js';
import type { LinearModel, SolverName } from './solver.js';

export const SOLVER_NAMES: readonly SolverName[] = ['glpk', 'highs', 'jslp'];

const TITLES: Readonly<Record<SolverName, string>> = {
  glpk: 'GLPK',
  highs: 'HiGHS',
  jslp: 'javascript-lp-solver',
};

/** `GLPK 5.0`, `HiGHS 1.15.1`, ...; loads the solver in this thread. Rejects if it cannot be loaded. */
export async function solverVersion(name: SolverName): Promise<string> {
  return `${TITLES[name]} ${(await loadAdapter(name)).version}`;
}

/** Solvers and Node.js by name, for a certificate's verifier. A solver that cannot be loaded is left out. */
export async function componentVersions(): Promise<Readonly<Record<string, string>>> {
  const components: Record<string, string> = { node: process.versions.node };
  for (const name of SOLVER_NAMES) {
    try {
      components[name] = (await loadAdapter(name)).version;
    } catch {
      // It was not used then; `doctor` says what is wrong with it.
    }
  }
  return components;
}

export interface SolverProbe {
  readonly solver: SolverName;
  readonly ok: boolean;
  /** Title and version, or what went wrong. */
  readonly text: string;
}

/** Solves a two-variable LP and a tiny MIP with known answers in a worker thread. Never rejects. */
export async function probeSolver(name: SolverName): Promise<SolverProbe> {
  // min -x - y, x + 2y <= 4, 3x + y <= 6, x, y in [0, 1.5]: optimum -2.8 at (1.6, 1.2) cut to (1.5, 1.25) = -2.75.
  const lp = probeModel([-1, -1], 1.5, 0, [1, 2, 3, 1], [4, 6]);
  // Two items of value 3 and 2 that do not fit together: -3.
  const mip = probeModel([-3, -2], 1, 1, [2, 2, 1, 1], [3, 2]);
  for (const [what, model, expected] of [
    ['LP', lp, -2.75],
    ['MIP', mip, -3],
  ] as const) {
    const result = await solve(model, { solver: name, timeoutSeconds: 10 });
    if (result.status !== 'optimal' || Math.abs(result.objective - expected) > 1e-6) {
      const found = result.status === 'optimal' ? `objective ${result.objective}` : result.status;
      return {
        solver: name,
        ok: false,
        text: `${what}: expected ${expected}, found ${found} (${result.nativeStatus})`,
      };
    }
  }
  return { solver: name, ok: true, text: await solverVersion(name) };
}

function probeModel(
  cost: number[],
  upper: number,
  integer: number,
  value: number[],
  rowUpper: number[],
): LinearModel {
  return {
    kind: 'linear-model',
    columns: 2,
    rows: 2,
    cost: Float64Array.from(cost),
    lower: new Float64Array(2),
    upper: new Float64Array(2).fill(upper),
    integer: new Uint8Array(2).fill(integer),
    rowStart: Int32Array.of(0, 2, 4),
    col: Int32Array.of(0, 1, 0, 1),
    value: Float64Array.from(value),
    rowLower: new Float64Array(2).fill(-Infinity),
    rowUpper: Float64Array.from(rowUpper),
  };
}
