/**
 * One thread that does one task at a time, over piscina. What it loaded stays loaded between tasks; a task that passes
 * its hard deadline, or ends badly, costs the thread, and the next task gets a fresh one.
 */
import { fileURLToPath } from 'node:url';
import { MessageChannel, type TransferListItem } from 'node:worker_threads';
import { Piscina } from 'piscina';

export interface LaneOptions {
  /** Script whose default export is called with {@link LaneCall}; see `workerUrl`. */
  readonly script: URL;
  /** Given to the script once per thread; SharedArrayBuffers are not copied. */
  readonly workerData: unknown;
  /** JavaScript heap of the thread. Native memory (WebAssembly, onnxruntime) is not counted. */
  readonly heapMiB: number;
}

/** What the script's default export gets. */
export interface LaneCall<T> {
  readonly task: T;
  /** Messages out; the message `abort` in asks to stop soon. */
  readonly port: import('node:worker_threads').MessagePort;
}

export interface TaskLimits {
  /** Hard deadline in milliseconds from now: the thread is ended. */
  readonly deadlineMs: number;
  /** Asks the task to stop; the thread is ended where it has not after `graceMs`. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  readonly onMessage?: (message: unknown) => void;
}

/** Why a task gave no result. */
export type LaneFault = 'deadline' | 'memory' | 'interrupted' | 'crash';

export class LaneError extends Error {
  constructor(
    readonly fault: LaneFault,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** Timers hold 32-bit milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Lane<T, R> {
  #pool: Piscina<LaneCall<T>, R> | null = null;

  constructor(readonly options: LaneOptions) {}

  /** Threads started so far; more than one means that tasks ended badly. */
  starts = 0;

  /** @throws LaneError if the task is ended or fails; what the script throws by itself is a `crash` with that cause */
  async run(task: T, limits: TaskLimits): Promise<R> {
    if (limits.signal.aborted) throw new LaneError('interrupted', 'stopped before it began');
    const pool = this.#open();
    const { port1, port2 } = new MessageChannel();
    const ending = new AbortController();
    let fault: LaneFault | null = null;
    const end = (why: LaneFault): void => {
      fault ??= why;
      ending.abort();
    };
    const timer = setTimeout(() => end('deadline'), Math.min(limits.deadlineMs, LONGEST_TIMER_MS));
    let grace: NodeJS.Timeout | null = null;
    const onAbort = (): void => {
      port1.postMessage('abort');
      grace = setTimeout(() => end('interrupted'), limits.graceMs);
    };
    limits.signal.addEventListener('abort', onAbort, { once: true });
    port1.on('message', (message) => limits.onMessage?.(message));
    try {
      return await pool.run(
        { task, port: port2 },
        { signal: ending.signal, transferList: [port2 as unknown as TransferListItem] },
      );
    } catch (error) {
      this.#forget();
      throw asLaneError(error, fault);
    } finally {
      clearTimeout(timer);
      if (grace !== null) clearTimeout(grace);
      limits.signal.removeEventListener('abort', onAbort);
      port1.close();
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.destroy();
  }

  #open(): Piscina<LaneCall<T>, R> {
    if (this.#pool === null) {
      this.starts++;
      this.#pool = new Piscina<LaneCall<T>, R>({
        filename: fileURLToPath(this.options.script),
        minThreads: 1,
        maxThreads: 1,
        workerData: this.options.workerData,
        resourceLimits: { maxOldGenerationSizeMb: this.options.heapMiB },
        // Flags of the main script (loaders, -e) are not for this one.
        execArgv: [],
        // A waiting thread that blocks would starve the solver threads it may own.
        atomics: 'disabled',
      });
      // Errors of idle threads: the next task starts another.
      this.#pool.on('error', () => this.#forget());
    }
    return this.#pool;
  }

  /** Leaves a thread whose state is not known; it is ended without waiting. */
  #forget(): void {
    const pool = this.#pool;
    this.#pool = null;
    pool?.destroy().catch(() => {});
  }
}

function asLaneError(error: unknown, fault: LaneFault | null): LaneError {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (fault !== null) return new LaneError(fault, `the thread was ended: ${fault}`, { cause: error });
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new LaneError('memory', text, { cause: error });
  return new LaneError('crash', text, { cause: error });
}
