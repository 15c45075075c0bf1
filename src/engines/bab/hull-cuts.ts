/**
 * Cuts: facets of the convex hull of one neuron over the box of its layer's inputs, which the triangle of a relaxation
 * lacks (Anderson, Huchette, Ma, Tjandraatmadja, Vielma 2020). The optimum of a triangle relaxation has few fractional
 * inputs, so that a few rounds at the root close 25 to 40 % of a shallow network's gap (bounding.md, section 5).
 * Sound: the checker takes a cut's coefficients and finds its constant itself (certificate-v1.md, section 4.4).
 */
import type { Bounds } from '../../bounds/interval.js';
import type { LinearForm } from '../../bounds/push-back.js';
import type { CutStep, LinStep } from '../../certificate/proof.js';
import { forEachTerm } from '../../network/linear-map.js';
import type { LinearLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import type { LpRow } from '../../solvers/highs-model.js';
import { type Encoding, valuesAt } from '../encoding/encode.js';
import type { ProofTree } from './tree.js';

/** a[index] <= sum of values * x[columns] + constant. */
export interface HullCut {
  readonly layer: ReluLayer;
  readonly index: number;
  readonly input: TensorId;
  readonly columns: readonly number[];
  readonly values: readonly number[];
  readonly constant: number;
  readonly step: CutStep;
}

/** Smaller weights are left out of a cut: solvers drop them. */
const TINY = 1e-7;
/** A cut must be violated by this share of the neuron's upper bound. */
const VIOLATION = 1e-3;
/** Multipliers below prove nothing. */
const LEAST_WEIGHT = 1e-9;

/** The most violated cut of every unstable neuron whose linear layer reads the relaxation's start tensor. */
export function separate(
  network: Network,
  bounds: Bounds,
  encoding: Encoding,
  x: Float64Array,
): readonly HullCut[] {
  const cuts: HullCut[] = [];
  const point = valuesAt(encoding.elements.get(encoding.start)!, x);
  for (const { layer, a, above } of encoding.relus) {
    const linear = network.layers.find(({ output }) => output === layer.input);
    if (linear?.kind !== 'linear' || !hasCuts(linear, layer, encoding.start)) continue;
    for (let index = 0; index < above.length; index++) {
      const [l, u] = [bounds.lower[layer.input]![index]!, bounds.upper[layer.input]![index]!];
      if (above[index]! < 0 || l >= 0 || u <= 0) continue;
      const cut = facet(network, bounds, linear, layer, index, point);
      if (cut === null) continue;
      const right = cut.columns.reduce((sum, k, n) => sum + cut.values[n]! * point[k]!, cut.constant);
      if (x[a[index]!]! - right > VIOLATION * u) cuts.push(cut);
    }
  }
  return cuts;
}

function hasCuts({ map, divisor, inputs }: LinearLayer, { slope }: ReluLayer, start: TensorId): boolean {
  return (
    map.kind === 'dense' && divisor === null && inputs.length === 1 && inputs[0] === start && slope === 0
  );
}

/**
 * The facet that is least at the point: inputs nearest to their end of small z first, until the largest value that the
 * others leave is spent. Null where the box leaves the neuron's phase no choice, or an input has no bounds.
 */
function facet(
  network: Network,
  bounds: Bounds,
  { map, bias, inputs, tolerance }: LinearLayer,
  layer: ReluLayer,
  index: number,
  point: Float64Array,
): HullCut | null {
  const input = inputs[0]!;
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  const terms: { readonly k: number; readonly w: number; readonly width: number; readonly share: number }[] =
    [];
  let left = bias[index]! + (tolerance?.[index] ?? 0);
  let bounded = true;
  forEachTerm(map, index, (k, w) => {
    const width = upper[k]! - lower[k]!;
    bounded &&= Number.isFinite(width);
    left += w * (w > 0 ? upper[k]! : lower[k]!);
    if (Math.abs(w) < TINY || !(width > 0)) return;
    terms.push({ k, w, width, share: (w > 0 ? point[k]! - lower[k]! : upper[k]! - point[k]!) / width });
  });
  if (!bounded || left <= 0) return null;
  terms.sort((p, q) => p.share - q.share || p.k - q.k);
  const full: { readonly k: number; readonly w: number }[] = [];
  let part: { readonly k: number; readonly w: number } | null = null;
  for (const { k, w, width } of terms) {
    const rest = left - Math.abs(w) * width;
    if (rest < 0) {
      part = { k, w: Math.fround((Math.sign(w) * left) / width) };
      break;
    }
    full.push({ k, w });
    left = rest;
  }
  if (part === null) return null;
  full.sort((p, q) => p.k - q.k);
  const chosen = [...full, part];
  return {
    layer,
    index,
    input,
    columns: chosen.map(({ k }) => k),
    values: chosen.map(({ w }) => w),
    constant: -chosen.reduce((sum, { k, w }) => sum + w * (w > 0 ? lower[k]! : upper[k]!), 0),
    step: {
      rule: 'cut',
      layer: network.tensors[layer.output]!.name,
      index,
      full: full.map(({ k }) => k),
      part: { index: [part.k], value: [part.w] },
    },
  };
}

/** a - c.x <= d as a row of the LP. */
export function rowOfCut(encoding: Encoding, cut: HullCut): LpRow {
  const inputs = encoding.elements.get(cut.input)!;
  const relu = encoding.relus.find(({ layer }) => layer === cut.layer)!;
  const columns = [relu.a[cut.index]!];
  const values = [1];
  let constant = cut.constant;
  cut.columns.forEach((k, n) => {
    if (inputs.col[k]! < 0) constant += cut.values[n]! * inputs.constant[k]!;
    else {
      columns.push(inputs.col[k]!);
      values.push(-cut.values[n]!);
    }
  });
  return { lower: -Infinity, upper: constant, columns, values };
}

/** The form plus the cuts that the LP's multipliers use, and how the step names them. */
export function withCuts(
  network: Network,
  form: LinearForm,
  { rows, cuts = [] }: { readonly rows: Float64Array; readonly cuts?: readonly HullCut[] },
): { readonly form: LinearForm; readonly cuts: NonNullable<LinStep['cuts']> } {
  const first = rows.length - cuts.length;
  const used: { cut: number; weight: number }[] = [];
  const terms = new Map<TensorId, Float64Array>();
  const termsOf = (tensor: TensorId): Float64Array => {
    const known = terms.get(tensor) ?? new Float64Array(network.tensors[tensor]!.size);
    terms.set(tensor, known);
    return known;
  };
  let { constant } = form;
  cuts.forEach((cut, n) => {
    const weight = Math.fround(-rows[first + n]!);
    if (!(weight > LEAST_WEIGHT)) return;
    used.push({ cut: n, weight });
    const outputs = termsOf(cut.layer.output);
    outputs[cut.index] = outputs[cut.index]! - weight;
    const inputs = termsOf(cut.input);
    cut.columns.forEach((k, m) => {
      inputs[k] = inputs[k]! + weight * cut.values[m]!;
    });
    constant += weight * cut.constant;
  });
  if (used.length === 0) return { form, cuts: used };
  const others = [...terms].map(([tensor, coefficients]) => ({ tensor, coefficients }));
  return { form: { ...form, constant, others }, cuts: used };
}

/** The tree behind the cuts that its leaves use, renumbered. */
export function withCutSteps(tree: ProofTree, cuts: readonly HullCut[]): ProofTree {
  const numbers = new Map<number, number>();
  const then = renumber(tree, numbers);
  if (numbers.size === 0) return tree;
  const steps = [...numbers.keys()].map((n) => cuts[n]!.step);
  return { kind: 'chain', steps, then };
}

function renumber(tree: ProofTree, numbers: Map<number, number>): ProofTree {
  switch (tree.kind) {
    case 'split':
      return { ...tree, low: renumber(tree.low, numbers), high: renumber(tree.high, numbers) };
    case 'chain': {
      const then = renumber(tree.then, numbers);
      return { ...tree, then };
    }
    case 'leaf': {
      if (tree.step.rule !== 'lin' || tree.step.cuts === undefined) return tree;
      const cuts = tree.step.cuts.map(({ cut, weight }) => {
        if (!numbers.has(cut)) numbers.set(cut, numbers.size);
        return { cut: numbers.get(cut)!, weight };
      });
      return { kind: 'leaf', step: { ...tree.step, cuts } };
    }
  }
}
