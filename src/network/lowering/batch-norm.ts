/** BatchNormalization at inference: y = s (x - mean) + beta, where only s is rounded. */
import type { DerivedWeights } from '../network.js';
import { identityMap } from './maps.js';
import type { NodeView } from './node-view.js';
import { sizeOf } from './shapes.js';
import type { Value } from './values.js';

/**
 * s = gamma / sqrt(var + epsilon) is irrational in general and rounded to float64, once; mean and offset
 * stay exact because they are kept in separate layers.
 */
export function lowerBatchNormalization(view: NodeView): Value {
  view.arity(5, 5);
  view.ignoreAttr('momentum');
  const x = view.activation(0);
  if (x.shape.length < 2 || x.shape[0] !== 1) {
    throw view.unsupported('BatchNormalization needs a batch axis and a channel axis', 'keep the batch axis');
  }
  if (view.attrInt('training_mode', 0) !== 0)
    throw view.unsupported('BatchNormalization is in training mode', 'export for inference');
  if (view.attrInt('spatial', 1) !== 1)
    throw view.unsupported('BatchNormalization with spatial = 0', 'export with spatial = 1');
  // The default is the float32 nearest to 1e-5, as onnxruntime has it.
  const epsilon = view.attrFloat('epsilon', Math.fround(1e-5));
  const channels = x.shape[1]!;
  const parameter = (index: number, name: string): Float64Array => {
    const { shape, values } = view.floats(index);
    if (shape.length === 1 && shape[0] === channels) return values;
    throw view.bad(`${name} has the wrong shape`, `[${channels}]`, `[${shape.join(', ')}]`);
  };
  const gamma = parameter(1, 'scale');
  const beta = parameter(2, 'B');
  const mean = parameter(3, 'mean');
  const variance = parameter(4, 'var');
  const inside = variance.map((v) => v + epsilon);
  const c = inside.findIndex((value) => !(value > 0));
  if (c >= 0) {
    throw view.bad(
      'variance plus epsilon is not positive',
      'a positive number',
      `${inside[c]} in channel ${c}`,
    );
  }
  const scale = gamma.map((g, k) => g / Math.sqrt(inside[k]!));
  const size = sizeOf(x.shape);
  const perChannel = size / channels;
  const spread = (values: Float64Array) =>
    Float64Array.from({ length: size }, (_, i) => values[Math.floor(i / perChannel)]!);
  const { builder } = view;
  const derived = derivedScale(gamma, variance, inside);
  if (derived === undefined) builder.combines(view.label);
  const centred = builder.linear(
    { label: view.label, name: builder.freshName(`${view.output}/centred`) },
    [x],
    x.shape,
    identityMap(size),
    { bias: spread(mean.map((m) => 0 - m)) },
  );
  builder.note(
    'BatchNormalization: the scale gamma / sqrt(var + epsilon) is rounded to float64 and then taken as exact',
  );
  return builder.linear(
    { label: view.label, name: view.output },
    [centred],
    x.shape,
    identityMap(size, spread(scale)),
    { bias: spread(beta), derived },
  );
}

/**
 * Roundings of a scale that a runtime computes: operands of the sum that are flushed to zero, the sum, its square root,
 * a reciprocal, the product with gamma; one more covers the float64 scale here, and two are room for a square root or
 * reciprocal that is off by one unit in the last place instead of half.
 */
const ROUNDINGS = 8;

/** Variances plus epsilon within which a flushed operand is below one rounding, and nothing else can underflow. */
const [LEAST, MOST] = [2 ** -100, 2 ** 100];

/** What `obligation/float-error` needs; undefined where a binary32 runtime may compute something else altogether. */
function derivedScale(
  gamma: Float64Array,
  variance: Float64Array,
  inside: Float64Array,
): DerivedWeights | undefined {
  const stored = [...gamma, ...variance].every((value) => Math.fround(value) === value);
  if (!stored || inside.some((value) => value < LEAST || value > MOST)) return undefined;
  const largest = gamma.reduce((most, g) => Math.max(most, Math.abs(g)), 1);
  // 1 / sqrt rounded up: the double is off by less than the factor 1 + 2^-20.
  const inverse = inside.reduce((most, value) => Math.max(most, 1 / Math.sqrt(value)), 1);
  return { roundings: ROUNDINGS, factor: largest * inverse * (1 + 2 ** -20) };
}
