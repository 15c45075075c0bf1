/**
 * LP multipliers to proof steps. The multiplier of a pre-activation's defining row is the coefficient that the dual
 * solution passes back through the ReLU, and max layers pass what the multipliers of their inequalities say
 * (max-passes.ts); a `lin` step needs nothing else (certificate-v1.md, section 4.1).
 */
import type { Bounds } from '../../bounds/interval.js';
import { defaultPass, type LinearForm, type PushBack, pushBack } from '../../bounds/push-back.js';
import type { LinStep, Pass } from '../../certificate/proof.js';
import type { Network, ReluLayer, TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { residual } from '../../solvers/dual-bound.js';
import type { Encoding } from '../encoding/encode.js';
import { type HullCut, withCuts } from './hull-cuts.js';
import { maxPasses } from './max-passes.js';

export interface Leaf {
  readonly step: LinStep;
  /** Upper bound of the weighted output constraints, in floating point; the step closes if it is negative. */
  readonly bound: number;
  readonly push: PushBack;
}

/** Differences to the default below this share of the coefficient are left to the default. */
const SAME = 1e-9;

/** The `lin` step that an LP's multipliers give on `bounds`; `weight` as in {@link Multipliers}. */
export function leafFromMultipliers(
  network: Network,
  bounds: Bounds,
  obligation: Obligation,
  encoding: Encoding,
  multipliers: Multipliers,
): Leaf {
  const weights = weightsOf(obligation, encoding, multipliers);
  const { form, cuts } = withCuts(network, weightedForm(network, obligation, weights), multipliers);
  const { pass, push } = pushFromMultipliers(network, bounds, form, encoding, multipliers);
  const step: LinStep = {
    rule: 'lin',
    weights,
    ...stopAt(network, encoding.start),
    pass,
    ...(cuts.length === 0 ? {} : { cuts }),
  };
  return { step, bound: push.bound, push };
}

/** Row multipliers of an LP. */
export interface Multipliers {
  readonly rows: Float64Array;
  /** 1 for an optimal LP (its objective is the form), 0 for the ray of an infeasible one. */
  readonly weight: 0 | 1;
  /** Cuts whose rows are the LP's last ones. */
  readonly cuts?: readonly HullCut[];
}

/**
 * Pushes a form back with the numbers that multipliers stand for. Shorter numbers make smaller certificates; any
 * number is sound, so float32 is taken where it costs little.
 */
export function pushFromMultipliers(
  network: Network,
  bounds: Bounds,
  form: LinearForm,
  encoding: Encoding,
  { rows }: Multipliers,
): { readonly pass: Pass[]; readonly push: PushBack } {
  const exact = evaluate(network, bounds, form, encoding, rows, (p) => p);
  const short = evaluate(network, bounds, form, encoding, rows, Math.fround);
  const better =
    short.push.bound < exact.push.bound + 1e-3 * Math.abs(exact.push.bound) &&
    short.push.bound < 0 === exact.push.bound < 0
      ? short
      : exact;
  return { pass: passList(network, better.passes), push: better.push };
}

export function stopAt(network: Network, start: TensorId): { readonly stop?: string } {
  return start === network.input ? {} : { stop: network.tensors[start]!.name };
}

function evaluate(
  network: Network,
  bounds: Bounds,
  form: LinearForm,
  encoding: Encoding,
  rows: Float64Array,
  round: (p: number) => number,
): { readonly passes: ReadonlyMap<TensorId, Float64Array>; readonly push: PushBack } {
  const listed = new Map<TensorId, Float64Array>();
  pushBack(network, bounds, form, encoding.start, (layer, a, already) => {
    const p =
      layer.kind === 'relu'
        ? passedBy(network, encoding, rows, layer, already, round)
        : maxPasses(encoding, bounds, rows, layer, a, round);
    if (p !== undefined) listed.set(layer.output, p);
    return p;
  });
  const passes = prune(network, bounds, form, encoding.start, listed);
  const push = pushBack(network, bounds, form, encoding.start, (layer) => passes.get(layer.output));
  return { passes, push };
}

/** The multipliers of the output constraints: of one its weight, of several those of their rows. */
function weightsOf(
  { outputs }: Obligation,
  { outputRows, lead }: Encoding,
  { rows, weight }: Multipliers,
): number[] {
  if (lead === null || weight === 0) return outputs.map((_, k) => (k === 0 ? weight : 0));
  return outputRows.map((row) => Math.fround(Math.max(0, rows[row]!)));
}

/** The sum of weight * (output constraint - its bound). */
export function weightedForm(
  network: Network,
  { outputs }: Obligation,
  weights: readonly number[],
): LinearForm {
  const coefficients = new Float64Array(network.tensors[network.output]!.size);
  let constant = 0;
  outputs.forEach(({ terms, bound }, k) => {
    const weight = weights[k]!;
    if (weight === 0) return;
    for (const { output, coefficient } of terms) {
      coefficients[output] = coefficients[output]! + weight * coefficient;
    }
    constant -= weight * bound;
  });
  return { tensor: network.output, coefficients, constant };
}

/** weight * (first output constraint - its bound); zero for regions without output constraints. */
export function outputForm(network: Network, obligation: Obligation, weight: number): LinearForm {
  const coefficients = new Float64Array(network.tensors[network.output]!.size);
  const constraint = obligation.outputs[0];
  for (const { output, coefficient } of constraint?.terms ?? []) {
    coefficients[output] = coefficients[output]! + weight * coefficient;
  }
  return {
    tensor: network.output,
    coefficients,
    constant: constraint === undefined ? 0 : -weight * constraint.bound,
  };
}

/**
 * The coefficient that the LP's dual passes on to each neuron: d times the multiplier of its defining row
 * (W x + b - d z = 0), or, where the pre-activation is the start tensor itself, what the rows behind it give.
 */
function passedBy(
  network: Network,
  encoding: Encoding,
  rows: Float64Array,
  layer: ReluLayer,
  already: Float64Array | null,
  round: (p: number) => number,
): Float64Array | undefined {
  if (layer.input === encoding.start) {
    const slack = residual(encoding.model, rows, null);
    const { col } = encoding.elements.get(encoding.start)!;
    return Float64Array.from(col, (j) => (j < 0 ? NaN : round(-slack[j]!)));
  }
  const definition = encoding.definitions.get(layer.input);
  if (definition === undefined) return undefined;
  const producer = network.layers.find(({ output }) => output === layer.input);
  const divisor = producer?.kind === 'linear' ? producer.divisor : null;
  return Float64Array.from(definition, (row, i) =>
    row < 0 ? NaN : round(rows[row]! * (divisor?.[i] ?? 1) - (already?.[i] ?? 0)),
  );
}

/** Replaces numbers that equal the default, layer by layer from the output, since defaults depend on what came before. */
function prune(
  network: Network,
  bounds: Bounds,
  form: LinearForm,
  start: TensorId,
  listed: ReadonlyMap<TensorId, Float64Array>,
): ReadonlyMap<TensorId, Float64Array> {
  const pruned = new Map<TensorId, Float64Array>();
  for (const layer of network.layers) {
    const p = layer.kind === 'max' ? listed.get(layer.output) : undefined;
    if (p !== undefined) pruned.set(layer.output, p);
  }
  const { coefficients } = pushBack(network, bounds, form, start, (layer) => listed.get(layer.output));
  for (const layer of network.layers) {
    if (layer.kind !== 'relu') continue;
    const p = listed.get(layer.output);
    if (p === undefined) continue;
    // Null behind the form's tensor: nothing but the listed numbers is there.
    const a = coefficients[layer.output] ?? new Float64Array(p.length);
    const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
    pruned.set(
      layer.output,
      p.map((value, i) => {
        if (Number.isNaN(value)) return NaN;
        const [l, u] = [lower[i]!, upper[i]!];
        const usual = defaultPass(a[i]!, l, u, layer.slope);
        if (Math.abs(value - usual) <= SAME * Math.max(1, Math.abs(a[i]!))) return NaN;
        return unboundedSafe(value, a[i]!, l, u, layer.slope, usual);
      }),
    );
  }
  return pruned;
}

/** Where an end is infinite the number must lie strictly on the right side of the coefficient, or be the default. */
function unboundedSafe(p: number, a: number, l: number, u: number, slope: number, usual: number): number {
  const guard = SAME * Math.max(1, Math.abs(a));
  if (u === Infinity && p < a + guard) return usual === a ? NaN : a + guard;
  if (l === -Infinity && p > slope * a - guard) return usual === slope * a ? NaN : slope * a - guard;
  return p;
}

/** The numbers of a step, in the form of certificates. */
export function passList(network: Network, passes: ReadonlyMap<TensorId, Float64Array>): Pass[] {
  const pass: Pass[] = [];
  for (const [output, p] of passes) {
    const index: number[] = [];
    const value: number[] = [];
    p.forEach((number, i) => {
      if (Number.isNaN(number)) return;
      index.push(i);
      value.push(number);
    });
    if (index.length > 0) pass.push({ layer: network.tensors[output]!.name, index, value });
  }
  return pass;
}
