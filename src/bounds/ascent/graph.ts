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
import type { LinearLayer, MaxLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import { graph, int } from '../../onnx/encode.js';
import { type FloatType, GraphBuilder } from '../../onnx/graph-builder.js';
import { assertNever } from '../../util/errors.js';
import { type BackMap, linearBack, linearForward, prepareMap } from './graph-linear.js';

/** Settings that worked (bounding.md, section 2). */
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, alphaRate: 0.3, betaRate: 0.1, decay: 0.97 };

/** Vectors of one ReLU layer that change with the bounds; each is a graph input of shape [1, size]. */
export const RELU_INPUTS = ['spos', 'tpos', 'alo', 'ahi', 'sign', 'bterm', 'inverse'] as const;
/** Vectors of one max layer: 1 where one input dominates, greatest upper bound; and the favourite input's index. */
export const MAX_INPUTS = ['dominated', 'top'] as const;

export interface AscentGraph {
  readonly bytes: Uint8Array;
  readonly target: TensorId;
  readonly stop: TensorId;
  /** Layers between stop and target, by number, in order. */
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
  const relus = numbers.filter((n) => network.layers[n]!.kind === 'relu');
  const maxes = numbers.filter((n) => network.layers[n]!.kind === 'max');
  declareInputs(outer, network, stop, target, relus, maxes);
  const oneHots = new Map(maxes.map((n) => [n, oneHot(outer, network, n)]));
  // The target's own layer is pushed once, outside the loop.
  const start = new Map<TensorId, string>();
  const constant = linearBack(outer, network, first, maps.get(first)!, 'rows', start);
  const body = new GraphBuilder('b');
  const inner = numbers.slice(0, -1).map((n) => network.layers[n]!);
  const outputs = buildBody(body, network, {
    layers: inner,
    numbers: numbers.slice(0, -1),
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
    for (const name of RELU_INPUTS) outer.input(`${name}${n}`, 'float32', [1, size]);
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

interface BodyParts {
  readonly layers: readonly (LinearLayer | ReluLayer | MaxLayer)[];
  readonly numbers: readonly number[];
  readonly relus: readonly number[];
  readonly stop: TensorId;
  readonly maps: ReadonlyMap<LinearLayer, BackMap>;
  readonly oneHots: ReadonlyMap<number, string>;
  /** Coefficients before the loop, and the constant so far. */
  readonly start: ReadonlyMap<TensorId, string>;
  readonly constant: string;
}

/** One iteration. Returns the number of carried values. */
function buildBody(body: GraphBuilder, network: Network, parts: BodyParts): number {
  const f32: FloatType = 'float32';
  body.input('iteration', 'int64', []);
  body.input('go', 'bool', []);
  const scalar = (value: number): string => body.constant(f32, [], [value]);
  const zero = scalar(0);
  const [best, rate, power1, power2] = ['best', 'rate', 'power1', 'power2'].map((name) =>
    body.input(name, f32, name === 'best' ? ['queries', 1] : []),
  );
  const state = new Map(
    parts.relus.map((n) => [
      n,
      ['alpha', 'beta', 'ma', 'va', 'mb', 'vb', 'besta', 'bestb'].map((name) =>
        body.input(`${name}_${n}`, f32, ['queries', network.tensors[network.layers[n]!.output]!.size]),
      ),
    ]),
  );
  const axes = body.constant('int64', [1], [1]);
  const rowSum = (x: string): string => body.op('ReduceSum', [x, axes], { keepdims: int(1) });

  // Backwards: coefficients and the bound.
  const coefficients = new Map<TensorId, string>(parts.start);
  const received = new Map<
    TensorId,
    { readonly a: string; readonly positive: string; readonly slope: string }
  >();
  let constant = body.op('Add', [parts.constant, 'offset']);
  for (let k = parts.layers.length - 1; k >= 0; k--) {
    const layer = parts.layers[k]!;
    const n = parts.numbers[k]!;
    const a = coefficients.get(layer.output);
    if (a === undefined) continue;
    switch (layer.kind) {
      case 'linear':
        constant = body.op('Add', [
          constant,
          linearBack(body, network, layer, parts.maps.get(layer)!, a, coefficients),
        ]);
        break;
      case 'relu': {
        const [alpha, beta] = state.get(n)!;
        const positive = body.op('Greater', [a, zero]);
        const slope = body.op('Where', [positive, `spos${n}`, alpha!]);
        const passed = body.op('Add', [body.op('Mul', [a, slope]), body.op('Mul', [beta!, `sign${n}`])]);
        const cost = body.op('Add', [
          body.op('Mul', [body.op('Relu', [a]), `tpos${n}`]),
          body.op('Mul', [beta!, `bterm${n}`]),
        ]);
        constant = body.op('Add', [constant, rowSum(cost)]);
        received.set(layer.output, { a, positive, slope });
        accumulate(body, coefficients, layer.input, passed);
        break;
      }
      case 'max': {
        const positive = body.op('Greater', [a, zero]);
        const slope = body.op('Where', [positive, `dominated${n}`, scalar(1)]);
        const passed = body.op('MatMul', [body.op('Mul', [a, slope]), parts.oneHots.get(n)!]);
        const free = body.op('Sub', [scalar(1), `dominated${n}`]);
        constant = body.op('Add', [
          constant,
          rowSum(body.op('Mul', [body.op('Relu', [a]), body.op('Mul', [free, `top${n}`])])),
        ]);
        received.set(layer.output, { a, positive, slope });
        accumulate(body, coefficients, layer.input, passed);
        break;
      }
      default:
        assertNever(layer, 'layer');
    }
  }
  const rest = coefficients.get(parts.stop)!;
  const x = body.op('Where', [body.op('Greater', [rest, zero]), 'high', 'low']);
  const bound = body.op('Add', [constant, rowSum(body.op('Mul', [rest, x]))]);

  // Forwards: the pseudo-primal point.
  const values = new Map<TensorId, string>([[parts.stop, x]]);
  parts.layers.forEach((layer, k) => {
    const n = parts.numbers[k]!;
    if (layer.kind === 'linear') {
      values.set(
        layer.output,
        linearForward(
          body,
          layer,
          parts.maps.get(layer)!,
          layer.inputs.map((id) => values.get(id)!),
        ),
      );
      return;
    }
    const { positive, slope } = received.get(layer.output)!;
    const z =
      layer.kind === 'relu'
        ? values.get(layer.input)!
        : body.op('MatMul', [values.get(layer.input)!, body.op('Transpose', [parts.oneHots.get(n)!])]);
    const top =
      layer.kind === 'relu'
        ? `tpos${n}`
        : body.op('Mul', [body.op('Sub', [scalar(1), `dominated${n}`]), `top${n}`]);
    values.set(
      layer.output,
      body.op('Add', [body.op('Mul', [z, slope]), body.op('Where', [positive, top, zero])]),
    );
  });

  // Best so far, then the Adam step.
  const better = body.op('Less', [bound, best!]);
  const newBest = body.op('Min', [bound, best!]);
  const undecided = body.op('Greater', [body.op('ReduceMax', [newBest], { keepdims: int(0) }), 'goal']);
  const bias1 = body.op('Sub', [scalar(1), power1!]);
  const bias2 = body.op('Sub', [scalar(1), power2!]);
  const outputs: string[] = [
    newBest,
    body.op('Mul', [rate!, scalar(ADAM.decay)]),
    body.op('Mul', [power1!, scalar(ADAM.beta1)]),
    body.op('Mul', [power2!, scalar(ADAM.beta2)]),
  ];
  for (const n of parts.relus) {
    const layer = network.layers[n] as ReluLayer;
    const [alpha, beta, ma, va, mb, vb, besta, bestb] = state.get(n)!;
    const { a, positive } = received.get(layer.output)!;
    const z = values.get(layer.input)!;
    const gradientAlpha = body.op('Where', [positive, zero, body.op('Mul', [a, z])]);
    const gradientBeta = body.op('Add', [body.op('Mul', [z, `sign${n}`]), `bterm${n}`]);
    const stepAlpha = adam(body, scalar, gradientAlpha, ma!, va!, bias1, bias2);
    const stepBeta = adam(body, scalar, gradientBeta, mb!, vb!, bias1, bias2);
    const alphaRate = body.op('Mul', [rate!, scalar(ADAM.alphaRate)]);
    const betaRate = body.op('Mul', [
      body.op('Mul', ['range', body.op('Mul', [rate!, scalar(ADAM.betaRate)])]),
      `inverse${n}`,
    ]);
    const movedAlpha = body.op('Sub', [alpha!, body.op('Mul', [stepAlpha.direction, alphaRate])]);
    const movedBeta = body.op('Sub', [beta!, body.op('Mul', [stepBeta.direction, betaRate])]);
    outputs.push(
      body.op('Min', [body.op('Max', [movedAlpha, `alo${n}`]), `ahi${n}`]),
      body.op('Mul', [body.op('Relu', [movedBeta]), body.op('Abs', [`sign${n}`])]),
      stepAlpha.m,
      stepAlpha.v,
      stepBeta.m,
      stepBeta.v,
      body.op('Where', [better, alpha!, besta!]),
      body.op('Where', [better, beta!, bestb!]),
    );
  }
  body.output('go_on', undecided, 'bool', []);
  outputs.forEach((name, k) => {
    body.output(`out${k}`, name, f32, k >= 1 && k <= 3 ? [] : ['queries', `size${k}`]);
  });
  return outputs.length;
}

function accumulate(
  body: GraphBuilder,
  coefficients: Map<TensorId, string>,
  id: TensorId,
  part: string,
): void {
  const known = coefficients.get(id);
  coefficients.set(id, known === undefined ? part : body.op('Add', [known, part]));
}

function adam(
  body: GraphBuilder,
  scalar: (value: number) => string,
  gradient: string,
  m: string,
  v: string,
  bias1: string,
  bias2: string,
): { readonly m: string; readonly v: string; readonly direction: string } {
  const blend = (old: string, fresh: string, beta: number): string =>
    body.op('Add', [body.op('Mul', [old, scalar(beta)]), body.op('Mul', [fresh, scalar(1 - beta)])]);
  const nextM = blend(m, gradient, ADAM.beta1);
  const nextV = blend(v, body.op('Mul', [gradient, gradient]), ADAM.beta2);
  const scale = body.op('Add', [body.op('Sqrt', [body.op('Div', [nextV, bias2])]), scalar(ADAM.epsilon)]);
  return { m: nextM, v: nextV, direction: body.op('Div', [body.op('Div', [nextM, bias1]), scale]) };
}
