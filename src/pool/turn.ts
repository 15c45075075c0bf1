/** How far a list of tasks has come, told between two threads without messages. */

const BEGUN = 0;
const CLOSED = 1;

/** The side that works off the list asks before each task; the other side may close the list at any time. */
export class Turn {
  readonly #cells: Int32Array;

  /** @param shared of the other side's turn; default: a new list */
  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(shared);
  }

  /** True if the next task may begin. */
  begin(): boolean {
    // Said first, so that a list that is closed at this moment counts it as begun.
    Atomics.add(this.#cells, BEGUN, 1);
    return Atomics.load(this.#cells, CLOSED) === 0;
  }

  /** Lets nothing more begin. Returns how many tasks may have begun: those after them have not. */
  close(): number {
    Atomics.store(this.#cells, CLOSED, 1);
    return Atomics.load(this.#cells, BEGUN);
  }
}
