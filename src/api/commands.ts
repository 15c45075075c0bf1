/**
 * The commands beyond `index.ts`, for programs: every function that a command calls, under the same name, with the options
 * and the document of the command. Each is loaded when it is called, and its errors are in full words.
 * All throw {@link InputError} for input that cannot be used.
 */
import { inWords, loaded } from './public-call.js';

/** The same function as a promise: its module comes later. */
type Later<F extends (...args: never[]) => unknown> = (
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>;

/** What needs onnxruntime says so where that is missing; the rest works without. */
function later<A extends unknown[], R>(
  load: () => Promise<(...args: A) => R | Promise<R>>,
  needsRuntime: boolean,
): (...args: A) => Promise<R> {
  return (...args) =>
    inWords(async () => {
      const action = needsRuntime ? await loaded(load) : await load();
      return action(...args);
    });
}

/**
 * Accuracy of a model on labelled samples, per class.
 */
export const evaluate: Later<typeof import('./evaluate.js').evaluate> = later(
  async () => (await import('./evaluate.js')).evaluate,
  true,
);

/**
 * What a model consists of, and whether napcert reads it. Takes the path of the model.
 */
export const inspect: Later<typeof import('./inspect.js').inspect> = later(
  async () => (await import('./inspect.js')).inspect,
  true,
);

/**
 * Recall, overlap and literals of NAPs over a grid of delta.
 */
export const curve: Later<typeof import('./curve/curve.js').curve> = later(
  async () => (await import('./curve/curve.js')).curve,
  true,
);

/**
 * Two NAP files side by side, or one in two models.
 */
export const compare: Later<typeof import('./compare/compare.js').compare> = later(
  async () => (await import('./compare/compare.js')).compare,
  true,
);

/**
 * Whether any NAP of a network can be true, from the regions of samples.
 */
export const ceiling: Later<typeof import('./ceiling/ceiling.js').ceiling> = later(
  async () => (await import('./ceiling/ceiling.js')).ceiling,
  true,
);

/**
 * Looks for the provable NAP of each class that most samples follow; writes it and its certificate.
 */
export const learn: Later<typeof import('./learn/learn.js').learn> = later(
  async () => (await import('./learn/learn.js')).learn,
  true,
);

/**
 * Leaves out of proved NAPs what their proofs do not need; writes them and their certificate.
 */
export const minimizeFiles: Later<typeof import('./minimize/minimize.js').minimizeFiles> = later(
  async () => (await import('./minimize/minimize.js')).minimizeFiles,
  true,
);

/**
 * Writes an ONNX file with outputs for followed NAPs and certified predictions.
 */
export const guard: Later<typeof import('./guard/guard.js').guard> = later(
  async () => (await import('./guard/guard.js')).guard,
  true,
);

/**
 * The largest radius of local robustness that is proved, by bisection.
 */
export const verifyLargestEpsilons: Later<typeof import('./epsilon/maximize.js').verifyLargestEpsilons> =
  later(async () => (await import('./epsilon/maximize.js')).verifyLargestEpsilons, true);

/**
 * Puts certificates about shares of the work together; each is checked.
 */
export const merge: Later<typeof import('./merge.js').merge> = later(
  async () => (await import('./merge.js')).merge,
  false,
);

/**
 * Whether a network keeps the class of an input at every brightness: a proof, or an input that refutes it.
 */
export const invariance: Later<typeof import('./invariance.js').invariance> = later(
  async () => (await import('./invariance.js')).invariance,
  true,
);

/**
 * Exact intervals of the factors that keep the class of samples.
 */
export const scalars: Later<typeof import('./scalars.js').scalars> = later(
  async () => (await import('./scalars.js')).scalars,
  true,
);

/**
 * Certificates for cones and convex hulls of points.
 */
export const cone: Later<typeof import('./cone.js').cone> = later(
  async () => (await import('./cone.js')).cone,
  true,
);

/**
 * Writes a model with its biases set to zero, and what that costs.
 */
export const debias: Later<typeof import('./debias.js').debias> = later(
  async () => (await import('./debias.js')).debias,
  true,
);

/**
 * Obligations as LP, MPS, VNN-LIB or Marabou text for other tools.
 */
export const exportModels: Later<typeof import('./export.js').exportModels> = later(
  async () => (await import('./export.js')).exportModels,
  true,
);

/**
 * Decides whether a release may pass a policy: proves or reuses, checks every certificate, measures recall. What is not shown
 * never passes; `outcome` and `exitCode` say so. Only wrong input throws. Reports of an earlier run are removed first.
 */
export const gate: Later<typeof import('./gate/gate.js').gate> = later(
  async () => (await import('./gate/gate.js')).gate,
  true,
);

/**
 * Refuses report files that cannot be written, or that would replace an input, before any work.
 */
export const assertReportTargets: Later<typeof import('./report.js').assertReportTargets> = later(
  async () => (await import('./report.js')).assertReportTargets,
  false,
);

/**
 * Reports of a decision that {@link gate} has returned in this run; its certificates are checked again. A decision from a file
 * goes to `report` as `gate`, where the recall in it is only stated.
 */
export const reportDecision: Later<typeof import('./report.js').reportDecision> = later(
  async () => (await import('./report.js')).reportDecision,
  false,
);

/**
 * The format of a report by the ending of its file.
 */
export const formatOfFile: Later<typeof import('./report.js').formatOfFile> = later(
  async () => (await import('./report.js')).formatOfFile,
  false,
);

/**
 * Writes a starter policy, specification and NAP file.
 */
export const init: Later<typeof import('./init.js').init> = later(
  async () => (await import('./init.js')).init,
  true,
);

/**
 * Makes a pair of Ed25519 keys, `NAME.key.pem` and `NAME.pub.pem`; never overwrites one.
 */
export const keygen: Later<typeof import('./keys.js').keygen> = later(
  async () => (await import('./keys.js')).keygen,
  false,
);

/**
 * Signs a certificate or summary into a DSSE envelope.
 */
export const signFile: Later<typeof import('./sign.js').signFile> = later(
  async () => (await import('./sign.js')).signFile,
  false,
);

/**
 * Decides a VNN-LIB query. `unsat` only with a checked proof, `sat` only with a replayed point.
 */
export const verifyQuery: Later<typeof import('./vnnlib/verify-query.js').verifyQuery> = later(
  async () => (await import('./vnnlib/verify-query.js')).verifyQuery,
  true,
);

/**
 * What of the VNN-LIB standard is supported.
 */
export const supports: Later<typeof import('./vnnlib/supports.js').supports> = later(
  async () => (await import('./vnnlib/supports.js')).supports,
  false,
);

/**
 * Decides a list of VNN-COMP instances and writes their results.
 */
export const runInstances: Later<typeof import('./vnncomp/run.js').runInstances> = later(
  async () => (await import('./vnncomp/run.js')).runInstances,
  true,
);

/**
 * Works on obligations of a queue until its signal aborts.
 */
export const runWorker: Later<typeof import('./cluster-worker.js').runWorker> = later(
  async () => (await import('./cluster-worker.js')).runWorker,
  true,
);

/**
 * What a queue holds: workers, runs, jobs.
 */
export const showStatus: Later<typeof import('./cluster-status.js').showStatus> = later(
  async () => (await import('./cluster-status.js')).showStatus,
  false,
);

/**
 * Whether solvers and onnxruntime work on this machine.
 */
export const doctor: Later<typeof import('./doctor.js').doctor> = later(
  async () => (await import('./doctor.js')).doctor,
  false,
);

/**
 * Runs the demonstration into a folder.
 */
export const demo: Later<typeof import('./demo/demo.js').demo> = later(
  async () => (await import('./demo/demo.js')).demo,
  true,
);

export type { CommandNode } from './completion/command-tree.js';
export { completionScript, SHELLS, type Shell } from './completion/completion.js';
export type { HeldOutChoice } from './held-out.js';
export { METHODS, type Method } from './minimize/methods.js';
export { missingRuntime } from './missing-runtime.js';
export { CAPABILITIES, type Capability } from './vnnlib/supports.js';
