/** What comes back from other machines, taken together where it comes together: fetched once, checked in one go. */
import type { Reply } from './deciding-lane.js';
import type { Statement } from './lane-protocol.js';
import type { Pool } from './pool.js';

const LIMIT = 32;
/** Of all values together, as text; the latest one is kept whatever its size. */
const LIMIT_BYTES = 64 * 2 ** 20;

export interface Sized<T> {
  readonly value: T;
  readonly bytes: number;
}

interface Entry<T> {
  readonly value: Promise<T>;
  bytes: number;
}

/** The latest few values by key; one that failed is made again. */
export class Kept<T> {
  readonly #known = new Map<string, Entry<T>>();

  constructor(readonly make: (key: string) => Promise<Sized<T>>) {}

  get(key: string): Promise<T> {
    const found = this.#known.get(key) ?? this.#begin(key);
    this.#known.delete(key);
    this.#known.set(key, found);
    this.#forget();
    return found.value;
  }

  #begin(key: string): Entry<T> {
    const made = this.make(key);
    const entry: Entry<T> = { value: made.then(({ value }) => value), bytes: 0 };
    made.then(
      ({ bytes }) => {
        entry.bytes = bytes;
        this.#forget();
      },
      () => this.#known.delete(key),
    );
    return entry;
  }

  #forget(): void {
    let bytes = 0;
    for (const entry of this.#known.values()) bytes += entry.bytes;
    for (const [key, entry] of this.#known) {
      if (this.#known.size <= 1 || (this.#known.size <= LIMIT && bytes <= LIMIT_BYTES)) return;
      this.#known.delete(key);
      bytes -= entry.bytes;
    }
  }
}

interface Waiting {
  readonly statement: Statement;
  readonly signal: AbortSignal;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends statements that arrive in the same turn of the event loop to a checking thread together, by region. */
export class Checking {
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(readonly pool: Pick<Pool, 'admit'>) {}

  ask(statement: Statement, region: string, signal: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(region) ?? [];
      waiting.push({ statement, signal, resolve, reject });
      if (waiting.length > 1) return;
      this.#waiting.set(region, waiting);
      setImmediate(() => void this.#send(region));
    });
  }

  async #send(region: string): Promise<void> {
    const waiting = this.#waiting.get(region) ?? [];
    this.#waiting.delete(region);
    const stop = new AbortController();
    const look = (): void => {
      // The check of one that nobody wants any more is worth less than those of the others.
      if (waiting.every(({ signal }) => signal.aborted)) stop.abort();
    };
    for (const { signal } of waiting) signal.addEventListener('abort', look, { once: true });
    look();
    try {
      const statements = waiting.map(({ statement }) => statement);
      const replies = await this.pool.admit(statements, region, stop.signal);
      for (const [i, { resolve }] of waiting.entries()) resolve(replies[i]!);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    } finally {
      for (const { signal } of waiting) signal.removeEventListener('abort', look);
    }
  }
}
