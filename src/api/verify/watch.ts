/** Shows what is being decided: of several obligations at once the one that has taken longest, with its best bound. */
import type { Reach } from '../../engines/decision.js';
import type { Executor } from '../../engines/executor.js';
import { counted, short } from '../../report/format.js';
import type { Progress } from '../progress.js';

const STAGES: Readonly<Record<Reach['stage'], string>> = {
  suffix: 'proofs behind a layer',
  bounds: 'bounding neurons',
  points: 'looking for a counterexample',
  inputs: 'splitting inputs',
  cubes: 'splitting into cubes',
  search: 'branch and bound',
  milp: 'MILP solver',
};

/** What a stage is made of, where that is not nodes. */
const PARTS: Partial<Record<Reach['stage'], readonly [one: string, many: string]>> = {
  inputs: ['box', 'boxes'],
  cubes: ['cube', 'cubes'],
};

interface Work {
  readonly began: number;
  /** The latest stage, with the best figures of all stages. */
  reach: Reach | null;
}

export class Watch {
  /** Oldest first. */
  readonly #running = new Map<string, Work>();
  /** Properties that are decided. */
  done = 0;

  constructor(
    readonly progress: Progress,
    readonly total: number,
    /** Per obligation. */
    readonly timeoutSeconds: number,
  ) {}

  /** Something short that no executor is asked for. */
  glance(id: string): void {
    if (this.#running.size === 0) this.progress.step(`deciding ${id}`, this.done, this.total);
  }

  begin(id: string): void {
    this.#running.set(id, { began: performance.now(), reach: null });
    this.#show();
  }

  reach(id: string, reach: Reach): void {
    const work = this.#running.get(id);
    if (work === undefined) return;
    const margin = better(Math.max, work.reach?.margin ?? null, reach.margin);
    const nearest = better(Math.min, work.reach?.nearest ?? null, reach.nearest);
    work.reach = { ...reach, margin, nearest };
    const seconds = (performance.now() - work.began) / 1000;
    this.progress.reached?.({ id, seconds, ...work.reach });
    if (this.#running.keys().next().value === id) this.#show();
  }

  end(id: string): void {
    this.#running.delete(id);
    this.#show();
  }

  #show(): void {
    const oldest = this.#running.entries().next().value;
    if (oldest === undefined) return;
    const [id, { reach }] = oldest;
    const detail = reach === null ? undefined : `${describeReach(reach)}, limit ${this.timeoutSeconds} s`;
    this.progress.step(`deciding ${id}`, this.done, this.total, detail);
  }
}

/** `margin at least -0.53 and at most 0.2; branch and bound, 312 nodes, 12 % of the tree closed`. */
function describeReach({ stage, nodes, closedShare, margin, nearest }: Reach): string {
  const ends = [
    ...(margin === null ? [] : [`at least ${short(margin)}`]),
    ...(nearest === null ? [] : [`at most ${short(nearest)}`]),
  ];
  const work = [
    STAGES[stage],
    ...(nodes === null ? [] : [counted(nodes, ...(PARTS[stage] ?? ['node', 'nodes']))]),
    ...(closedShare === null || closedShare === 0
      ? []
      : [`${(100 * closedShare).toPrecision(2)} % of the tree closed`]),
  ].join(', ');
  return ends.length === 0 ? work : `margin ${ends.join(' and ')}; ${work}`;
}

function better(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : choose(a, b);
}

/** Decides as `executor` does, and tells the watch. */
export function watched(executor: Executor, watch: Watch): Executor {
  return {
    lanes: executor.lanes,
    close: executor.close,
    decide: (obligations, settings, options) => {
      const decided = executor.decide(obligations, settings, {
        ...options,
        onBegin: ({ id }) => watch.begin(id),
        onReach: ({ id }, reach) => watch.reach(id, reach),
      });
      return decided.map(async (one, i) => {
        try {
          return await one;
        } finally {
          watch.end(obligations[i]!.id);
        }
      });
    },
  };
}
