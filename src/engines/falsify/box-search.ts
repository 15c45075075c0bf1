/**
 * Looks for a counterexample to any of several obligations with one box and no NAPs: the alternatives of a query, the
 * competitors of a ball. One batch for all; the nearest says where to search on.
 *
 * Sound: a candidate counts only once it is confirmed. Method: steps along the gradient's signs, large at first and then
 * smaller, from few starts. Networks that were trained far are flat around their samples, so neurons that are off pass
 * back a small share of the gradient at first: that found every satisfiable mnistfc query of VNN-COMP 2021 in about 0.1 s,
 * where true gradients from 40 starts per competitor missed three of ten.
 */
import type { Network } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Confirm, Confirmed } from '../decision.js';
import { boxPoints } from './box-points.js';
import { type GradientLimits, GradientSearch } from './gradient-search.js';

interface BoxPass extends GradientLimits {
  /** Starts per obligation. */
  readonly points: number;
}

const SOFT: BoxPass = { points: 4, steps: 60, rate: 0.5, decay: 0.95, method: 'signs', leak: 0.03 };
const LONG: BoxPass = { points: 8, steps: 100, rate: 0.5, decay: 0.96, method: 'signs', leak: 0.06 };
/** Few inputs need many starts, and no leak. */
const WIDE: BoxPass = { points: 200, steps: 40, rate: 0.1, decay: 0.95, method: 'signs' };

/** For one obligation: there are many, so what fails must be cheap beside the bounds. */
export const BOX_PASSES = {
  quick: [SOFT, { ...WIDE, points: 8 }],
  thorough: [LONG, { points: 16, steps: 100, rate: 0.05, decay: 0.98, method: 'adam', leak: 0.02 }],
} as const;

/** Candidates replayed per pass. */
const REPLAYS = 5;

/** The obligation that a point was found for, by its index; null if none was found. */
export interface FoundInBox {
  readonly index: number;
  readonly confirmed: Confirmed;
}

/** The obligations must share the box and have no NAPs. */
export async function searchBox(
  network: Network,
  obligations: readonly Obligation[],
  confirm: Confirm,
  limits: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<FoundInBox | null> {
  const gradient = new GradientSearch(network);
  try {
    for (const pass of [SOFT, LONG, { ...WIDE, points: Math.ceil(WIDE.points / obligations.length) }]) {
      if (performance.now() > limits.deadline || limits.signal.aborted) return null;
      const targets = obligations.map((obligation) => ({
        obligation,
        starts: boxPoints(obligation.box, pass.points),
      }));
      const ended = await gradient.runAll(targets, pass);
      if (ended === null) return null;
      const reached = ended.filter(({ value }) => value !== null && value >= 0);
      for (const { target, point } of reached.slice(0, REPLAYS)) {
        const outcome = await confirm(obligations[target]!, point, 'gradient search');
        if ('point' in outcome) return { index: target, confirmed: outcome };
      }
    }
    return null;
  } finally {
    await gradient.dispose();
  }
}
