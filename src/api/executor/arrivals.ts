/** What comes back from other machines, taken together where it comes together: fetched once, checked in one go. */
import type { Reply } from './deciding-lane.js';
import type { Statement } from './lane-protocol.js';
import type { Pool } from './pool.js';

const LIMIT = 32;

/** The latest few values by key; one that failed is made again. */
export class Kept<T> {
  readonly #known = new Map<string, Promise<T>>();

  constructor(readonly make: (key: string) => Promise<T>) {}

  get(key: string): Promise<T> {
    const found = this.#known.get(key) ?? this.make(key);
    this.#known.delete(key);
    this.#known.set(key, found);
    found.catch(() => this.#known.delete(key));
    if (this.#known.size > LIMIT) this.#known.delete(this.#known.keys().next().value!);
    return found;
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
