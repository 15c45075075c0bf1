/**
 * Warm solver threads. A thread serves one model at a time; when all are busy another is started, so the caller
 * decides how many run at once. A thread that crashed, was aborted or ran out of time is never used again.
 */
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../util/worker-url.js';
import type { FromWorker } from './protocol.js';
import type { SolverName } from './solver.js';

export interface WarmWorker {
  readonly solver: SolverName;
  readonly version: string;
  readonly worker: Worker;
}

/** Idle threads kept per solver; more are ended as they finish. */
const KEEP_IDLE = 2;

const idle = new Map<SolverName, WarmWorker[]>();
const ending = new Set<Promise<unknown>>();

/** An idle thread, or a new one once its solver is loaded. Rejects if the solver cannot be loaded. */
export async function acquire(solver: SolverName): Promise<WarmWorker> {
  const warm = idle.get(solver)?.pop();
  if (warm === undefined) return start(solver);
  warm.worker.ref();
  return warm;
}

/** Hands back a thread that answered normally. */
export function release(warm: WarmWorker): void {
  const kept = idle.get(warm.solver) ?? [];
  idle.set(warm.solver, kept);
  if (kept.length >= KEEP_IDLE) {
    discard(warm.worker);
    return;
  }
  // An idle solver must not keep the process alive.
  warm.worker.unref();
  kept.push(warm);
}

/** Ends a thread without waiting: WebAssembly in a tight loop can take seconds to die. */
export function discard(worker: Worker): void {
  const ended = worker.terminate().finally(() => ending.delete(ended));
  ending.add(ended);
}

/** Ends all idle threads and waits for those being ended. Threads at work are not touched. */
export async function closeSolvers(): Promise<void> {
  for (const kept of idle.values()) for (const warm of kept.splice(0)) discard(warm.worker);
  await Promise.all(ending);
}

function start(solver: SolverName): Promise<WarmWorker> {
  return new Promise((resolve, reject) => {
    // What native code prints when it aborts has no place in a result on stdout. It is kept from there and left
    // unread: reading would keep the process alive.
    const worker = new Worker(workerUrl('solvers/worker.js'), {
      workerData: { solver },
      stdout: true,
      stderr: true,
      // Flags of the main script (loaders, -e) are not for this one.
      execArgv: [],
    });
    const onExit = (code: number) => reject(new Error(`solver thread ended with code ${code} while loading`));
    worker.once('error', reject);
    worker.once('exit', onExit);
    worker.once('message', (message: FromWorker) => {
      worker.off('error', reject);
      worker.off('exit', onExit);
      if (message.kind !== 'ready') {
        discard(worker);
        reject(new Error(`solver thread began with "${message.kind}"`));
        return;
      }
      const warm: WarmWorker = { solver, version: message.version, worker };
      // A thread that dies while idle leaves the pool; the next request starts a new one.
      worker.once('exit', () => forget(warm));
      worker.on('error', () => forget(warm));
      resolve(warm);
    });
  });
}

function forget(warm: WarmWorker): void {
  const kept = idle.get(warm.solver);
  const at = kept?.indexOf(warm) ?? -1;
  if (at >= 0) kept!.splice(at, 1);
}
