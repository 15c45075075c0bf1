/** One iteration of dual ascent as the body of a Loop node: push all rows back, evaluate forwards, take an Adam step. */
import type { LinearLayer, MaxLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import { int } from '../../onnx/encode.js';
import type { FloatType, GraphBuilder } from '../../onnx/graph-builder.js';
import { assertNever } from '../../util/errors.js';
import { type BackMap, linearBack, linearForward } from './graph-linear.js';

/** Settings that worked (bounding.md, section 2). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, alphaRate: 0.3, betaRate: 0.1, decay: 0.97 };

export interface BodyParts {
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
export function buildBody(body: GraphBuilder, network: Network, parts: BodyParts): number {
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
  const onSection = network.section !== undefined && parts.stop === network.input;
  const x = onSection
    ? sectionCorner(body, rest, network.tensors[parts.stop]!.size)
    : body.op('Where', [body.op('Greater', [rest, zero]), 'high', 'low']);
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

/** The corner of { x >= 0, sum x = 1 } with the largest coefficient; narrower input boxes are left to the checker. */
function sectionCorner(body: GraphBuilder, rest: string, size: number): string {
  const best = body.op('ArgMax', [rest], { axis: int(1), keepdims: int(0) });
  const depth = body.constant('int64', [1], [size]);
  return body.op('OneHot', [best, depth, body.constant('float32', [2], [0, 1])], { axis: int(-1) });
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
