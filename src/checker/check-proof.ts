/**
 * Walks a proof, a tree in preorder, as a stream of steps. How a rule works is the rule's own file.
 *
 * One branch is open at a time; the second branch of each split waits on a stack. Memory is bounded by the number
 * of waiting branches, each of which holds only the intervals that its first branch may have changed since.
 */
import { describeHole, type ProofStep } from '../certificate/proof.js';
import { assertNever } from '../util/errors.js';
import { toDoubleDown } from './exact/rounding.js';
import type { Cut } from './push/task.js';
import { incomplete, invalid, type Outcome, VALID } from './report.js';
import { checkBound } from './rules/bound.js';
import type { LeafMargin, RuleContext } from './rules/context.js';
import { checkContradiction } from './rules/contradiction.js';
import { MAX_CUTS, readCut } from './rules/cut.js';
import { applyLemma } from './rules/lemma.js';
import { checkLin, leastMargin } from './rules/lin.js';
import { useShared } from './rules/shared.js';
import { openSecond, openSplit, type PendingBranch } from './rules/split.js';
import { settledStarts } from './settled-starts.js';
import { type State, startState } from './state.js';

/** Waiting branches at any time; a deeper tree is refused. */
export const MAX_WAITING = 2000;
const MAX_NAMED_HOLES = 1000;

export interface ProofCheck {
  readonly outcome: Outcome;
  /** Number of trusted steps. */
  readonly holes: number;
  /** What each of them believes, in order (certificate/proof.ts). */
  readonly believed: readonly string[];
  /** Number of steps read. */
  readonly steps: number;
  /** Proved lower bound of -g for the only output constraint g >= 0, rounded down; null if no leaf gives one. */
  readonly margin: number | null;
}

/** Does the proof show that the obligation's region is empty? Stops at the first failing step. */
export function checkProof(context: RuleContext, steps: Iterable<ProofStep>, place: string): ProofCheck {
  const walk: Walk = {
    context,
    place,
    waiting: [],
    cuts: [],
    state: startState(context.network, context.obligation),
    steps: 0,
    holes: [],
    margin: null,
  };
  let failed: Outcome | null = null;
  for (const step of steps) {
    failed = take(walk, step);
    if (failed !== null) break;
  }
  const { margin, holes } = walk;
  return {
    outcome: failed ?? ended(walk),
    holes: holes.length,
    believed: holes.map(({ text }) => text),
    steps: walk.steps,
    margin: margin === null || typeof margin === 'number' ? margin : toDoubleDown(margin),
  };
}

interface Walk {
  readonly context: RuleContext;
  readonly place: string;
  /** Second branches of the splits above the open branch, innermost last. */
  readonly waiting: { readonly branch: PendingBranch; readonly cuts: number }[];
  /** Cuts of the open branch. */
  readonly cuts: Cut[];
  /** State of the open branch; null once all are closed. */
  state: State | null;
  steps: number;
  readonly holes: { readonly at: string; readonly text: string }[];
  margin: LeafMargin | null;
}

/** Takes the next step; returns the rejection if it fails. */
function take(walk: Walk, step: ProofStep): Outcome | null {
  const { context } = walk;
  const at = `${walk.place}, step ${walk.steps}`;
  if (walk.steps === 0 && needsAll(step)) walk.state = startOf(context);
  const { state } = walk;
  walk.steps++;
  if (state === null)
    return invalid(at, 'closure', 'no step behind the end of the proof', `a ${step.rule} step`);
  switch (step.rule) {
    case 'hole':
      walk.holes.push({ at, text: describeHole(step) });
      return close(walk, VALID);
    case 'contradiction':
      return close(walk, checkContradiction(context, step, at));
    case 'bound':
      return close(walk, checkBound(context, state, step, at));
    case 'lin': {
      const { outcome, margin } = checkLin(context, state, walk.cuts, step, at);
      walk.margin = leastMargin(walk.margin, margin);
      return close(walk, outcome);
    }
    case 'lemma':
      return failure(applyLemma(context.network, state, step, at));
    case 'cut': {
      if (walk.cuts.length >= MAX_CUTS) return invalid(at, 'cut', `at most ${MAX_CUTS} cuts`, 'one more');
      const result = readCut(context.network, state, step, at);
      if ('rejected' in result) return result.rejected;
      walk.cuts.push(result.cut);
      return null;
    }
    case 'shared': {
      const result = useShared(context, step, walk.steps === 1, at);
      if ('rejected' in result) return result.rejected;
      walk.state = result.state;
      return null;
    }
    case 'split': {
      if (walk.waiting.length >= MAX_WAITING) {
        return invalid(at, 'split', `at most ${MAX_WAITING} branches waiting`, 'a deeper tree');
      }
      const result = openSplit(context, state, step, at);
      if ('rejected' in result) return result.rejected;
      walk.waiting.push({ branch: result.second, cuts: walk.cuts.length });
      walk.state = result.first;
      return null;
    }
    default:
      return assertNever(step, 'proof step');
  }
}

/** Rules that look at all layers: what is propagated before the first split need not be propagated in every branch. */
function needsAll({ rule }: ProofStep): boolean {
  return rule === 'lin' || rule === 'split' || rule === 'cut';
}

function startOf({ network, obligation, starts }: RuleContext): State {
  return (starts ?? settledStarts())(network, obligation);
}

function close(walk: Walk, outcome: Outcome): Outcome | null {
  const next = walk.waiting.pop();
  walk.state = next === undefined ? null : openSecond(walk.context, next.branch);
  // Cuts of the first branch may rest on its intervals.
  walk.cuts.length = next?.cuts ?? 0;
  return failure(outcome);
}

function failure(outcome: Outcome): Outcome | null {
  return outcome.kind === 'invalid' ? outcome : null;
}

/** Outcome when there are no more steps. */
function ended({ state, waiting, steps, holes, place }: Walk): Outcome {
  if (state !== null) {
    const open = waiting.length + 1;
    return invalid(place, 'closure', 'every branch closed', `${open} open after ${steps} steps`);
  }
  if (holes.length === 0) return VALID;
  return incomplete(...holes.slice(0, MAX_NAMED_HOLES).map(({ at, text }) => `${at}: ${text}`));
}
