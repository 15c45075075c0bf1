/**
 * Tighter bounds of a region's pre-activations, each with the lemma that proves it.
 *
 * Requires: interval bounds. Returns: bounds improved in place, and lemmas in order. Method: layer by layer, all
 * unstable neurons of a layer in one batch of dual ascent from the input (bounds/ascent); behind a bottleneck, where
 * ascent is ill conditioned, LPs on the suffix, which also use the literals of later layers (bounding.md, sections 2
 * and 7). Sound: every bound comes from numbers that the checker pushes back again.
 */
import type { Ascent, AscentResult, Forms } from '../bounds/ascent/ascent.js';
import { type Bounds, propagate } from '../bounds/interval.js';
import { type PushBack, pushBack } from '../bounds/push-back.js';
import type { LemmaStep, Pass } from '../certificate/proof.js';
import { cutTensors, producedAt } from '../network/cuts.js';
import { type Network, type ReluLayer, reluLayers, type TensorId } from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';
import { passList, pushFromMultipliers, stopAt } from './bab/leaf.js';
import { Relaxation } from './bab/relaxation.js';

export interface TightenLimits {
  /** performance.now() value. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Most neurons of the layer before that may be open for LPs to be used (measured, bounding.md section 2). */
const BOTTLENECK = 12;
const FIRST_ITERATIONS = 20;
const ITERATIONS = 60;
/** A bound must move by this share of its interval, or fix a phase, to be worth a lemma. */
const WORTH = 0.01;

/** A neuron, by number of its ReLU layer and within it. */
export interface Place {
  readonly layer: number;
  readonly neuron: number;
}

export interface Tightened {
  readonly lemmas: LemmaStep[];
  /** Where the limits ended it; null if they did not. */
  readonly next: Place | null;
}

export const FIRST: Place = { layer: 0, neuron: 0 };

/** Tightens the layers in order, from a place on. Stops at the limits with what it has. */
export async function tighten(
  network: Network,
  ascent: Ascent,
  bounds: Bounds,
  region: Obligation,
  limits: TightenLimits,
  from = FIRST,
): Promise<Tightened> {
  const lemmas: LemmaStep[] = [];
  let bottleneck: TensorId | null = null;
  for (const [depth, layer] of reluLayers(network).entries()) {
    if (depth < from.layer) {
      bottleneck = isBottleneck(network, bounds, layer) ? layer.input : null;
      continue;
    }
    if (ended(limits)) return { lemmas, next: depth === from.layer ? from : { layer: depth, neuron: 0 } };
    const done = depth === from.layer ? from.neuron : 0;
    const open = unstable(bounds, layer.input).filter((i) => i >= done);
    let next: number | null = null;
    // In the first layer 784 free inputs leave its literals nothing to say about each other (measured: no bound moves).
    if (open.length > 0 && depth > 0) {
      const iterations = depth === 1 ? FIRST_ITERATIONS : ITERATIONS;
      const found =
        bottleneck === null
          ? await byAscent(network, ascent, bounds, layer, open, iterations, limits)
          : await byLp(network, bounds, region, bottleneck, layer.input, open, limits);
      lemmas.push(...found.lemmas);
      next = found.next;
    }
    if (propagate(network, bounds, producedAt(network, layer.input) + 1) !== null) break;
    if (next !== null) return { lemmas, next: { layer: depth, neuron: next } };
    if (isBottleneck(network, bounds, layer)) {
      // Literals behind the bottleneck bound its own neurons.
      const own = unstable(bounds, layer.input);
      if (own.length > 0)
        lemmas.push(...(await byLp(network, bounds, region, layer.input, layer.input, own, limits)).lemmas);
      if (propagate(network, bounds, producedAt(network, layer.input) + 1) !== null) break;
      bottleneck = layer.input;
    } else bottleneck = null;
  }
  return { lemmas, next: null };
}

/** What lies behind a split of tensor `split`, which changes nothing before it. */
export function behindSplit(network: Network, split: TensorId): Place {
  return { layer: reluLayers(network).findIndex(({ input }) => input === split) + 1, neuron: 0 };
}

function ended({ deadline, signal }: TightenLimits): boolean {
  return performance.now() > deadline || signal.aborted;
}

function unstable(bounds: Bounds, tensor: TensorId): number[] {
  const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
  const open: number[] = [];
  for (let i = 0; i < lower.length; i++) if (lower[i]! < 0 && upper[i]! > 0) open.push(i);
  return open;
}

function isBottleneck(network: Network, bounds: Bounds, { input, output }: ReluLayer): boolean {
  if (!cutTensors(network).includes(input)) return false;
  return (
    bounds.upper[output]!.reduce((count, u, i) => count + (u > bounds.lower[output]![i]! ? 1 : 0), 0) <=
    BOTTLENECK
  );
}

/** What was found of one layer, and its first neuron that the limits left undone. */
interface Part {
  readonly lemmas: readonly LemmaStep[];
  readonly next: number | null;
}

/** Forms of one run: a run cannot be interrupted, and a large layer has thousands of forms. */
const CHUNK = 256;

async function byAscent(
  network: Network,
  ascent: Ascent,
  bounds: Bounds,
  layer: ReluLayer,
  open: readonly number[],
  iterations: number,
  limits: TightenLimits,
): Promise<Part> {
  const tensor = layer.input;
  const lemmas: LemmaStep[] = [];
  const improved: Improvement[] = [];
  let next: number | null = null;
  for (let from = 0; from < open.length; from += CHUNK / 2) {
    if (ended(limits)) {
      next = open[from]!;
      break;
    }
    const part = open.slice(from, from + CHUNK / 2);
    const result = await ascent.run(
      bounds,
      tensor,
      network.input,
      elementForms(network, bounds, tensor, part),
      {
        iterations,
      },
    );
    if (result === null) break;
    for (let q = 0; q < 2 * part.length; q++) {
      const index = part[q >> 1]!;
      const side = q % 2 === 0 ? 'upper' : 'lower';
      if (!worth(bounds, tensor, index, side, result.bound[q]!)) continue;
      const { pass, push } = evaluated(network, bounds, result, q, tensor, index, side);
      if (!worth(bounds, tensor, index, side, push.bound)) continue;
      improved.push({ index, side, bound: push.bound });
      lemmas.push({ rule: 'lemma', tensor: network.tensors[tensor]!.name, index, side, pass });
    }
  }
  for (const improvement of improved) apply(bounds, tensor, improvement);
  return { lemmas, next };
}

/** Upper and lower bound of each element, as forms. */
function elementForms(network: Network, bounds: Bounds, tensor: TensorId, open: readonly number[]): Forms {
  const size = network.tensors[tensor]!.size;
  const count = 2 * open.length;
  const rows = new Float32Array(count * size);
  const range = new Float32Array(count);
  open.forEach((index, k) => {
    rows[2 * k * size + index] = 1;
    rows[(2 * k + 1) * size + index] = -1;
    const width = bounds.upper[tensor]![index]! - bounds.lower[tensor]![index]!;
    range.fill(Number.isFinite(width) ? width : 1, 2 * k, 2 * k + 2);
  });
  return { count, rows, range };
}

interface Improvement {
  readonly index: number;
  readonly side: 'upper' | 'lower';
  /** Upper bound of the element (upper) or of its negative (lower). */
  readonly bound: number;
}

function evaluated(
  network: Network,
  bounds: Bounds,
  result: AscentResult,
  q: number,
  tensor: TensorId,
  index: number,
  side: 'upper' | 'lower',
): { readonly pass: Pass[]; readonly push: PushBack } {
  const listed = new Map<TensorId, Float64Array>();
  const numbers = result.passes(q);
  const push = pushBack(
    network,
    bounds,
    elementForm(network, tensor, index, side),
    network.input,
    (layer, a, already) => {
      const p = numbers(layer, a, already);
      if (p !== undefined) listed.set(layer.output, p);
      return p;
    },
  );
  return { pass: passList(network, listed), push };
}

function elementForm(network: Network, tensor: TensorId, index: number, side: 'upper' | 'lower') {
  const coefficients = new Float64Array(network.tensors[tensor]!.size);
  coefficients[index] = side === 'upper' ? 1 : -1;
  return { tensor, coefficients, constant: 0 };
}

function worth(
  bounds: Bounds,
  tensor: TensorId,
  index: number,
  side: 'upper' | 'lower',
  bound: number,
): boolean {
  const [l, u] = [bounds.lower[tensor]![index]!, bounds.upper[tensor]![index]!];
  if (!Number.isFinite(bound)) return false;
  const gain = side === 'upper' ? u - bound : -bound - l;
  return gain > 0 && (bound <= 0 || !(gain <= WORTH * (u - l)));
}

function apply(bounds: Bounds, tensor: TensorId, { index, side, bound }: Improvement): void {
  if (side === 'upper') bounds.upper[tensor]![index] = Math.min(bound, bounds.upper[tensor]![index]!);
  else bounds.lower[tensor]![index] = Math.max(-bound, bounds.lower[tensor]![index]!);
}

/** One LP per open side, warm from the one before. */
async function byLp(
  network: Network,
  bounds: Bounds,
  region: Obligation,
  start: TensorId,
  tensor: TensorId,
  open: readonly number[],
  limits: TightenLimits,
): Promise<Part> {
  const relaxation = await Relaxation.create(network, bounds, { ...region, outputs: [] }, start);
  if (relaxation === null) return { lemmas: [], next: null };
  const lemmas: LemmaStep[] = [];
  try {
    for (const index of open) {
      for (const side of ['upper', 'lower'] as const) {
        if (ended(limits)) return { lemmas, next: index };
        relaxation.setForm(tensor, [{ index, coefficient: side === 'upper' ? 1 : -1 }]);
        const lp = relaxation.solve((limits.deadline - performance.now()) / 1000);
        if (lp.status !== 'optimal') continue;
        const { pass, push } = pushFromMultipliers(
          network,
          bounds,
          elementForm(network, tensor, index, side),
          relaxation.encoding,
          { rows: lp.rowDual, weight: 1 },
        );
        if (!worth(bounds, tensor, index, side, push.bound)) continue;
        apply(bounds, tensor, { index, side, bound: push.bound });
        lemmas.push({
          rule: 'lemma',
          tensor: network.tensors[tensor]!.name,
          index,
          side,
          ...stopAt(network, start),
          pass,
        });
      }
    }
  } finally {
    relaxation.dispose();
  }
  return { lemmas, next: null };
}
