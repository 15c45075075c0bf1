/**
 * How each ONNX operator acts on degrees of positive homogeneity. Every rule is sound over the reals: the degree it
 * gives is right for all inputs and all s > 0. What no rule knows is broken, unless all inputs are of degree 0: then
 * a deterministic operator gives the same result at x and s x.
 */
import { batchNormalization } from './degree-batch-norm.js';
import { MONOTONE_RULES } from './degree-monotone.js';
import type { DegreeNode } from './degree-node.js';
import { type DegreeValue, degree, degreeOf, isZero, nonZero } from './degree-values.js';

export type DegreeRule = (node: DegreeNode) => DegreeValue;

/** Same degree as input 0; further inputs are constants (shapes, indices, axes, slopes). */
const keeps: DegreeRule = (node) => node.input(0);

/** One degree for all inputs. */
const together: DegreeRule = (node) => {
  const found = node.common(node.inputs.filter((value) => value !== null));
  return typeof found === 'number' ? degree(found, node.type()) : found;
};

/** Shape-like outputs: they depend on the shape of the input only. */
const shapeOnly: DegreeRule = (node) => ({ kind: 'constant', name: node.label, values: null });

const comparison: DegreeRule = (node) => {
  const found = node.common(node.inputs.filter((value) => value !== null));
  return typeof found === 'number' ? degree(0, 9) : found;
};

/** Degrees of the factors add up; a factor 0 gives 0, which has every degree. */
function product(node: DegreeNode, sign: 1 | -1): DegreeValue {
  const [a, b] = [node.input(0), node.input(1)];
  const [da, db] = [degreeOf(a), degreeOf(b)];
  if (da === null || db === null) return a.kind === 'degree' || a.kind === 'constant' ? b : a;
  if (da === 'any') return a;
  if (db === 'any') return sign > 0 ? b : node.breaks('divides by 0');
  return degree(da + sign * db, node.type(a.kind === 'degree' ? 0 : 1));
}

/** alpha A B + beta C, and the convolutions: a product plus a bias. */
function affine(bias: number, factor: (node: DegreeNode) => number): DegreeRule {
  return (node) => {
    const main = product(node, 1);
    const added = node.optional(bias);
    if (added === null || factor(node) === 0 || isZero(added)) return main;
    if (main.kind !== 'degree' && main.kind !== 'constant') return main;
    const found = node.common([main, added]);
    return typeof found === 'number' ? degree(found, node.type()) : found;
  };
}

const gemm = affine(2, (node) => node.float('beta', 1));
const conv = affine(2, () => 1);

/** Largest finite float32, which exporters write for "no bound". */
const FLOAT_MAX = 3.4028234663852886e38;

const clip: DegreeRule = (node) => {
  const x = node.input(0);
  if (x.kind !== 'degree' || x.degree === 0) return x;
  for (const [index, name, open] of [
    [1, 'min', -FLOAT_MAX],
    [2, 'max', FLOAT_MAX],
  ] as const) {
    let bound: DegreeValue | null = null;
    if (node.opset >= 11) bound = node.optional(index);
    else if (node.has(name)) bound = { kind: 'constant', name, values: [node.float(name, 0)] };
    if (bound === null || isZero(bound)) continue;
    if (bound.kind === 'constant' && bound.values?.length === 1 && Math.abs(bound.values[0]!) >= FLOAT_MAX) {
      if (Math.sign(bound.values[0]!) === Math.sign(open)) continue;
    }
    return node.breaks(`clips at a ${name === 'min' ? 'minimum' : 'maximum'} that is not 0`, nonZero(bound));
  }
  return x;
};

const cast: DegreeRule = (node) => {
  const x = node.input(0);
  if (x.kind !== 'degree' || x.degree === 0) return x;
  const to = node.int('to', 0);
  if (to === 11 || (to === 1 && (x.type === 1 || x.type === 10 || x.type === 16)) || to === x.type) {
    return degree(x.degree, to);
  }
  return node.breaks(`rounds to element type ${to}, whose grid does not scale`);
};

const pad: DegreeRule = (node) => {
  const x = node.input(0);
  if (x.kind !== 'degree' || node.text('mode', 'constant') !== 'constant') return x;
  const filling: DegreeValue | null =
    node.opset >= 11
      ? node.optional(2)
      : { kind: 'constant', name: 'value', values: [node.float('value', 0)] };
  if (filling === null) return x;
  const found = node.common([x, filling]);
  return typeof found === 'number' ? x : found;
};

const dropout: DegreeRule = (node) => {
  const training = node.optional(2);
  return training === null || isZero(training) ? node.input(0) : node.breaks('is in training mode');
};

const thresholdedRelu: DegreeRule = (node) => {
  const alpha = node.float('alpha', 1);
  if (alpha === 0 || degreeOf(node.input(0)) === 0) return node.input(0);
  return node.breaks('has a threshold that is not 0', {
    culprits: [{ name: 'alpha', index: 0, value: alpha }],
    count: 1,
  });
};

const where: DegreeRule = (node) => {
  const condition = node.input(0);
  const decided = degreeOf(condition);
  if (decided === null) return condition;
  if (decided !== 0 && decided !== 'any') return node.breaks('has a condition that changes with the scale');
  const found = node.common([node.input(1), node.input(2)]);
  return typeof found === 'number' ? degree(found, node.type(1) || node.type(2)) : found;
};

const times =
  (factor: number): DegreeRule =>
  (node) => {
    const x = node.input(0);
    return x.kind === 'degree' ? degree(x.degree * factor, x.type) : x;
  };

const LARGEST_POWER = 16;

const power: DegreeRule = (node) => {
  const [x, exponent] = [node.input(0), node.input(1)];
  if (x.kind !== 'degree') return x;
  const values = exponent.kind === 'constant' ? exponent.values : null;
  const value = values?.[0];
  if (values === null || value === undefined || !Number.isInteger(value))
    return node.breaks('has no integer exponent');
  const same = Array.prototype.every.call(values, (other) => other === value);
  if (!same || value < 1 || value > LARGEST_POWER)
    return node.breaks(`has exponents outside 1 to ${LARGEST_POWER}`);
  return degree(x.degree * value, x.type);
};

const resize: DegreeRule = (node) => {
  const mode = node.text('coordinate_transformation_mode', '');
  if (mode === 'tf_crop_and_resize') return node.breaks('may extrapolate with a number');
  return keeps(node);
};

const toDegreeZero: DegreeRule = (node) => {
  const x = node.input(0);
  return x.kind === 'degree' ? degree(0, x.type) : x;
};

const argExtreme: DegreeRule = (node) => {
  const x = node.input(0);
  if (x.kind === 'degree') return degree(0, 7);
  if (x.kind !== 'monotone') return x;
  // The order along the axis of a softmax is kept, and along every axis by an increasing function of each element.
  const same = x.axis === null || x.axis === node.int('axis', 0);
  return same ? degree(0, 7) : { kind: 'broken', at: x.by };
};

/** Reshaping keeps the order of what was increasing by element; it may tear up the axis of a softmax. */
const reshapes: DegreeRule = (node) => {
  const x = node.input(0);
  if (x.kind !== 'monotone') return keeps(node);
  return x.axis === null || node.op === 'Identity' ? x : { kind: 'broken', at: x.by };
};

const KEEPING = [
  'Relu', 'LeakyRelu', 'Abs', 'Neg', 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool',
  'GlobalLpPool', 'ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2', 'Transpose', 'Split',
  'Slice', 'Gather', 'Expand', 'Tile', 'DepthToSpace', 'SpaceToDepth', 'CumSum', 'Trilu', 'GatherElements',
]; // biome-ignore format: one list of names
const RESHAPING = ['Identity', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze'];
const SUMMING = ['Add', 'Sub', 'Sum', 'Mean', 'Max', 'Min', 'Concat'];

/** Operators of which more than the first input may depend on the image. */
export const SEVERAL_ACTIVATIONS: ReadonlySet<string> = new Set([
  ...SUMMING,
  ...['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'],
  ...['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Mul', 'Div', 'Where'],
]);

export const DEGREE_RULES: ReadonlyMap<string, DegreeRule> = new Map<string, DegreeRule>([
  ...KEEPING.map((op): [string, DegreeRule] => [op, keeps]),
  ...RESHAPING.map((op): [string, DegreeRule] => [op, reshapes]),
  ...SUMMING.map((op): [string, DegreeRule] => [op, together]),
  ...['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal'].map((op): [string, DegreeRule] => [
    op,
    comparison,
  ]),
  ...['Shape', 'Size'].map((op): [string, DegreeRule] => [op, shapeOnly]),
  ...['ArgMax', 'ArgMin'].map((op): [string, DegreeRule] => [op, argExtreme]),
  ...MONOTONE_RULES,
  ['BatchNormalization', batchNormalization],
  ['Cast', cast],
  ['Clip', clip],
  ['Conv', conv],
  ['ConvTranspose', conv],
  ['Div', (node) => product(node, -1)],
  ['Dropout', dropout],
  ['Gemm', gemm],
  ['MatMul', (node) => product(node, 1)],
  ['Mul', (node) => product(node, 1)],
  ['PRelu', keeps],
  ['Pad', pad],
  ['Pow', power],
  ['ReduceSumSquare', times(2)],
  ['Resize', resize],
  ['Sign', toDegreeZero],
  ['Sqrt', times(0.5)],
  ['ThresholdedRelu', thresholdedRelu],
  ['Upsample', keeps],
  ['Where', where],
]);
