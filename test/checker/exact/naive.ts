/**
 * A second, slow and literal implementation of everything the exact core does, for comparison: fractions that
 * are never reduced, doubles decoded by the IEEE-754 formula, layers by their definitions.
 */
import type { Layer, LinearMap, Network } from '../../../src/network/network.js';

export interface Fraction {
  readonly n: bigint;
  /** > 0 */
  readonly d: bigint;
}

export const frac = (n: bigint, d = 1n): Fraction => ({ n, d });
export const plus = (a: Fraction, b: Fraction): Fraction => frac(a.n * b.d + b.n * a.d, a.d * b.d);
export const times = (a: Fraction, b: Fraction): Fraction => frac(a.n * b.n, a.d * b.d);
/** a - b has the sign of this. */
export const order = (a: Fraction, b: Fraction): bigint => a.n * b.d - b.n * a.d;
export const same = (a: Fraction, b: Fraction): boolean => order(a, b) === 0n;

/** (-1)^s * m * 2^(e - 1075), with the hidden bit unless the exponent field is 0 (IEEE 754-2019, 3.4). */
export function decode(x: number): Fraction {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const pattern = view.getBigUint64(0);
  const field = Number((pattern >> 52n) & 0x7ffn);
  const fraction = pattern & 0xfffffffffffffn;
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (field === 0 ? 1 : field) - 1075;
  const signed = pattern >> 63n === 1n ? -mantissa : mantissa;
  return exponent >= 0 ? frac(signed << BigInt(exponent)) : frac(signed, 1n << BigInt(-exponent));
}

export function doubleFromPattern(pattern: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, pattern);
  return view.getFloat64(0);
}

/** The weight between an output and an input element, by the definition of each kind of map. */
export function weightBetween(map: LinearMap, row: number, col: number): Fraction {
  let sum = frac(0n);
  if (map.kind === 'dense') return decode(map.weight[row * map.cols + col]!);
  if (map.kind === 'sparse') {
    for (let k = map.rowStart[row]!; k < map.rowStart[row + 1]!; k++) {
      if (map.col[k] === col) sum = plus(sum, decode(map.weight[k]!));
    }
    return sum;
  }
  const [oc, oy, ox] = split(row, map.outHeight, map.outWidth);
  const [ic, iy, ix] = split(col, map.inHeight, map.inWidth);
  const perGroup = map.inChannels / map.groups;
  const group = Math.floor(oc / (map.outChannels / map.groups));
  if (Math.floor(ic / perGroup) !== group) return sum;
  for (let ky = 0; ky < map.kernelHeight; ky++) {
    for (let kx = 0; kx < map.kernelWidth; kx++) {
      const hitsY = oy * map.strides[0] + ky * map.dilations[0] === iy + map.padTop;
      const hitsX = ox * map.strides[1] + kx * map.dilations[1] === ix + map.padLeft;
      if (!hitsY || !hitsX) continue;
      const at = ((oc * perGroup + (ic % perGroup)) * map.kernelHeight + ky) * map.kernelWidth + kx;
      sum = plus(sum, decode(map.weight[at]!));
    }
  }
  return sum;
}

function split(flat: number, height: number, width: number): [number, number, number] {
  return [Math.floor(flat / (height * width)), Math.floor(flat / width) % height, flat % width];
}

function naiveLayer(layer: Layer, x: readonly Fraction[]): Fraction[] {
  switch (layer.kind) {
    case 'linear':
      return Array.from({ length: layer.map.rows }, (_, i) => {
        let sum = decode(layer.bias[i]!);
        for (let j = 0; j < layer.map.cols; j++)
          sum = plus(sum, times(weightBetween(layer.map, i, j), x[j]!));
        const by = decode(layer.divisor?.[i] ?? 1);
        return times(sum, frac(by.d, by.n));
      });
    case 'relu':
      return x.map((z) => (z.n > 0n ? z : times(z, decode(layer.slope))));
    case 'max':
      return Array.from({ length: layer.rowStart.length - 1 }, (_, i) => {
        const listed = Array.from(
          layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!),
          (c) => x[c]!,
        );
        return listed.reduce((best, value) => (order(value, best) > 0n ? value : best));
      });
  }
}

/** All tensors by definition. */
export function naiveEvaluate(network: Network, input: readonly Fraction[]): Fraction[][] {
  const values: Fraction[][] = [];
  values[network.input] = [...input];
  for (const layer of network.layers) {
    const ids = layer.kind === 'linear' ? layer.inputs : [layer.input];
    values[layer.output] = naiveLayer(
      layer,
      ids.flatMap((id) => values[id]!),
    );
  }
  return values;
}
