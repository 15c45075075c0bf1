/**
 * Input splitting for networks of few inputs: boxes are halved until linear bounds close them.
 *
 * Requires: a chain of dense layers and ReLUs, at most FEW_INPUTS bounded inputs, output constraints. Returns: a proof tree
 * of splits whose leaves are lemmas and one `lin` step with the default numbers, a confirmed point, or null. Method:
 * forward-forms.ts chooses where to split (as ReluVal and Neurify do); at a leaf, CROWN bounds of the open neurons
 * become lemmas. Several output constraints are combined by weights. Sound: leaves are evaluated, and checked again by
 * the checker. Complete: up to limits, where no input meets the constraints with equality.
 */
import { denseChain, ForwardForms, type InputForm } from '../../bounds/forward-forms.js';
import { type Bounds, copyBounds, propagate } from '../../bounds/interval.js';
import { defaultPasses, pushBack } from '../../bounds/push-back.js';
import type { LemmaStep } from '../../certificate/proof.js';
import { producedAt } from '../../network/cuts.js';
import { logitsOf } from '../../network/forward.js';
import { type Network, reluLayers } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Confirmed } from '../decision.js';
import { type Attempt, excess } from './attempt.js';
import { combinedWeights, largestOn } from './input-weights.js';
import { weightedForm } from './leaf.js';
import type { ProofTree } from './tree.js';

export type InputSplitResult =
  | { readonly kind: 'closed'; readonly tree: ProofTree }
  | { readonly kind: 'point'; readonly confirmed: Confirmed };

/** What an input counts at least, as a share of the largest coefficient (cube-splits.ts). */
const SHARE = 0.3;
const MAX_DEPTH = 200;
/** Levels after which CROWN, which is tighter but a hundred times dearer, is tried before forward bounds say that it will do. */
const EAGER = 2;

/** Null where it does not apply, and where limits end it. */
export async function splitInputs(attempt: Attempt, deadline: number): Promise<InputSplitResult | null> {
  const { context, obligation, region } = attempt;
  const chain = denseChain(context.network);
  if (chain === null || obligation.outputs.length === 0 || obligation.naps.length > 0) return null;
  const forms = new ForwardForms(chain, obligation.box.lower.length);
  const run = new InputSplit(attempt, forms, deadline);
  const tree = await run.box(region.bounds, 0);
  if (tree !== null) return { kind: 'closed', tree };
  return run.confirmed === null ? null : { kind: 'point', confirmed: run.confirmed };
}

class InputSplit {
  confirmed: Confirmed | null = null;
  #boxes = 0;

  constructor(
    readonly attempt: Attempt,
    readonly forms: ForwardForms,
    readonly deadline: number,
  ) {}

  /** Null once the search is over: a point, or limits. */
  async box(bounds: Bounds, depth: number): Promise<ProofTree | null> {
    const { context, obligation, maxNodes } = this.attempt;
    const { network } = context;
    const [low, high] = [bounds.lower[network.input]!, bounds.upper[network.input]!];
    // Timers and signals get their turn.
    if (++this.#boxes % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() > this.deadline || context.signal.aborted || this.#boxes > maxNodes) return null;
    this.forms.setBox(low, high);
    const uppers = obligation.outputs.map((_, k) =>
      this.forms.pushBack(weightedForm(network, obligation, one(obligation, k))),
    );
    const weights = combinedWeights(uppers, low, high);
    const combined = this.forms.pushBack(weightedForm(network, obligation, weights));
    if (largestOn(combined, low, high) < 0 || depth % EAGER === 0) {
      const leaf = closeLeaf(network, obligation, bounds, weights);
      if (leaf !== null) return leaf;
    }
    if (await this.#tryPoints(low, high, combined)) return null;
    const index = widest(combined, low, high);
    if (index === null || depth >= MAX_DEPTH) return null;
    return this.#split(bounds, index, depth);
  }

  async #split(bounds: Bounds, index: number, depth: number): Promise<ProofTree | null> {
    const { network } = this.attempt.context;
    const { input } = network;
    const at = bounds.lower[input]![index]! / 2 + bounds.upper[input]![index]! / 2;
    const sides: ProofTree[] = [];
    for (const side of ['low', 'high'] as const) {
      const half = copyInput(network, bounds);
      (side === 'low' ? half.upper : half.lower)[input]![index] = at;
      const tree = await this.box(half, depth + 1);
      if (tree === null) return null;
      sides.push(tree);
    }
    const step = { rule: 'split' as const, tensor: network.tensors[input]!.name, index, at };
    return { kind: 'split', step, low: sides[0]!, high: sides[1]! };
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

function one(obligation: Obligation, k: number): number[] {
  return obligation.outputs.map((_, other) => (other === k ? 1 : 0));
}

/** Only the input changes from box to box. */
function copyInput(network: Network, { lower, upper }: Bounds): Bounds {
  const copy = (arrays: readonly Float64Array[]): Float64Array[] =>
    arrays.map((values, id) => (id === network.input ? values.slice() : values));
  return { lower: copy(lower), upper: copy(upper) };
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

/** Lemmas of the open neurons, layer by layer, then the output form; null if that does not close the box. */
function closeLeaf(
  network: Network,
  obligation: Obligation,
  before: Bounds,
  weights: readonly number[],
): ProofTree | null {
  const bounds = copyBounds(before);
  const lemmas: LemmaStep[] = [];
  propagate(network, bounds, 0);
  for (const [depth, { input: tensor }] of reluLayers(network).entries()) {
    if (depth === 0) continue;
    const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
    const found: { readonly index: number; readonly low: number; readonly high: number }[] = [];
    for (let index = 0; index < lower.length; index++) {
      if (lower[index]! >= 0 || upper[index]! <= 0) continue;
      found.push({
        index,
        low: -bound(network, bounds, tensor, index, -1),
        high: bound(network, bounds, tensor, index, 1),
      });
    }
    for (const { index, low, high } of found) {
      const name = network.tensors[tensor]!.name;
      if (high < upper[index]!) {
        upper[index] = high;
        lemmas.push({ rule: 'lemma', tensor: name, index, side: 'upper', pass: [] });
      }
      if (low > lower[index]!) {
        lower[index] = low;
        lemmas.push({ rule: 'lemma', tensor: name, index, side: 'lower', pass: [] });
      }
    }
    propagate(network, bounds, producedAt(network, tensor) + 1);
  }
  const form = weightedForm(network, obligation, weights);
  if (!(pushBack(network, bounds, form, network.input, defaultPasses).bound < 0)) return null;
  const then: ProofTree = { kind: 'leaf', step: { rule: 'lin', weights: [...weights], pass: [] } };
  return { kind: 'chain', steps: lemmas, then };
}

function bound(network: Network, bounds: Bounds, tensor: number, index: number, sign: 1 | -1): number {
  const coefficients = new Float64Array(network.tensors[tensor]!.size);
  coefficients[index] = sign;
  return pushBack(network, bounds, { tensor, coefficients, constant: 0 }, network.input, defaultPasses).bound;
}
