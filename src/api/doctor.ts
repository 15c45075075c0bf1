/** Are the native and WebAssembly parts working on this machine? Each is run on a question with a known answer. */

import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { encodeModel, tensor } from '../onnx/encode.js';
import type { DoctorCheck, DoctorDocument } from '../report/documents/doctor.js';
import { solve } from '../solvers/solve.js';
import type { LinearModel, SolverName } from '../solvers/solver.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

const TIMEOUT_SECONDS = 20;

const PURPOSE: Readonly<Record<DoctorCheck['name'], string>> = {
  glpk: 'decides properties (default MILP solver)',
  highs: 'decides properties (--solver highs)',
  jslp: 'third opinion on tiny models',
  onnxruntime: 'evaluates models; replays counterexamples',
};

/** Runs every check, one after the other. Never throws for a broken part: that is a finding. */
export async function doctor(progress: Progress = silentProgress): Promise<DoctorDocument> {
  const checks: DoctorCheck[] = [];
  for (const solver of ['glpk', 'highs', 'jslp'] as const) {
    progress.step(`checking ${solver}`);
    checks.push(await checkSolver(solver));
  }
  progress.step('checking onnxruntime');
  checks.push(await checkOnnxruntime());
  return {
    format: 'napcert-doctor/1',
    napcert: VERSION,
    ok: checks.every((check) => check.ok),
    platform: {
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
    },
    checks,
  };
}

async function checkSolver(solver: SolverName): Promise<DoctorCheck> {
  const start = performance.now();
  const optimal = await solve(knapsack(1.5), { solver, timeoutSeconds: TIMEOUT_SECONDS });
  const infeasible = await solve(knapsack(-1), { solver, timeoutSeconds: TIMEOUT_SECONDS });
  const right =
    optimal.status === 'optimal' &&
    Math.abs(optimal.objective + 1) < 1e-6 &&
    infeasible.status === 'infeasible';
  return {
    name: solver,
    ok: right,
    version: optimal.version,
    purpose: PURPOSE[solver],
    detail: right
      ? 'solved one feasible and one infeasible 0/1 program'
      : `expected optimal -1 and infeasible, found ${optimal.status} (${optimal.nativeStatus})${
          optimal.status === 'optimal' ? ` ${optimal.objective}` : ''
        } and ${infeasible.status} (${infeasible.nativeStatus})`,
    seconds: (performance.now() - start) / 1000,
  };
}

/**
 * minimise -x - y subject to x + y <= limit, x and y binary. For 1.5 the optimum is -1 (its linear
 * relaxation has -1.5, so branching is exercised); for a negative limit there is no solution.
 */
function knapsack(limit: number): LinearModel {
  return {
    kind: 'linear-model',
    columns: 2,
    rows: 1,
    cost: Float64Array.of(-1, -1),
    lower: Float64Array.of(0, 0),
    upper: Float64Array.of(1, 1),
    integer: Uint8Array.of(1, 1),
    rowStart: Int32Array.of(0, 2),
    col: Int32Array.of(0, 1),
    value: Float64Array.of(1, 1),
    rowLower: Float64Array.of(Number.NEGATIVE_INFINITY),
    rowUpper: Float64Array.of(limit),
  };
}

async function checkOnnxruntime(): Promise<DoctorCheck> {
  const start = performance.now();
  let version: string | null = null;
  let failure: string | null = null;
  try {
    version = packageVersion('onnxruntime-node');
    const ort = await import('onnxruntime-node');
    const session = await ort.InferenceSession.create(reluOfSum());
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(2, -5), [1, 2]) });
    await session.release();
    const found = y === undefined ? [] : Array.from(y.data as Float32Array);
    // x W = (2 - 5, 2 + 5) = (-3, 7)
    if (found.join() !== '0,7') failure = `expected [0, 7], found [${found.join(', ')}]`;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  return {
    name: 'onnxruntime',
    ok: failure === null,
    version,
    purpose: PURPOSE.onnxruntime,
    detail: failure ?? 'ran a two-neuron model built in memory',
    seconds: (performance.now() - start) / 1000,
  };
}

/** y = relu(x W) with W = ((1, 1), (1, -1)). */
function reluOfSum(): Uint8Array {
  return encodeModel({
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['z'] },
      { op: 'Relu', inputs: ['z'], outputs: ['y'] },
    ],
    initializers: { w: tensor('float32', [2, 2], [1, 1, 1, -1]) },
    inputs: [{ name: 'x', type: 'float32', dims: [1, 2] }],
    outputs: [{ name: 'y', type: 'float32', dims: [1, 2] }],
  });
}

function packageVersion(name: string): string | null {
  const metadata = createRequire(import.meta.url)(`${name}/package.json`) as { version?: string };
  return metadata.version ?? null;
}
