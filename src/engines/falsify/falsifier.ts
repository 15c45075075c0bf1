/**
 * Looks for a counterexample by gradient search, from the data's followers nearest to the boundary, or from points of the
 * box where there are none. Sound: a candidate counts only once it is confirmed. Reference: bounding.md, section 4.
 */
import { logitsOf } from '../../network/forward.js';
import type { Network } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { excess } from '../bab/attempt.js';
import type { Confirm, Confirmed } from '../decision.js';
import { boxPoints } from './box-points.js';
import { BOX_PASSES } from './box-search.js';
import { type ScannedData, samplesInRegion } from './follower-scan.js';
import { type GradientLimits, GradientSearch } from './gradient-search.js';

const STARTS = 64;
/** Followers evaluated per region to find the nearest. */
const FOLLOWERS = 400;
/** Large steps find most, most of them soon; small ones find what hides in corners. */
const FROM_FOLLOWERS = {
  quick: [{ steps: 80, rate: 0.02 }],
  thorough: [
    { steps: 300, rate: 0.02 },
    { steps: 300, rate: 0.003 },
  ],
} as const;
/** Candidates replayed per pass. */
const REPLAYS = 5;

interface Pass extends GradientLimits {
  readonly starts: readonly Float64Array[];
}

interface Follower {
  readonly point: Float64Array;
  readonly logits: Float64Array;
}

export interface Falsified {
  readonly confirmed: Confirmed | null;
  /** Least margin among the points that followed in float32; null if none did. */
  readonly bestMargin: number | null;
}

export type Effort = keyof typeof FROM_FOLLOWERS;

export class Falsifier {
  readonly #gradient: GradientSearch;
  /** Followers by region: all competitors of a class share the array of NAPs. */
  readonly #followers = new WeakMap<object, readonly Follower[]>();

  constructor(
    readonly network: Network,
    readonly data: ScannedData | null,
  ) {
    this.#gradient = new GradientSearch(network);
  }

  async search(
    obligation: Obligation,
    confirm: Confirm,
    limits: { readonly deadline: number; readonly signal: AbortSignal },
    effort: Effort,
  ): Promise<Falsified> {
    const followers = this.#startsFrom(obligation);
    const passes: readonly Pass[] =
      followers.length === 0
        ? BOX_PASSES[effort].map((pass) => ({ ...pass, starts: boxPoints(obligation.box, pass.points) }))
        : FROM_FOLLOWERS[effort].map((pass) => ({ ...pass, starts: followers }));
    let bestMargin: number | null = null;
    for (const pass of passes) {
      if (performance.now() > limits.deadline || limits.signal.aborted) break;
      const found = await this.#gradient.run(obligation, pass.starts, pass);
      if (found === null) break;
      // Off the cross-section a margin is not comparable with those on it.
      if (found.best !== null && obligation.section === undefined)
        bestMargin = Math.min(bestMargin ?? Infinity, -found.best);
      for (const point of found.points.slice(0, REPLAYS)) {
        const outcome = await confirm(obligation, point, 'gradient search');
        if ('point' in outcome) return { confirmed: outcome, bestMargin };
      }
    }
    return { confirmed: null, bestMargin };
  }

  async dispose(): Promise<void> {
    await this.#gradient.dispose();
  }

  /** Those nearest to the boundary. */
  #startsFrom(obligation: Obligation): Float64Array[] {
    if (obligation.naps.length === 0) return [];
    const lead = ({ logits }: Follower): number => excess(obligation, logits);
    return [...this.#followersOf(obligation)]
      .sort((a, b) => lead(b) - lead(a))
      .slice(0, STARTS)
      .map(({ point }) => point);
  }

  #followersOf(obligation: Obligation): readonly Follower[] {
    if (this.data === null) return [];
    const known = this.#followers.get(obligation.naps);
    if (known !== undefined) return known;
    const found = samplesInRegion(this.data, { ...obligation, outputs: [] }, FOLLOWERS).map(({ point }) => ({
      point,
      logits: logitsOf(this.network, point),
    }));
    this.#followers.set(obligation.naps, found);
    return found;
  }
}
