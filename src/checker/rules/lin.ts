import type { LinStep } from '../../certificate/proof.js';
import { divDown } from '../exact/interval.js';
import { compare, divide, fromDouble, negate, type Rational } from '../exact/rational.js';
import { decimalText } from '../exact/rational-text.js';
import { exactUpperBound } from '../push/exact-bound.js';
import { fastUpperBound } from '../push/fast-bound.js';
import { type Cut, isMisfit, type Misfit, type PushTask, readPushed } from '../push/task.js';
import { invalid, type Outcome, VALID } from '../report.js';
import { type State, settle } from '../state.js';
import type { LeafMargin, RuleContext } from './context.js';

export interface LinResult {
  readonly outcome: Outcome;
  /** Proved lower bound of -g on this branch; null unless the obligation has one constraint g, with weight > 0. */
  readonly margin: LeafMargin | null;
}

/**
 * T = sum w_k g_k(y) with w >= 0 is >= 0 on the region; an upper bound < 0 of T on the state closes the branch.
 * If a margin is claimed and T = w g, the bound must also be <= -margin * w. Doubles first, rationals where they
 * do not decide.
 */
export function checkLin(
  context: RuleContext,
  state: State,
  cuts: readonly Cut[],
  step: LinStep,
  place: string,
): LinResult {
  const { network, obligation, claimedMargin } = context;
  const task = readTask(context, cuts, step);
  if (isMisfit(task)) return rejected(place, task.expected, task.found);
  settle(network, state, network.layers.length);
  const weight = obligation.outputs.length === 1 ? step.weights[0] : undefined;
  const hasMargin = weight !== undefined && weight > 0;
  const fast = fastUpperBound(network, state, task);
  if (fast < 0) {
    if (!hasMargin) return { outcome: VALID, margin: null };
    const margin = divDown(-fast, weight);
    if (claimedMargin === null || margin >= claimedMargin) return { outcome: VALID, margin };
  }
  const exact = exactUpperBound(network, state, task);
  if (exact === null || exact.num >= 0n) {
    const found = exact === null ? 'no finite upper bound' : `an upper bound of ${decimalText(exact)}`;
    return rejected(place, 'an upper bound < 0', found);
  }
  if (!hasMargin) return { outcome: VALID, margin: null };
  const margin = divide(negate(exact), fromDouble(weight));
  if (claimedMargin !== null && compare(margin, fromDouble(claimedMargin)) < 0) {
    return rejected(place, `a margin of at least ${claimedMargin}, as claimed`, decimalText(margin));
  }
  return { outcome: VALID, margin };
}

function rejected(place: string, expected: string, found: string): LinResult {
  return { outcome: invalid(place, 'lin', expected, found), margin: null };
}

function readTask(
  { network, obligation }: RuleContext,
  cuts: readonly Cut[],
  step: LinStep,
): PushTask | { readonly expected: string; readonly found: string } {
  const { outputs } = obligation;
  const { weights } = step;
  if (weights.length !== outputs.length && weights.length !== 0) {
    return { expected: `${outputs.length} weights, one per output constraint`, found: `${weights.length}` };
  }
  const wrong = weights.find((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong !== undefined) return { expected: 'weights >= 0', found: `${wrong}` };
  const pushed = readPushed(network, network.output, step);
  if (isMisfit(pushed)) return pushed;
  const terms = weights.flatMap((weight, k) =>
    outputs[k]!.terms.map(({ output, coefficient }) => ({ index: output, weight, coefficient })),
  );
  const offsets = weights.map((weight, k) => ({ weight, bound: outputs[k]!.bound }));
  const added = addedCuts(cuts, step);
  if (isMisfit(added)) return added;
  return { tensor: network.output, terms, offsets, cuts: added, ...pushed };
}

/** The cuts of this branch that the step names, each once, with weights >= 0. */
function addedCuts(
  cuts: readonly Cut[],
  { cuts: named = [] }: LinStep,
): NonNullable<PushTask['cuts']> | Misfit {
  const seen = new Set<number>();
  const added: { readonly cut: Cut; readonly weight: number }[] = [];
  for (const { cut: number, weight } of named) {
    const cut = cuts[number];
    if (cut === undefined || seen.has(number)) {
      return { expected: `cuts of this branch (it has ${cuts.length}), each once`, found: `cut ${number}` };
    }
    if (!(weight >= 0 && Number.isFinite(weight))) {
      return { expected: 'weights of cuts >= 0', found: `${weight}` };
    }
    seen.add(number);
    added.push({ cut, weight });
  }
  return added;
}

/** The smaller of two leaf margins, exactly compared. */
export function leastMargin(a: LeafMargin | null, b: LeafMargin | null): LeafMargin | null {
  if (a === null || b === null) return a ?? b;
  if (typeof a === 'number' && typeof b === 'number') return Math.min(a, b);
  return compare(asRational(a), asRational(b)) <= 0 ? a : b;
}

function asRational(margin: LeafMargin): Rational {
  return typeof margin === 'number' ? fromDouble(margin) : margin;
}
