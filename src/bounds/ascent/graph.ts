/**
 * Dual ascent on the push-back bound (push-back.ts), for many linear forms at once, as one ONNX graph.
 *
 * The numbers that ReLUs pass back are parametrised as in alpha,beta-CROWN: an unstable neuron with coefficient a < 0
 * passes alpha a (alpha between its slope and 1), with a > 0 the chord; a neuron whose phase is fixed passes a + beta (on) or
 * slope a - beta (off), beta >= 0. One iteration pushes all rows back, evaluates the pseudo-primal point forwards (its
 * pre-activations are the gradient), and takes an Adam step. A Loop node runs all iterations inside onnxruntime, whose
 * float32 products reach 48 to 60 GFLOP/s where JavaScript loops reach 0.3 to 1 (bounding.md, section 3).
 * References: Wang et al. 2021 (beta-CROWN), Kingma and Ba 2015 (Adam).
 */
import type { LinearLayer, MaxLayer, Network, TensorId } from '../../network/network.js';
import { graph, int } from '../../onnx/encode.js';
import { GraphBuilder } from '../../onnx/graph-builder.js';
import { type BackMap, linearBack, prepareMap } from './graph-linear.js';
import { ADAM, buildBody } from './step.js';

/** Vectors of one ReLU layer that change with the bounds; each is a graph input of shape [1 or queries, size]. */
export const RELU_INPUTS = ['spos', 'tpos', 'alo', 'ahi', 'sign', 'bterm', 'inverse'] as const;
/** Vectors of one max layer: 1 where one input dominates, greatest upper bound; and the favourite input's index. */
export const MAX_INPUTS = ['dominated', 'top'] as const;

export interface AscentGraph {
  readonly bytes: Uint8Array;
  readonly target: TensorId;
  readonly stop: TensorId;
  /** ReLU layers between stop and target, by number, in order; the one that reads the target is the last. */
  readonly relus: readonly number[];
  readonly maxes: readonly number[];
}

/** Layers behind `stop` that `target` depends on, in order. */
export function layersBetween(network: Network, stop: TensorId, target: TensorId): readonly number[] {
  const needed = new Set<TensorId>([target]);
  const layers: number[] = [];
  const last = network.layers.findIndex(({ output }) => output === stop);
  for (let n = network.layers.length - 1; n > last; n--) {
    const layer = network.layers[n]!;
    if (!needed.has(layer.output)) continue;
    layers.push(n);
    for (const id of layer.kind === 'linear' ? layer.inputs : [layer.input]) needed.add(id);
  }
  return layers.reverse();
}

/** Null where the target is no linear layer's output or a map is too large to be made dense. */
export function ascentGraph(network: Network, stop: TensorId, target: TensorId): AscentGraph | null {
  const numbers = layersBetween(network, stop, target);
  const first = network.layers[numbers[numbers.length - 1] ?? -1];
  if (first === undefined || first.kind !== 'linear' || first.output !== target) return null;
  const outer = new GraphBuilder('o');
  const maps = new Map<LinearLayer, BackMap>();
  for (const n of numbers) {
    const layer = network.layers[n]!;
    if (layer.kind !== 'linear') continue;
    const map = prepareMap(outer, layer, 'float32');
    if (map === null) return null;
    maps.set(layer, map);
  }
  // The ReLU layer that reads the target takes part with coefficient 0: its literals bound the target's other neurons.
  const own = network.layers.findIndex((layer) => layer.kind === 'relu' && layer.input === target);
  const relus = numbers.filter((n) => network.layers[n]!.kind === 'relu');
  if (own >= 0) relus.push(own);
  const maxes = numbers.filter((n) => network.layers[n]!.kind === 'max');
  declareInputs(outer, network, stop, target, relus, maxes);
  const oneHots = new Map(maxes.map((n) => [n, oneHot(outer, network, n)]));
  const start = new Map<TensorId, string>();
  let constant: string;
  let inner: readonly number[];
  if (own >= 0) {
    inner = [...numbers, own];
    constant = outer.op('Mul', ['offset', outer.constant('float32', [], [0])]);
    start.set(target, 'rows');
    start.set(network.layers[own]!.output, outer.op('Mul', ['rows', outer.constant('float32', [], [0])]));
  } else {
    // Nothing joins the target's coefficients, so its layer is pushed once, outside the loop.
    inner = numbers.slice(0, -1);
    constant = linearBack(outer, network, first, maps.get(first)!, 'rows', start);
  }
  const body = new GraphBuilder('b');
  const outputs = buildBody(body, network, {
    layers: inner.map((n) => network.layers[n]!),
    numbers: inner,
    relus,
    stop,
    maps,
    oneHots,
    start,
    constant,
  });
  const carried = outer.ops('Loop', ['iterations', '', ...initialState(outer, relus)], outputs, {
    body: graph(body.graph()),
  });
  outer.output('bound', carried[0]!, 'float32', ['queries', 1]);
  relus.forEach((n, k) => {
    const size = network.tensors[network.layers[n]!.output]!.size;
    outer.output(`alpha${n}`, carried[4 + 8 * k + 6]!, 'float32', ['queries', size]);
    outer.output(`beta${n}`, carried[4 + 8 * k + 7]!, 'float32', ['queries', size]);
  });
  return { bytes: outer.model(), target, stop, relus, maxes };
}

function declareInputs(
  outer: GraphBuilder,
  network: Network,
  stop: TensorId,
  target: TensorId,
  relus: readonly number[],
  maxes: readonly number[],
): void {
  outer.input('rows', 'float32', ['queries', network.tensors[target]!.size]);
  outer.input('offset', 'float32', ['queries', 1]);
  outer.input('range', 'float32', ['queries', 1]);
  outer.input('iterations', 'int64', []);
  outer.input('goal', 'float32', []);
  outer.input('low', 'float32', [1, network.tensors[stop]!.size]);
  outer.input('high', 'float32', [1, network.tensors[stop]!.size]);
  for (const n of relus) {
    const size = network.tensors[network.layers[n]!.output]!.size;
    for (const name of RELU_INPUTS) outer.input(`${name}${n}`, 'float32', ['domains', size]);
    outer.input(`alpha_in${n}`, 'float32', ['queries', size]);
    outer.input(`beta_in${n}`, 'float32', ['queries', size]);
  }
  for (const n of maxes) {
    const size = network.tensors[network.layers[n]!.output]!.size;
    for (const name of MAX_INPUTS) outer.input(`${name}${n}`, 'float32', [1, size]);
    outer.input(`favourite${n}`, 'int64', [size]);
  }
}

/** Rows of the favourite inputs: [outputs, inputs], one 1 per row. */
function oneHot(outer: GraphBuilder, network: Network, n: number): string {
  const layer = network.layers[n] as MaxLayer;
  const depth = outer.constant('int64', [1], [network.tensors[layer.input]!.size]);
  const values = outer.constant('float32', [2], [0, 1]);
  return outer.op('OneHot', [`favourite${n}`, depth, values], { axis: int(-1) });
}

/** Loop state before the first iteration: best bound, rate, two powers; then eight arrays per ReLU layer. */
function initialState(outer: GraphBuilder, relus: readonly number[]): string[] {
  const scalar = (value: number): string => outer.constant('float32', [], [value]);
  const huge = outer.constant('float32', [], [3e38]);
  const best = outer.op('Add', [outer.op('Mul', ['offset', scalar(0)]), huge]);
  const state = [best, scalar(1), scalar(ADAM.beta1), scalar(ADAM.beta2)];
  for (const n of relus) {
    const alpha = `alpha_in${n}`;
    const beta = `beta_in${n}`;
    const zero = outer.op('Mul', [alpha, scalar(0)]);
    state.push(alpha, beta, zero, zero, zero, zero, alpha, beta);
  }
  return state;
}
