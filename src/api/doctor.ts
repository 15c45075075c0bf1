/** Are the native and WebAssembly parts working on this machine? Each is run on a question with a known answer. */

import { availableParallelism, totalmem } from 'node:os';
import { encodeModel, tensor } from '../onnx/encode.js';
import type { DoctorCheck, DoctorDocument } from '../report/documents/doctor.js';
import type { SolverName } from '../solvers/solver.js';
import { probeSolver, SOLVER_NAMES } from '../solvers/versions.js';
import { type Progress, silentProgress } from './progress.js';
import { dependencyVersion, VERSION } from './version.js';

const PURPOSE: Readonly<Record<DoctorCheck['name'], string>> = {
  glpk: 'decides properties (default MILP solver)',
  highs: 'decides properties (--solver highs)',
  jslp: 'third opinion on tiny models',
  onnxruntime: 'evaluates models; replays counterexamples',
};

/** Runs every check, one after the other. Never throws for a broken part: that is a finding. */
export async function doctor(progress: Progress = silentProgress): Promise<DoctorDocument> {
  const checks: DoctorCheck[] = [];
  for (const solver of SOLVER_NAMES) {
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
  const probe = await probeSolver(solver);
  return {
    name: solver,
    ok: probe.ok,
    version: probe.ok ? probe.text : null,
    purpose: PURPOSE[solver],
    detail: probe.ok ? 'solved a linear and a 0/1 program with known optima' : probe.text,
    seconds: (performance.now() - start) / 1000,
  };
}

async function checkOnnxruntime(): Promise<DoctorCheck> {
  const start = performance.now();
  let version: string | null = null;
  let failure: string | null = null;
  try {
    version = `onnxruntime ${dependencyVersion('onnxruntime-node') ?? 'of unknown version'}`;
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
