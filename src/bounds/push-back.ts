/**
 * Upper bound of a linear form over a region, by pushing its coefficients back through the layers.
 *
 * Requires: interval bounds of the region. Returns: an upper bound in floating point, with the coefficients that
 * each layer received. Method: the Lagrangian dual of the network's layer-wise constraints; every ReLU may pass any
 * number back and pays the exact maximum of A relu(z) - p z over its interval (certificate-v1.md, section 4.1). CROWN's
 * slopes, beta-CROWN's multipliers and LP duals are choices of the passed numbers. Sound: for any choice, up to rounding
 * here; the checker repeats it rigorously. References: Bunel et al. 2020 (Lagrangian decomposition), Zhang et al.
 * 2018 (CROWN), Wang et al. 2021 (beta-CROWN).
 */
import { applyTranspose } from '../network/linear-map.js';
import type { LinearLayer, MaxLayer, Network, ReluLayer, TensorId } from '../network/network.js';
import { assertNever } from '../util/errors.js';
import type { Bounds } from './interval.js';
import { sectionMaximum } from './section.js';

/**
 * Numbers passed through a ReLU or max layer; NaN means the default. `coefficients` are those of the layer's
 * output, `already` those that its input tensor has from its other consumers, or null.
 */
export type Passes = (
  layer: ReluLayer | MaxLayer,
  coefficients: Float64Array,
  already: Float64Array | null,
) => Float64Array | undefined;

/** Defaults everywhere: plain CROWN. */
export const defaultPasses: Passes = () => undefined;

export interface PushBack {
  /** Upper bound of the form over the region; Infinity if an unbounded element gets in the way. */
  readonly bound: number;
  /** Coefficients that reached each tensor; null where none did. */
  readonly coefficients: readonly (Float64Array | null)[];
  /** Cost paid at each ReLU or max layer's elements, by output tensor: how much each loses. */
  readonly costs: ReadonlyMap<TensorId, Float64Array>;
}

export interface LinearForm {
  readonly tensor: TensorId;
  readonly coefficients: Float64Array;
  readonly constant: number;
  /** Terms on tensors before `tensor`. */
  readonly others?: readonly { readonly tensor: TensorId; readonly coefficients: Float64Array }[];
}

/** Pushes a form back to `stop` (a cut tensor or the input) and bounds what remains there by intervals. */
export function pushBack(
  network: Network,
  bounds: Bounds,
  form: LinearForm,
  stop: TensorId,
  passes: Passes,
): PushBack {
  const coefficients: (Float64Array | null)[] = network.tensors.map(() => null);
  coefficients[form.tensor] = form.coefficients.slice();
  for (const other of form.others ?? []) accumulate(coefficients, other.tensor, other.coefficients);
  const costs = new Map<TensorId, Float64Array>();
  const progress: Progress = { bounds, coefficients, costs };
  let constant = form.constant;
  const lastExpanded = network.layers.findIndex(({ output }) => output === stop);
  for (let n = network.layers.length - 1; n > lastExpanded; n--) {
    const layer = network.layers[n]!;
    const reached = coefficients[layer.output] ?? null;
    if (layer.kind === 'linear') {
      if (reached !== null) constant += pushLinear(network, layer, reached, coefficients);
      continue;
    }
    // A layer behind the form's tensor takes part only through numbers listed for it.
    const out = reached ?? new Float64Array(network.tensors[layer.output]!.size);
    const passed = passes(layer, out, coefficients[layer.input] ?? null);
    if (reached === null && passed === undefined) continue;
    switch (layer.kind) {
      case 'relu':
        constant += pushRelu(progress, layer, out, passed);
        break;
      case 'max':
        constant += pushMax(progress, layer, out, passed);
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  network.tensors.forEach((_, id) => {
    const rest = coefficients[id];
    const expanded = network.layers.findIndex(({ output }) => output === id) > lastExpanded;
    if (rest === null || rest === undefined || expanded) return;
    const maximum = id === network.input && network.section !== undefined ? sectionMaximum : boxMaximum;
    constant += maximum(rest, bounds.lower[id]!, bounds.upper[id]!);
  });
  return { bound: Number.isNaN(constant) ? Infinity : constant, coefficients, costs };
}

/** sum of max(A l, A u); 0 times an infinite end is 0. */
export function boxMaximum(a: Float64Array, lower: Float64Array, upper: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const c = a[i]!;
    if (c > 0) sum += c * upper[i]!;
    else if (c < 0) sum += c * lower[i]!;
  }
  return sum;
}

function pushLinear(
  network: Network,
  layer: LinearLayer,
  out: Float64Array,
  coefficients: (Float64Array | null)[],
): number {
  const { map, bias, divisor, inputs } = layer;
  const scaled = divisor === null ? out : out.map((a, i) => a / divisor[i]!);
  let constant = 0;
  for (let i = 0; i < scaled.length; i++) constant += scaled[i]! * bias[i]!;
  if (layer.tolerance !== undefined)
    for (let i = 0; i < out.length; i++) constant += Math.abs(out[i]!) * layer.tolerance[i]!;
  const back = new Float64Array(map.cols);
  applyTranspose(map, scaled, back);
  let at = 0;
  for (const id of inputs) {
    const size = network.tensors[id]!.size;
    accumulate(coefficients, id, back.subarray(at, at + size));
    at += size;
  }
  return constant;
}

function accumulate(coefficients: (Float64Array | null)[], id: TensorId, part: Float64Array): void {
  const known = coefficients[id];
  if (known === null || known === undefined) coefficients[id] = part.slice();
  else for (let i = 0; i < part.length; i++) known[i] = known[i]! + part[i]!;
}

/** The default number that a neuron with coefficient a passes on (certificate-v1.md, 4.1). */
export function defaultPass(a: number, l: number, u: number, slope: number): number {
  if (l >= 0) return a;
  if (u <= 0) return slope * a;
  if (a <= 0) return u >= -l ? a : slope * a;
  if (u === Infinity) return a;
  if (l === -Infinity) return slope * a;
  return a * ((u - slope * l) / (u - l));
}

/** Maximum of a relu(z) - p z over [l, u]. */
export function neuronCost(a: number, p: number, l: number, u: number, slope: number): number {
  const atLower = l > 0 ? product(a - p, l) : product(slope * a - p, l);
  const atUpper = u > 0 ? product(a - p, u) : product(slope * a - p, u);
  const ends = Math.max(atLower, atUpper);
  return l <= 0 && u >= 0 ? Math.max(ends, 0) : ends;
}

function product(coefficient: number, end: number): number {
  return coefficient === 0 ? 0 : coefficient * end;
}

/** What pushing a form back has gathered so far. */
interface Progress {
  readonly bounds: Bounds;
  readonly coefficients: (Float64Array | null)[];
  readonly costs: Map<TensorId, Float64Array>;
}

function pushRelu(
  { bounds, coefficients, costs }: Progress,
  layer: ReluLayer,
  out: Float64Array,
  passed: Float64Array | undefined,
): number {
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  const back = new Float64Array(out.length);
  const cost = new Float64Array(out.length);
  let constant = 0;
  for (let i = 0; i < out.length; i++) {
    const a = out[i]!;
    const given = passed === undefined ? NaN : passed[i]!;
    if (a === 0 && Number.isNaN(given)) continue;
    const [l, u] = [lower[i]!, upper[i]!];
    const p = Number.isNaN(given) ? defaultPass(a, l, u, layer.slope) : given;
    back[i] = p;
    cost[i] = neuronCost(a, p, l, u, layer.slope);
    constant += cost[i]!;
  }
  accumulate(coefficients, layer.input, back);
  costs.set(layer.output, cost);
  return constant;
}

function pushMax(
  { bounds, coefficients, costs }: Progress,
  layer: MaxLayer,
  out: Float64Array,
  passed: Float64Array | undefined,
): number {
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  const back = new Float64Array(lower.length);
  const cost = new Float64Array(out.length);
  let constant = 0;
  for (let i = 0; i < out.length; i++) {
    const [from, to] = [layer.rowStart[i]!, layer.rowStart[i + 1]!];
    const a = out[i]!;
    const share = (k: number): number => passed?.[k] ?? NaN;
    const favourite = favouriteInput(layer, lower, upper, from, to, a);
    let negative = 0;
    for (let k = from; k < to; k++) {
      const p = Number.isNaN(share(k)) ? (k === favourite ? a : 0) : share(k);
      back[layer.col[k]!] = back[layer.col[k]!]! + p;
      negative += endMaximum(-p, lower[layer.col[k]!]!, upper[layer.col[k]!]!);
    }
    let best = a >= 0 ? -Infinity : Infinity;
    for (let k = from; k < to; k++) {
      const p = Number.isNaN(share(k)) ? (k === favourite ? a : 0) : share(k);
      const [l, u] = [lower[layer.col[k]!]!, upper[layer.col[k]!]!];
      const value = negative - endMaximum(-p, l, u) + endMaximum(a - p, l, u);
      best = a >= 0 ? Math.max(best, value) : Math.min(best, value);
    }
    cost[i] = best;
    constant += best;
  }
  accumulate(coefficients, layer.input, back);
  costs.set(layer.output, cost);
  return constant;
}

/** Entry that by default gets the whole coefficient; -1 for none: a > 0, and no input is at least all others. */
export function favouriteInput(
  layer: MaxLayer,
  lower: Float64Array,
  upper: Float64Array,
  from: number,
  to: number,
  a: number,
): number {
  let best = from;
  for (let k = from + 1; k < to; k++) if (lower[layer.col[k]!]! > lower[layer.col[best]!]!) best = k;
  if (a < 0) return best;
  for (let k = from; k < to; k++)
    if (k !== best && upper[layer.col[k]!]! > lower[layer.col[best]!]!) return -1;
  return best;
}

function endMaximum(coefficient: number, l: number, u: number): number {
  if (coefficient === 0) return 0;
  return coefficient > 0 ? coefficient * u : coefficient * l;
}
