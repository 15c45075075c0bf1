/**
 * Input splitting for networks of few inputs: boxes are halved until linear bounds close them.
 *
 * Requires: a chain of dense layers and ReLUs, at most FEW_INPUTS bounded inputs, output constraints. Returns: a proof tree
 * of splits whose leaves are lemmas and one `lin` step with the default numbers, a confirmed point, or null. Method:
 * box-bounds.ts bounds a box and says where to split (as ReluVal and Neurify do); at a leaf, CROWN bounds of the open
 * neurons become lemmas. Several output constraints are combined by weights. Sound: the checker decides about the whole
 * tree. Complete: up to limits, where no input meets the constraints with equality.
 */
import { denseChain, type InputForm } from '../../bounds/forward-forms.js';
import { logitsOf } from '../../network/forward.js';
import type { Confirmed } from '../decision.js';
import { type Attempt, excess } from './attempt.js';
import { BoxBounds } from './box-bounds.js';
import { largestOn } from './input-weights.js';
import { enter } from './reach.js';
import type { ProofTree } from './tree.js';

export type InputSplitResult =
  | { readonly kind: 'closed'; readonly tree: ProofTree }
  | { readonly kind: 'point'; readonly confirmed: Confirmed };

/** What an input counts at least, as a share of the largest coefficient (cube-splits.ts). */
const SHARE = 0.3;
const MAX_DEPTH = 200;
/** Boxes from one report of where it stands to the next. */
const REPORTED = 64;
/** Steps of a proof; about 100 bytes each. */
const MAX_STEPS = 1_500_000;

/** Null where it does not apply, and where limits end it. */
export async function splitInputs(attempt: Attempt, deadline: number): Promise<InputSplitResult | null> {
  const { context, obligation } = attempt;
  const chain = denseChain(context.network);
  if (chain === null || obligation.outputs.length === 0 || obligation.naps.length > 0) return null;
  const run = new InputSplit(attempt, new BoxBounds(chain, context.network, obligation), deadline);
  const tree = await run.box(obligation.box.lower, obligation.box.upper, 0);
  if (tree !== null) return { kind: 'closed', tree };
  return run.confirmed === null ? null : { kind: 'point', confirmed: run.confirmed };
}

class InputSplit {
  confirmed: Confirmed | null = null;
  #boxes = 0;
  #steps = 0;

  constructor(
    readonly attempt: Attempt,
    readonly boxBounds: BoxBounds,
    readonly deadline: number,
  ) {}

  /** Null once the search is over: a point, or limits. */
  async box(low: Float64Array, high: Float64Array, depth: number): Promise<ProofTree | null> {
    const { context, maxNodes } = this.attempt;
    // Timers and signals get their turn.
    if (++this.#boxes % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (this.#boxes % REPORTED === 1) enter(this.attempt, 'inputs', this.#boxes);
    if (performance.now() > this.deadline || context.signal.aborted || this.#boxes > maxNodes) return null;
    if (this.#steps > MAX_STEPS) return null;
    const { form: combined, weights } = this.boxBounds.of(low, high);
    if (largestOn(combined, low, high) < 0) {
      const leaf = this.boxBounds.leaf(low, high, weights);
      if (leaf !== null) {
        this.#steps += leaf.steps.length + 2;
        return leaf;
      }
    }
    if (await this.#tryPoints(low, high, combined)) return null;
    const index = widest(combined, low, high);
    if (index === null || depth >= MAX_DEPTH) return null;
    return this.#split(low, high, index, depth);
  }

  async #split(
    low: Float64Array,
    high: Float64Array,
    index: number,
    depth: number,
  ): Promise<ProofTree | null> {
    const { network } = this.attempt.context;
    const at = low[index]! / 2 + high[index]! / 2;
    const first = await this.box(low, high.with(index, at), depth + 1);
    if (first === null) return null;
    const second = await this.box(low.with(index, at), high, depth + 1);
    if (second === null) return null;
    const step = { rule: 'split' as const, tensor: network.tensors[network.input]!.name, index, at };
    return { kind: 'split', step, low: first, high: second };
  }

  /** The middle of the box, and the corner that the bound likes. */
  async #tryPoints(low: Float64Array, high: Float64Array, { coefficients }: InputForm): Promise<boolean> {
    const { context, obligation } = this.attempt;
    const middle = low.map((l, i) => l / 2 + high[i]! / 2);
    const corner = low.map((l, i) => (coefficients[i]! > 0 ? high[i]! : l));
    for (const point of [middle, corner]) {
      if (excess(obligation, logitsOf(context.network, point)) < 0) continue;
      const outcome = await context.confirm(obligation, point, 'input splitting');
      if (!('point' in outcome)) continue;
      this.confirmed = outcome;
      return true;
    }
    return false;
  }
}

/** The input whose coefficient times width is largest; null if none can be halved. */
function widest({ coefficients }: InputForm, low: Float64Array, high: Float64Array): number | null {
  const largest = Math.max(1e-9, ...coefficients.map(Math.abs));
  let best: number | null = null;
  let most = 0;
  for (let i = 0; i < low.length; i++) {
    const at = low[i]! / 2 + high[i]! / 2;
    if (!(at > low[i]! && at < high[i]!)) continue;
    const score = (high[i]! - low[i]!) * (SHARE * largest + Math.abs(coefficients[i]!));
    if (score > most) [best, most] = [i, score];
  }
  return best;
}
