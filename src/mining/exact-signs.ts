/**
 * Evaluation of a network in exact rational arithmetic, for the samples whose floating-point
 * pre-activations are too close to zero, or whose best logits are too close to each other.
 *
 * All elements of a tensor share one denominator: element i is numerator_i / denominator with BigInts and a
 * positive denominator. Stored weights are doubles, hence integers over a power of two; only divisors add
 * other factors. So signs and comparisons within a tensor are those of the numerators.
 */
import { forEachTerm } from '../network/linear-map.js';
import type { LinearLayer, MaxLayer, Network, ReluLayer, TensorId } from '../network/network.js';
import { neuronBlocks } from '../network/network.js';
import { assertNever } from '../util/errors.js';

/** What mining needs of one sample. */
export interface ExactSample {
  /** 1 where the pre-activation is > 0, by network-wide neuron number. */
  readonly active: Uint8Array;
  /** Index of the greatest logit; of several equal ones the first. */
  readonly prediction: number;
}

/** Vector of rationals with a common positive denominator. */
interface Vector {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
}

/**
 * An exact evaluator of the network's pre-activation signs and predicted class.
 * The returned function takes one input (length = input size, finite doubles, read as exact rationals).
 */
export function exactSampleEvaluator(network: Network): (input: Float64Array) => ExactSample {
  const prepared = network.layers.map((layer) => (layer.kind === 'linear' ? prepareLinear(layer) : null));
  return (input) => {
    const tensors: (Vector | undefined)[] = new Array(network.tensors.length).fill(undefined);
    tensors[network.input] = dyadicVector(input);
    const get = (id: TensorId): Vector => tensors[id]!;
    network.layers.forEach((layer, n) => {
      tensors[layer.output] = evaluateLayer(layer, prepared[n]!, get);
    });
    return readSample(network, get);
  };
}

function evaluateLayer(
  layer: Network['layers'][number],
  prepared: PreparedLinear | null,
  get: (id: TensorId) => Vector,
): Vector {
  switch (layer.kind) {
    case 'linear':
      return evaluateLinear(prepared!, joinVectors(layer.inputs.map(get)));
    case 'relu':
      return evaluateRelu(layer, get(layer.input));
    case 'max':
      return evaluateMax(layer, get(layer.input));
    default:
      return assertNever(layer, 'layer');
  }
}

function readSample(network: Network, get: (id: TensorId) => Vector): ExactSample {
  const blocks = neuronBlocks(network);
  const active = new Uint8Array(blocks.reduce((sum, block) => sum + block.size, 0));
  for (const { layer, offset } of blocks) {
    get(layer.input).numerators.forEach((numerator, i) => {
      active[offset + i] = numerator > 0n ? 1 : 0;
    });
  }
  const logits = get(network.output).numerators;
  let prediction = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k]! > logits[prediction]!) prediction = k;
  return { active, prediction };
}

/** A linear layer over integers: y_i = (row_i . x + bias_i) / scale * factor_i / divisor. */
interface PreparedLinear {
  readonly columns: readonly Int32Array[];
  readonly weights: readonly (readonly bigint[])[];
  readonly bias: readonly bigint[];
  /** Common denominator of weights and biases, a power of two. */
  readonly scale: bigint;
  /** 1 / divisor_i = factor_i / divisor. */
  readonly factors: readonly bigint[] | null;
  readonly divisor: bigint;
}

function prepareLinear(layer: LinearLayer): PreparedLinear {
  const { map, bias, divisor } = layer;
  const shift = Math.max(commonShift(map.weight), commonShift(bias));
  const columns: Int32Array[] = [];
  const weights: bigint[][] = [];
  for (let row = 0; row < map.rows; row++) {
    const at: number[] = [];
    const values: bigint[] = [];
    forEachTerm(map, row, (column, weight) => {
      if (weight === 0) return;
      at.push(column);
      values.push(scaled(weight, shift));
    });
    columns.push(Int32Array.from(at));
    weights.push(values);
  }
  return {
    columns,
    weights,
    bias: Array.from(bias, (value) => scaled(value, shift)),
    scale: 1n << BigInt(shift),
    ...prepareDivisor(divisor),
  };
}

function prepareDivisor(divisor: Float64Array | null): Pick<PreparedLinear, 'factors' | 'divisor'> {
  if (divisor === null) return { factors: null, divisor: 1n };
  // d_i = integer_i / 2^shift, so 1 / d_i = 2^shift * (multiple / integer_i) / multiple.
  const shift = commonShift(divisor);
  const integers = Array.from(divisor, (value) => scaled(value, shift));
  let multiple = 1n;
  for (const integer of new Set(integers)) multiple = (multiple / gcd(multiple, integer)) * integer;
  return {
    factors: integers.map((integer) => (multiple / integer) << BigInt(shift)),
    divisor: multiple,
  };
}

function evaluateLinear(layer: PreparedLinear, x: Vector): Vector {
  const numerators = layer.columns.map((columns, row) => {
    const weights = layer.weights[row]!;
    let sum = layer.bias[row]! * x.denominator;
    for (let i = 0; i < columns.length; i++) {
      const value = x.numerators[columns[i]!]!;
      if (value !== 0n) sum += weights[i]! * value;
    }
    return layer.factors === null ? sum : sum * layer.factors[row]!;
  });
  return reduced({ numerators, denominator: x.denominator * layer.scale * layer.divisor });
}

function evaluateRelu(layer: ReluLayer, z: Vector): Vector {
  if (layer.slope === 0) {
    return { numerators: z.numerators.map((value) => (value > 0n ? value : 0n)), denominator: z.denominator };
  }
  const shift = commonShift([layer.slope]);
  const slope = scaled(layer.slope, shift);
  const one = 1n << BigInt(shift);
  return {
    numerators: z.numerators.map((value) => value * (value > 0n ? one : slope)),
    denominator: z.denominator * one,
  };
}

function evaluateMax(layer: MaxLayer, x: Vector): Vector {
  const numerators: bigint[] = [];
  for (let row = 0; row + 1 < layer.rowStart.length; row++) {
    const start = layer.rowStart[row]!;
    let best = x.numerators[layer.col[start]!]!;
    for (let at = start + 1; at < layer.rowStart[row + 1]!; at++) {
      const value = x.numerators[layer.col[at]!]!;
      if (value > best) best = value;
    }
    numerators.push(best);
  }
  return { numerators, denominator: x.denominator };
}

/** Concatenation over a common denominator. */
function joinVectors(vectors: readonly Vector[]): Vector {
  if (vectors.length === 1) return vectors[0]!;
  let denominator = 1n;
  for (const vector of vectors) {
    denominator = (denominator / gcd(denominator, vector.denominator)) * vector.denominator;
  }
  const numerators = vectors.flatMap((vector) => {
    const factor = denominator / vector.denominator;
    return vector.numerators.map((value) => value * factor);
  });
  return { numerators, denominator };
}

/** Removes the common power of two, so that numbers grow only with the information in them. */
function reduced(vector: Vector): Vector {
  const bits = vector.numerators.reduce((union, value) => union | value, vector.denominator);
  const lowest = bits & -bits;
  if (lowest === 1n) return vector;
  return {
    numerators: vector.numerators.map((value) => value / lowest),
    denominator: vector.denominator / lowest,
  };
}

function dyadicVector(values: Float64Array): Vector {
  const shift = commonShift(values);
  return {
    numerators: Array.from(values, (value) => scaled(value, shift)),
    denominator: 1n << BigInt(shift),
  };
}

const view = new DataView(new ArrayBuffer(8));

/** value = mantissa * 2^exponent with an integer mantissa (IEEE 754 binary64). */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** Least s >= 0 such that every value times 2^s is an integer. */
function commonShift(values: ArrayLike<number>): number {
  let shift = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw new Error(`not a rational number: ${value}`);
    // Multiplying by 2^shift is exact unless it overflows, and Infinity is no integer.
    if (shift < 1000 && Number.isInteger(value * 2 ** shift)) continue;
    const { mantissa, exponent } = decompose(value);
    if (mantissa === 0n) continue;
    shift = Math.max(shift, -exponent - trailingZeros(mantissa));
  }
  return shift;
}

function trailingZeros(value: bigint): number {
  let count = 0;
  for (let rest = value; (rest & 1n) === 0n; rest >>= 1n) count++;
  return count;
}

/** value * 2^shift, which must be an integer. */
function scaled(value: number, shift: number): bigint {
  const { mantissa, exponent } = decompose(value);
  const by = BigInt(exponent + shift);
  return by >= 0n ? mantissa << by : mantissa >> -by;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
