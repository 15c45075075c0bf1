/** What a worker says about a job that takes long: the best bounds so far, for people who wait. Evidence of nothing. */
import type { Reach } from '../engines/decision.js';
import type { Reached } from './job-wire.js';

/** The latest stage of one obligation with the best figures of all its stages, until somebody asks. */
export class LatestReach {
  #best: Reached | null = null;
  #fresh = false;

  /** @param digest of the obligation */
  hear(digest: string, { stage, nodes, closedShare, margin, nearest }: Reach): void {
    const before = this.#best?.digest === digest ? this.#best.reach : null;
    this.#best = {
      digest,
      reach: {
        stage,
        nodes: finite(nodes),
        closedShare: finite(closedShare),
        margin: best(Math.max, before?.margin, margin),
        nearest: best(Math.min, before?.nearest, nearest),
      },
    };
    this.#fresh = true;
  }

  /** Null if there is nothing new. */
  take(): Reached | null {
    const news = this.#fresh ? this.#best : null;
    this.#fresh = false;
    return news;
  }
}

function best(
  choose: (a: number, b: number) => number,
  before: number | null | undefined,
  now: number | null,
): number | null {
  const [a, b] = [before ?? null, finite(now)];
  return a === null || b === null ? (a ?? b) : choose(a, b);
}

/** JSON has no infinities. */
function finite(x: number | null): number | null {
  return x !== null && Number.isFinite(x) ? x : null;
}
