/**
 * Gradient search for a counterexample that follows the NAPs, for many starts at once, as one ONNX graph.
 *
 * Maximises the least of the output constraints minus lambda * (hinge of violated literals), clipped to the box, by Adam or
 * by steps along the gradient's signs (Madry et al. 2018); lambda falls while a start follows and rises while it does not
 * (bounding.md, section 4), so that the search walks along the region's boundary. A point counts only where every literal
 * holds, so it never leaves the region. Each start has constraints of its own. A Loop node runs all steps.
 */

import { type BackMap, linearBack, linearForward, prepareMap } from '../../bounds/ascent/graph-linear.js';
import type { LinearLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import { graph, int, ints } from '../../onnx/encode.js';
import { GraphBuilder } from '../../onnx/graph-builder.js';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Literals are pushed this far inside; a point follows only if none is violated. */
const SLACK = 1e-3;
const SHRINK = 0.97;
const GROW = 1.05;

/** Null for networks with max layers or maps too large to be made dense. */
export function gradientGraph(network: Network): Uint8Array | null {
  if (network.layers.some(({ kind }) => kind === 'max')) return null;
  const outer = new GraphBuilder('o');
  const maps = new Map<LinearLayer, BackMap>();
  for (const layer of network.layers) {
    if (layer.kind !== 'linear') continue;
    const map = prepareMap(outer, layer, 'float32');
    if (map === null) return null;
    maps.set(layer, map);
  }
  const size = network.tensors[network.input]!.size;
  outer.input('x', 'float32', ['starts', size]);
  outer.input('low', 'float32', [1, size]);
  outer.input('high', 'float32', [1, size]);
  outer.input('form', 'float32', ['starts', 'constraints', network.tensors[network.output]!.size]);
  outer.input('offset', 'float32', ['starts', 'constraints']);
  outer.input('rate', 'float32', [1, size]);
  outer.input('decay', 'float32', []);
  outer.input('signs_only', 'bool', []);
  outer.input('leak', 'float32', []);
  outer.input('steps', 'int64', []);
  outer.input('goal', 'float32', []);
  const relus = network.layers.filter((layer) => layer.kind === 'relu');
  relus.forEach((layer, k) => {
    outer.input(`sign${k}`, 'float32', [1, network.tensors[layer.input]!.size]);
  });
  const scalar = (value: number): string => outer.constant('float32', [], [value]);
  const zero = outer.op('Mul', ['x', scalar(0)]);
  const axes = outer.constant('int64', [1], [1]);
  const column = outer.op('ReduceSum', [zero, axes], { keepdims: int(1) });
  const start = [
    'x',
    zero,
    zero,
    outer.op('Add', [column, scalar(1)]),
    scalar(ADAM.beta1),
    scalar(ADAM.beta2),
    outer.op('Add', [column, scalar(-3e38)]),
    'x',
    scalar(1),
  ];
  const body = stepBody(network, relus, maps);
  const carried = outer.ops('Loop', ['steps', '', ...start], start.length, { body: graph(body.graph()) });
  outer.output('value', carried[6]!, 'float32', ['starts', 1]);
  outer.output('point', carried[7]!, 'float32', ['starts', size]);
  return outer.model();
}

/** One step. State: point, Adam's moments, lambda, two powers, best value among followers, its point, length of steps. */
function stepBody(
  network: Network,
  relus: readonly ReluLayer[],
  maps: ReadonlyMap<LinearLayer, BackMap>,
): GraphBuilder {
  const body = new GraphBuilder('b');
  const size = network.tensors[network.input]!.size;
  body.input('iteration', 'int64', []);
  body.input('go', 'bool', []);
  const x = body.input('point_in', 'float32', ['starts', size]);
  const m = body.input('m_in', 'float32', ['starts', size]);
  const v = body.input('v_in', 'float32', ['starts', size]);
  const lambda = body.input('lambda_in', 'float32', ['starts', 1]);
  const power1 = body.input('power1_in', 'float32', []);
  const power2 = body.input('power2_in', 'float32', []);
  const best = body.input('best_in', 'float32', ['starts', 1]);
  const bestPoint = body.input('best_point_in', 'float32', ['starts', size]);
  const scale = body.input('scale_in', 'float32', []);
  const scalar = (value: number): string => body.constant('float32', [], [value]);
  const zero = scalar(0);
  const axes = body.constant('int64', [1], [1]);
  const rowSum = (t: string): string => body.op('ReduceSum', [t, axes], { keepdims: int(1) });

  const values = new Map<TensorId, string>([[network.input, x]]);
  for (const layer of network.layers) {
    if (layer.kind === 'linear') {
      const inputs = layer.inputs.map((id) => values.get(id)!);
      values.set(layer.output, linearForward(body, layer, maps.get(layer)!, inputs));
    } else if (layer.kind === 'relu') {
      const z = values.get(layer.input)!;
      values.set(layer.output, body.op('Max', [z, body.op('Mul', [z, scalar(layer.slope)])]));
    }
  }
  const last = body.constant('int64', [1], [2]);
  const logits = body.op('Unsqueeze', [values.get(network.output)!, axes]);
  const sums = body.op('ReduceSum', [body.op('Mul', ['form', logits]), last], { keepdims: int(0) });
  const excesses = body.op('Sub', [sums, 'offset']);
  const value = body.op('ReduceMin', [excesses], { axes: ints(1), keepdims: int(1) });
  const least = body.op('Cast', [body.op('LessOrEqual', [excesses, value])], { to: int(1) });
  const leastForm = body.op(
    'ReduceSum',
    [body.op('Mul', ['form', body.op('Unsqueeze', [least, last])]), axes],
    { keepdims: int(0) },
  );

  // Literals: sign z >= slack wanted, sign z > 0 needed.
  let violations = body.op('Mul', [value, zero]);
  const hinge = new Map<ReluLayer, string>();
  relus.forEach((layer, k) => {
    const signed = body.op('Mul', [values.get(layer.input)!, `sign${k}`]);
    const literal = body.op('Abs', [`sign${k}`]);
    const open = (slack: number): string =>
      body.op('Mul', [body.op('Cast', [body.op('Less', [signed, scalar(slack)])], { to: int(1) }), literal]);
    hinge.set(layer, body.op('Mul', [open(SLACK), `sign${k}`]));
    violations = body.op('Add', [violations, rowSum(open(1e-6))]);
  });
  const follows = body.op('Less', [violations, scalar(0.5)]);

  // What neurons that are off pass back at least: plateaus have no gradient of their own, and the leak dies with the steps.
  const leaking = body.op('Mul', ['leak', scale]);
  const leak = (slope: number): string => body.op('Max', [leaking, scalar(slope)]);
  // Gradient of -value + lambda * hinge, layers last first.
  const gradients = new Map<TensorId, string>([[network.output, body.op('Neg', [leastForm])]]);
  for (const layer of [...network.layers].reverse()) {
    const g = gradients.get(layer.output);
    if (g === undefined) continue;
    if (layer.kind === 'linear') linearBack(body, network, layer, maps.get(layer)!, g, gradients);
    else if (layer.kind === 'relu') {
      const z = values.get(layer.input)!;
      const slope = body.op('Where', [body.op('Greater', [z, zero]), scalar(1), leak(layer.slope)]);
      const pull = body.op('Mul', [hinge.get(layer)!, lambda]);
      const own = body.op('Sub', [body.op('Mul', [g, slope]), pull]);
      const known = gradients.get(layer.input);
      gradients.set(layer.input, known === undefined ? own : body.op('Add', [known, own]));
    }
  }
  const gradient = gradients.get(network.input)!;
  const blend = (old: string, fresh: string, beta: number): string =>
    body.op('Add', [body.op('Mul', [old, scalar(beta)]), body.op('Mul', [fresh, scalar(1 - beta)])]);
  const nextM = blend(m, gradient, ADAM.beta1);
  const nextV = blend(v, body.op('Mul', [gradient, gradient]), ADAM.beta2);
  const mean = body.op('Div', [nextM, body.op('Sub', [scalar(1), power1])]);
  const spread = body.op('Sqrt', [body.op('Div', [nextV, body.op('Sub', [scalar(1), power2])])]);
  const adam = body.op('Div', [mean, body.op('Add', [spread, scalar(ADAM.epsilon)])]);
  const direction = body.op('Where', ['signs_only', body.op('Sign', [gradient]), adam]);
  const moved = body.op('Sub', [x, body.op('Mul', [direction, body.op('Mul', ['rate', scale])])]);
  const next = body.op('Min', [body.op('Max', [moved, 'low']), 'high']);

  const candidate = body.op('Where', [follows, value, scalar(-3e38)]);
  const better = body.op('Greater', [candidate, best]);
  const nextBest = body.op('Max', [candidate, best]);
  const reached = body.op('ReduceMax', [nextBest], { keepdims: int(0) });
  body.output('go_on', body.op('Less', [reached, 'goal']), 'bool', []);
  const outputs: readonly [string, readonly (string | number)[]][] = [
    [next, ['starts', size]],
    [nextM, ['starts', size]],
    [nextV, ['starts', size]],
    [body.op('Mul', [lambda, body.op('Where', [follows, scalar(SHRINK), scalar(GROW)])]), ['starts', 1]],
    [body.op('Mul', [power1, scalar(ADAM.beta1)]), []],
    [body.op('Mul', [power2, scalar(ADAM.beta2)]), []],
    [nextBest, ['starts', 1]],
    [body.op('Where', [better, x, bestPoint]), ['starts', size]],
    [body.op('Mul', [scale, 'decay']), []],
  ];
  outputs.forEach(([name, dims], k) => {
    body.output(`out${k}`, name, 'float32', dims);
  });
  return body;
}
