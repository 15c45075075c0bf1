/**
 * How long a campaign takes on a cluster: jobs taken in order by workers, each with the cost of the queue, their results
 * checked by threads of one coordinator. A discrete simulation; the costs are drawn from measured ones.
 */

export interface JobCost {
  /** Seconds that a worker needs. */
  readonly solve: number;
  /** Seconds that the coordinator's check needs. */
  readonly check: number;
}

export interface Capacity {
  readonly workers: number;
  /** Threads of the coordinator that check. */
  readonly checkers: number;
  /** Seconds per job that a worker spends on the queue. */
  readonly workerOverhead: number;
  /** Seconds per job of the coordinator's one event loop: sending, receiving, parsing. */
  readonly coordinatorOverhead: number;
}

export interface Simulated {
  readonly wall: number;
  /** Shares of the wall time that each part is busy. */
  readonly workersBusy: number;
  readonly checkersBusy: number;
  readonly coordinatorBusy: number;
  /** What adding more workers would not help against. */
  readonly limit: 'workers' | 'checking' | 'coordinator' | 'longest job';
}

/** Jobs in the queue at once, as a coordinator has it. */
const OUTSTANDING = 2048;

export function simulate(jobs: readonly JobCost[], capacity: Capacity): Simulated {
  const { workers, checkers, workerOverhead, coordinatorOverhead } = capacity;
  const free = new Earliest(workers);
  const checking = new Earliest(checkers);
  const inFlight = new Earliest(0);
  // The coordinator's event loop receives first and sends when there is nothing to receive.
  let clock = 0;
  let sent = 0;
  let outstanding = 0;
  let wall = 0;
  while (sent < jobs.length || outstanding > 0) {
    const arrives = outstanding === 0 ? Number.POSITIVE_INFINITY : inFlight.least;
    if (arrives > clock && sent < jobs.length && outstanding < OUTSTANDING) {
      const { solve } = jobs[sent]!;
      clock += coordinatorOverhead / 2;
      const at = Math.max(free.next(), clock) + solve + workerOverhead;
      free.put(at);
      inFlight.put(at, jobs[sent]!.check);
      sent++;
      outstanding++;
      continue;
    }
    clock = Math.max(clock, arrives) + coordinatorOverhead / 2;
    const check = inFlight.nextTag();
    outstanding--;
    const done = Math.max(checking.next(), clock) + check;
    checking.put(done);
    wall = Math.max(wall, done);
  }
  const total = (cost: (job: JobCost) => number): number => jobs.reduce((sum, job) => sum + cost(job), 0);
  const longest = Math.max(
    ...jobs.map(({ solve, check }) => solve + check + workerOverhead + coordinatorOverhead),
  );
  const busy = {
    workers: total(({ solve }) => solve + workerOverhead) / (workers * wall),
    checking: total(({ check }) => check) / (checkers * wall),
    coordinator: (jobs.length * coordinatorOverhead) / wall,
    'longest job': longest / wall,
  };
  const ranked = (Object.keys(busy) as Simulated['limit'][]).sort((a, b) => busy[b] - busy[a]);
  return {
    wall,
    workersBusy: busy.workers,
    checkersBusy: busy.checking,
    coordinatorBusy: busy.coordinator,
    limit: ranked[0]!,
  };
}

interface Entry {
  readonly at: number;
  readonly tag: number;
}

/** Times in a binary heap, each with a number that goes with it. */
class Earliest {
  readonly #heap: Entry[];

  constructor(count: number) {
    this.#heap = Array.from({ length: count }, () => ({ at: 0, tag: 0 }));
  }

  get least(): number {
    return this.#heap[0]!.at;
  }

  /** Takes the earliest time. */
  next(): number {
    return this.#take().at;
  }

  /** Takes the earliest time; returns what goes with it. */
  nextTag(): number {
    return this.#take().tag;
  }

  put(at: number, tag = 0): void {
    const heap = this.#heap;
    heap.push({ at, tag });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.at <= heap[i]!.at) return;
      [heap[parent], heap[i]] = [heap[i]!, heap[parent]!];
      i = parent;
    }
  }

  #take(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#down();
    }
    return first;
  }

  #down(): void {
    const heap = this.#heap;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < heap.length && heap[left]!.at < heap[least]!.at) least = left;
      if (right < heap.length && heap[right]!.at < heap[least]!.at) least = right;
      if (least === i) return;
      [heap[least], heap[i]] = [heap[i]!, heap[least]!];
      i = least;
    }
  }
}
