/** One node of a search: the LP on its bounds, and the proof step that its multipliers give. */
import type { Bounds } from '../../bounds/interval.js';
import type { Network } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { LpResult } from '../../solvers/highs-model.js';
import { separate } from './hull-cuts.js';
import { type Leaf, leafFromMultipliers } from './leaf.js';
import type { Relaxation } from './relaxation.js';

export interface Evaluator {
  readonly network: Network;
  readonly relaxation: Relaxation;
  readonly obligation: Obligation;
  readonly secondsLeft: () => number;
}

export interface Evaluated {
  readonly lp: LpResult;
  /** Null where the LP gave no multipliers. */
  readonly leaf: Leaf | null;
}

/** Share of the first bound that a round of cuts must gain for another one. */
const CUT_GAIN = 0.01;

/**
 * The LP on these bounds, with up to `rounds` rounds of cuts while they pay. Cuts stay in the relaxation for the nodes
 * below; those that do not bind in the end are taken out again, since dense rows slow every LP.
 */
export function evaluateWithCuts(
  evaluator: Evaluator,
  bounds: Bounds,
  rounds: number,
  closes: (leaf: Leaf) => boolean,
): Evaluated {
  const { network, relaxation } = evaluator;
  let now = evaluate(evaluator, bounds);
  const first = now.leaf?.bound ?? 0;
  for (let round = 0; round < rounds; round++) {
    const { lp, leaf } = now;
    if (lp.status !== 'optimal' || leaf === null || closes(leaf)) return now;
    const cuts = separate(network, bounds, relaxation.encoding, lp.x);
    if (cuts.length === 0) break;
    relaxation.addCuts(cuts);
    now = evaluate(evaluator, bounds);
    if (!(leaf.bound - (now.leaf?.bound ?? Infinity) > CUT_GAIN * first)) break;
  }
  const { lp, leaf } = now;
  if (rounds === 0 || relaxation.cuts.length === 0 || lp.status !== 'optimal') return now;
  if (leaf !== null && closes(leaf)) return now;
  relaxation.dropCuts(lp.rowDual);
  return evaluate(evaluator, bounds);
}

function evaluate(evaluator: Evaluator, bounds: Bounds): Evaluated {
  const lp = solveOn(evaluator.relaxation, bounds, evaluator.secondsLeft());
  return { lp, leaf: leafOf(evaluator, bounds, lp) };
}

export function solveOn(relaxation: Relaxation, bounds: Bounds, seconds: number): LpResult {
  if (!relaxation.setBounds(bounds))
    return { status: 'unknown', reason: 'numerical', nativeStatus: 'empty box', rowDual: null };
  return relaxation.solve(seconds);
}

function leafOf({ network, relaxation, obligation }: Evaluator, bounds: Bounds, lp: LpResult): Leaf | null {
  const { encoding, cuts } = relaxation;
  const leaf = (rows: Float64Array, weight: 0 | 1): Leaf =>
    leafFromMultipliers(network, bounds, obligation, encoding, { rows, weight, cuts });
  switch (lp.status) {
    case 'optimal':
      return leaf(lp.rowDual, 1);
    case 'infeasible':
      return leaf(lp.ray, 0);
    case 'unbounded':
      return null;
    case 'unknown':
      return lp.rowDual === null ? null : leaf(lp.rowDual, 1);
  }
}
