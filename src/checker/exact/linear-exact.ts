/**
 * Linear layers in exact arithmetic, in both directions: values forwards, linear forms backwards.
 * Weights become integers times one power of two once per layer.
 */
import type { LinearLayer } from '../../network/network.js';
import { lowestBit, MIN_EXPONENT, scaledToInteger } from './double-bits.js';
import { type ExactVector, exactVector, fromDoubles } from './dyadic-vector.js';
import { readRow, rowBuffer } from './map-rows.js';
import { lcm, type Rational, rational } from './rational.js';

/** 1 / divisor_i = factor[i] * 2^exponent / common; factor null means 1 everywhere. */
interface ExactDivisor {
  readonly exponent: number;
  readonly common: bigint;
  readonly factor: readonly bigint[] | null;
}

interface ExactLayer {
  readonly weight: readonly bigint[];
  readonly weightExponent: number;
  readonly bias: readonly bigint[];
  readonly biasExponent: number;
  readonly divisor: ExactDivisor;
}

const cache = new WeakMap<LinearLayer, ExactLayer>();

function exactLayer(layer: LinearLayer): ExactLayer {
  const known = cache.get(layer);
  if (known !== undefined) return known;
  const weight = fromDoubles(layer.map.weight, `weights of ${layer.node}`);
  const bias = fromDoubles(layer.bias, `bias of ${layer.node}`);
  const converted: ExactLayer = {
    weight: weight.num,
    weightExponent: weight.exponent,
    bias: bias.num,
    biasExponent: bias.exponent,
    divisor: exactDivisor(layer),
  };
  cache.set(layer, converted);
  return converted;
}

function exactDivisor(layer: LinearLayer): ExactDivisor {
  if (layer.divisor === null) return { exponent: 0, common: 1n, factor: null };
  const exponents: number[] = [];
  const odd: bigint[] = [];
  for (const value of layer.divisor) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`divisor ${value} in ${layer.node}`);
    const exponent = lowestBit(value);
    exponents.push(exponent);
    odd.push(scaledToInteger(value, -exponent));
  }
  const largest = exponents.reduce((a, b) => Math.max(a, b), MIN_EXPONENT);
  const common = odd.reduce(lcm, 1n);
  const factor = odd.map((value, i) => (common / value) << BigInt(largest - exponents[i]!));
  const exponent = odd.length === 0 ? 0 : -largest;
  return { exponent, common, factor: factor.every((value) => value === 1n) ? null : factor };
}

/**
 * (W x + bias) / divisor, exact. `x` is the concatenation of the layer's inputs (length map.cols); zeros in
 * it cost nothing.
 */
export function applyLinear(layer: LinearLayer, x: ExactVector): ExactVector {
  const { map } = layer;
  requireLength(x, map.cols, layer);
  const { weight, weightExponent, bias, biasExponent, divisor } = exactLayer(layer);
  const sums = map.kind === 'dense' ? denseSums(weight, x.num, map.rows) : rowSums(layer, weight, x.num);
  const productExponent = weightExponent + x.exponent;
  const exponent = Math.min(productExponent, biasExponent);
  const productShift = BigInt(productExponent - exponent);
  const biasShift = BigInt(biasExponent - exponent);
  const { factor } = divisor;
  for (let i = 0; i < sums.length; i++) {
    const sum = (sums[i]! << productShift) + ((bias[i]! * x.divisor) << biasShift);
    sums[i] = factor === null ? sum : sum * factor[i]!;
  }
  return exactVector(sums, exponent + divisor.exponent, x.divisor * divisor.common);
}

function denseSums(weight: readonly bigint[], x: readonly bigint[], rows: number): bigint[] {
  const cols = x.length;
  const live: number[] = [];
  for (let j = 0; j < cols; j++) if (x[j] !== 0n) live.push(j);
  const sums = new Array<bigint>(rows);
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    let sum = 0n;
    for (let k = 0; k < live.length; k++) {
      const j = live[k]!;
      sum += weight[start + j]! * x[j]!;
    }
    sums[i] = sum;
  }
  return sums;
}

function rowSums(layer: LinearLayer, weight: readonly bigint[], x: readonly bigint[]): bigint[] {
  const buffer = rowBuffer(layer.map);
  const sums = new Array<bigint>(layer.map.rows);
  for (let i = 0; i < layer.map.rows; i++) {
    const count = readRow(layer.map, i, buffer);
    let sum = 0n;
    for (let k = 0; k < count; k++) {
      const value = x[buffer.col[k]!]!;
      if (value !== 0n) sum += weight[buffer.weightAt[k]!]! * value;
    }
    sums[i] = sum;
  }
  return sums;
}

/** A linear form over a layer's inputs: coefficients . x + constant. */
export interface PulledForm {
  readonly coefficients: ExactVector;
  readonly constant: Rational;
}

/**
 * The form y . output written over the layer's inputs, exact: y . ((W x + b) / d) = (W^T (y/d)) . x + (y/d) . b.
 * `y` has length map.rows; the coefficients have length map.cols. Zeros in `y` cost nothing.
 */
export function pullBack(layer: LinearLayer, y: ExactVector): PulledForm {
  const { map } = layer;
  requireLength(y, map.rows, layer);
  const { weight, weightExponent, bias, biasExponent, divisor } = exactLayer(layer);
  const buffer = rowBuffer(map);
  const num = new Array<bigint>(map.cols).fill(0n);
  let constant = 0n;
  for (let i = 0; i < map.rows; i++) {
    if (y.num[i] === 0n) continue;
    const scaled = divisor.factor === null ? y.num[i]! : y.num[i]! * divisor.factor[i]!;
    constant += scaled * bias[i]!;
    const count = readRow(map, i, buffer);
    for (let k = 0; k < count; k++) {
      const value = weight[buffer.weightAt[k]!]!;
      if (value === 0n) continue;
      const j = buffer.col[k]!;
      num[j] = num[j]! + scaled * value;
    }
  }
  const exponent = y.exponent + divisor.exponent;
  const common = y.divisor * divisor.common;
  const up = BigInt(Math.max(exponent + biasExponent, 0));
  const down = BigInt(Math.max(-exponent - biasExponent, 0));
  return {
    coefficients: exactVector(num, exponent + weightExponent, common),
    constant: rational(constant << up, common << down),
  };
}

function requireLength(vector: ExactVector, length: number, layer: LinearLayer): void {
  if (vector.num.length !== length) {
    throw new RangeError(`${layer.node}: vector of length ${vector.num.length} where ${length} is needed`);
  }
}
