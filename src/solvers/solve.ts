/**
 * Solves a model in a worker thread under a hard deadline. The guard runs before and after, on this side, against
 * the model as the caller gave it.
 */
import { type Outcome, unknownOutcome } from './adapter.js';
import { guardModel, guardOutcome } from './guard.js';
import { type FromWorker, packModel, type ToWorker } from './protocol.js';
import type { LinearModel, SolveOptions, SolveResult } from './solver.js';
import { acquire, discard, release, type WarmWorker } from './worker-pool.js';

export { closeSolvers } from './worker-pool.js';

/** How long after its own limit a solver may still hand over its incumbent and bound. */
const GRACE_SECONDS = 0.25;
/** Timers hold 32-bit milliseconds. */
const MAX_TIMEOUT_SECONDS = 2_000_000;

/**
 * Minimises a guarded model. Starting a cold thread (a fraction of a second) is not counted against the timeout.
 *
 * Never rejects for what a solver does: crashes, limits, aborts and odd numbers are `unknown` results.
 * Throws an Error for a malformed model (wrong array lengths, a column twice in a row), which is a bug, and a
 * RangeError for a timeout that is not positive.
 */
export async function solve(model: LinearModel, options: SolveOptions): Promise<SolveResult> {
  const guarded = guardModel(model);
  if (guarded.kind === 'refused') {
    const outcome = unknownOutcome(guarded.reason, `refused: ${guarded.text}`);
    return { ...outcome, solver: options.solver, version: 'not run', seconds: 0 };
  }
  const result = await solveUnguarded(guarded.model, options);
  return guardOutcome(model, result);
}

/**
 * As `solve`, without the guard: for tests of what native solvers do with bad models. Its answers mean nothing
 * until they have passed `guardOutcome`.
 */
export async function solveUnguarded(model: LinearModel, options: SolveOptions): Promise<SolveResult> {
  if (!(options.timeoutSeconds > 0)) {
    throw new RangeError(`timeout must be positive, found ${options.timeoutSeconds}`);
  }
  const { solver, signal } = options;
  const began = performance.now();
  if (signal?.aborted) return aborted(solver, 'not run', 0);
  let warm: WarmWorker;
  try {
    warm = await acquire(solver);
  } catch (error) {
    const outcome = unknownOutcome('solver-crash', `could not load: ${String(error)}`);
    return { ...outcome, solver, version: 'not loaded', seconds: since(began) };
  }
  if (signal?.aborted) {
    release(warm);
    return aborted(solver, warm.version, since(began));
  }
  const started = performance.now();
  const answer = await ask(warm, model, options);
  if (answer.healthy) release(warm);
  else discard(warm.worker);
  return { ...answer.outcome, solver, version: warm.version, seconds: since(started) };
}

interface Answer {
  readonly outcome: Outcome;
  /** False when the thread must not be used again. */
  readonly healthy: boolean;
}

function ask(warm: WarmWorker, model: LinearModel, options: SolveOptions): Promise<Answer> {
  const limit = Math.min(options.timeoutSeconds, MAX_TIMEOUT_SECONDS);
  const { worker } = warm;
  const { signal } = options;
  return new Promise((resolve) => {
    const finish = (outcome: Outcome, healthy: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      resolve({ outcome, healthy });
    };
    const onAbort = () => finish(unknownOutcome('interrupted', 'aborted by the caller'), false);
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'outcome') finish(message.outcome, true);
      else if (message.kind === 'crash') finish(unknownOutcome('solver-crash', message.text), false);
      else finish(unknownOutcome('solver-crash', `unexpected message "${message.kind}"`), false);
    };
    const onError = (error: Error) => finish(unknownOutcome('solver-crash', String(error)), false);
    const onExit = (code: number) =>
      finish(unknownOutcome('solver-crash', `solver thread ended with code ${code}`), false);
    const onDeadline = () => finish(unknownOutcome('timeout', 'ended at the hard deadline'), false);
    const timer = setTimeout(onDeadline, (limit + GRACE_SECONDS) * 1000);
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    const packed = packModel(model);
    const request: ToWorker = { model: packed.model, timeLimitSeconds: limit };
    worker.postMessage(request, packed.transfer);
  });
}

function aborted(solver: SolveOptions['solver'], version: string, seconds: number): SolveResult {
  return { ...unknownOutcome('interrupted', 'aborted by the caller'), solver, version, seconds };
}

function since(milliseconds: number): number {
  return (performance.now() - milliseconds) / 1000;
}
