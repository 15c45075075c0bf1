/** What the graph of dual ascent is fed: vectors of the layers between bounds, one row per domain. */
import { Tensor } from 'onnxruntime-node';
import type { MaxLayer, ReluLayer } from '../../network/network.js';
import type { Bounds } from '../interval.js';
import { defaultPass } from '../push-back.js';
import { RELU_INPUTS } from './graph.js';

/** Stand-in for infinite ends in float32; their forms come out useless, not wrong. */
const HUGE = 1e30;

export function row(values: Float64Array): Tensor {
  return new Tensor('float32', Float32Array.from(values, finite), [1, values.length]);
}

function finite(x: number): number {
  return x === Infinity ? HUGE : x === -Infinity ? -HUGE : x;
}

type ReluInput = (typeof RELU_INPUTS)[number];

/** The vectors that graph.ts names RELU_INPUTS, each [domains, size]. In loops, since batches of domains are all about them. */
export function reluRows(
  { input, slope }: ReluLayer,
  domains: readonly Bounds[],
): readonly (readonly [ReluInput, Tensor])[] {
  const size = domains[0]!.lower[input]!.length;
  const make = (): Float32Array => new Float32Array(domains.length * size);
  const v: Record<ReluInput, Float32Array> = {
    spos: make(),
    tpos: make(),
    alo: make(),
    ahi: make(),
    sign: make(),
    bterm: make(),
    inverse: make(),
  };
  for (let d = 0, at = 0; d < domains.length; d++) {
    const [lower, upper] = [domains[d]!.lower[input]!, domains[d]!.upper[input]!];
    for (let i = 0; i < size; i++, at++) {
      const l = lower[i]!;
      const u = upper[i]!;
      const fixed = l >= 0 || u <= 0;
      const chord = Math.fround(defaultPass(1, l, u, slope));
      v.spos[at] = chord;
      v.alo[at] = fixed ? chord : slope;
      v.ahi[at] = fixed ? chord : 1;
      if (!fixed) v.tpos[at] = Math.min(HUGE, Math.max(0, u - chord * u, slope * l - chord * l));
      v.sign[at] = l >= 0 ? 1 : u <= 0 ? -1 : 0;
      v.bterm[at] = l >= 0 ? -finite(l) : u <= 0 ? finite(u) : 0;
      const width = u - l;
      // An interval of rounding noise (a neuron without weights) must not make an infinite step.
      v.inverse[at] = Number.isFinite(width) && width > 1e-6 ? 1 / width : 1e-3;
    }
  }
  return RELU_INPUTS.map((name) => [name, new Tensor('float32', v[name], [domains.length, size])]);
}

/**
 * Slopes of one form to begin with, written at its place: CROWN's adaptive choice, or known ones where the phase is still
 * open.
 */
export function writeStartSlopes(
  { input, slope }: ReluLayer,
  bounds: Bounds,
  known: Float32Array | undefined,
  out: Float32Array,
  at: number,
): void {
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  for (let i = 0; i < lower.length; i++) {
    const l = lower[i]!;
    const u = upper[i]!;
    out[at + i] = known !== undefined && l < 0 && u > 0 ? known[i]! : -defaultPass(-1, l, u, slope);
  }
}

/** The same choices as the default of a max layer: favourite input, whether it dominates, greatest upper bound. */
export function maxVectors(
  layer: MaxLayer,
  bounds: Bounds,
): { readonly dominated: Float32Array; readonly top: Float32Array; readonly favourite: BigInt64Array } {
  const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
  const size = layer.rowStart.length - 1;
  const dominated = new Float32Array(size);
  const top = new Float32Array(size);
  const favourite = new BigInt64Array(size);
  for (let i = 0; i < size; i++) {
    const inputs = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
    let best = inputs[0]!;
    for (const k of inputs) if (lower[k]! > lower[best]!) best = k;
    favourite[i] = BigInt(best);
    dominated[i] = inputs.every((k) => k === best || upper[k]! <= lower[best]!) ? 1 : 0;
    top[i] = finite(Math.max(...inputs.map((k) => upper[k]!)));
  }
  return { dominated, top, favourite };
}
