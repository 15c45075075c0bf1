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

/**
 * Tightens the layers in order, those behind tensor `behind` only if one is given (a split changes nothing before
 * it). Stops at the limits with what it has.
 */
export async function tighten(
  network: Network,
  ascent: Ascent,
  bounds: Bounds,
  region: Obligation,
  limits: TightenLimits,
  behind: TensorId | null = null,
): Promise<LemmaStep[]> {
  const lemmas: LemmaStep[] = [];
  let depth = 0;
  let bottleneck: TensorId | null = null;
  let reached = behind === null;
  for (const layer of reluLayers(network)) {
    if (!reached) {
      reached = layer.input === behind;
      depth++;
      bottleneck = isBottleneck(network, bounds, layer) ? layer.input : null;
      continue;
    }
    if (performance.now() > limits.deadline || limits.signal.aborted) break;
    const open = unstable(bounds, layer.input);
    // In the first layer 784 free inputs leave its literals nothing to say about each other (measured: no bound moves).
    if (open.length > 0 && depth > 0) {
      const found =
        bottleneck === null
          ? await byAscent(
              network,
              ascent,
              bounds,
              layer,
              open,
              depth === 1 ? FIRST_ITERATIONS : ITERATIONS,
              limits,
            )
          : await byLp(network, bounds, region, bottleneck, layer.input, open, limits);
      lemmas.push(...found);
    }
    if (propagate(network, bounds, producedAt(network, layer.input) + 1) !== null) break;
    depth++;
    if (isBottleneck(network, bounds, layer)) {
      // Literals behind the bottleneck bound its own neurons.
      const own = unstable(bounds, layer.input);
      if (own.length > 0)
        lemmas.push(...(await byLp(network, bounds, region, layer.input, layer.input, own, limits)));
      if (propagate(network, bounds, producedAt(network, layer.input) + 1) !== null) break;
      bottleneck = layer.input;
    } else bottleneck = null;
  }
  return lemmas;
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
): Promise<LemmaStep[]> {
  const tensor = layer.input;
  const lemmas: LemmaStep[] = [];
  const improved: Improvement[] = [];
  for (let from = 0; from < open.length; from += CHUNK / 2) {
    if (performance.now() > limits.deadline || limits.signal.aborted) break;
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
  return lemmas;
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
): Promise<LemmaStep[]> {
  const relaxation = await Relaxation.create(network, bounds, { ...region, outputs: [] }, start);
  if (relaxation === null) return [];
  const lemmas: LemmaStep[] = [];
  try {
    for (const index of open) {
      for (const side of ['upper', 'lower'] as const) {
        if (performance.now() > limits.deadline || limits.signal.aborted) return lemmas;
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
  return lemmas;
}
