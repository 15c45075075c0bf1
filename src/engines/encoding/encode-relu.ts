/**
 * A ReLU layer in a linear model: exactly (big-M, one binary per unstable neuron; Tjeng, Xiao, Tedrake 2019) or as
 * its triangle relaxation (Ehlers 2017). A neuron whose phase its bounds fix needs neither.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { Network, ReluLayer } from '../../network/network.js';
import type { ModelBuilder } from '../../solvers/model-builder.js';
import { constants, type Elements, UnboundedEncodingError } from './elements.js';

/** Where a relaxed ReLU layer's neurons are in the model; -1 where they have no column or row. */
export interface ReluLayout {
  readonly layer: ReluLayer;
  /** Pre- and post-activation columns. */
  readonly z: Int32Array;
  readonly a: Int32Array;
  /** Row a - z >= 0 of an unstable neuron; its upper side at 0 fixes the neuron active. */
  readonly above: Int32Array;
  /** Row a - chord z <= constant of an unstable neuron; -1 without one. */
  readonly chord: Int32Array;
}

export interface EncodedRelu {
  readonly elements: Elements;
  readonly layout: ReluLayout;
}

export function encodeRelu(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  input: Elements,
  layer: ReluLayer,
  style: 'exact' | 'relaxed',
): EncodedRelu {
  const { name, size } = network.tensors[layer.output]!;
  const out = constants(size);
  const above = new Int32Array(size).fill(-1);
  const chord = new Int32Array(size).fill(-1);
  const { slope } = layer;
  for (let i = 0; i < size; i++) {
    const z = input.col[i]!;
    if (z < 0) {
      const value = input.constant[i]!;
      out.constant[i] = value > 0 ? value : slope * value;
      continue;
    }
    const l = bounds.lower[layer.input]![i]!;
    const u = bounds.upper[layer.input]![i]!;
    if (l >= 0) out.col[i] = z;
    else if (u <= 0) {
      if (slope !== 0) out.col[i] = leak(builder, `${name}[${i}]`, z, slope);
    } else {
      const a = builder.column(
        `${name}[${i}]`,
        bounds.lower[layer.output]![i]!,
        bounds.upper[layer.output]![i]!,
      );
      out.col[i] = a;
      above[i] = builder.rows;
      builder.row(
        `above ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -1 },
        ],
        0,
        Infinity,
      );
      if (slope !== 0) {
        builder.row(
          `leak ${name}[${i}]`,
          [
            { col: a, value: 1 },
            { col: z, value: -slope },
          ],
          0,
          Infinity,
        );
      }
      if (style === 'exact') bigM(builder, `${name}[${i}]`, { a, z, l, u, slope });
      else {
        const line = chordOver(l, u, slope);
        if (line === null) continue;
        chord[i] = builder.rows;
        const terms = [
          { col: a, value: 1 },
          { col: z, value: -line.chord },
        ];
        builder.row(`chord ${name}[${i}]`, terms, -Infinity, line.constant);
      }
    }
  }
  return { elements: out, layout: { layer, z: input.col, a: out.col, above, chord } };
}

interface Neuron {
  readonly a: number;
  readonly z: number;
  readonly l: number;
  readonly u: number;
  readonly slope: number;
}

function leak(builder: ModelBuilder, name: string, z: number, slope: number): number {
  const a = builder.column(name, -Infinity, Infinity);
  builder.row(
    `leak ${name}`,
    [
      { col: a, value: 1 },
      { col: z, value: -slope },
    ],
    0,
    0,
  );
  return a;
}

/** d = 1: a <= z (and z >= 0); d = 0: a <= slope z (and z <= 0). */
function bigM(builder: ModelBuilder, name: string, { a, z, l, u, slope }: Neuron): void {
  if (!Number.isFinite(l) || !Number.isFinite(u))
    throw new UnboundedEncodingError(`${name} has no finite bounds`);
  const d = builder.binary(`on ${name}`);
  const [off, on] = [(1 - slope) * u, (1 - slope) * l];
  builder.row(
    `off ${name}`,
    [
      { col: a, value: 1 },
      { col: z, value: -slope },
      { col: d, value: -off },
    ],
    -Infinity,
    0,
  );
  builder.row(
    `on ${name}`,
    [
      { col: a, value: 1 },
      { col: z, value: -1 },
      { col: d, value: -on },
    ],
    -Infinity,
    -on,
  );
}

/**
 * The chord from (l, slope l) to (u, u) of an unstable neuron, or its limit for an infinite end: relu(z) is at most
 * chord z + constant. Null if both ends are infinite.
 */
export function chordOver(
  l: number,
  u: number,
  slope: number,
): { readonly chord: number; readonly constant: number } | null {
  if (l === -Infinity && u === Infinity) return null;
  const chord = u === Infinity ? 1 : l === -Infinity ? slope : (u - slope * l) / (u - l);
  return { chord, constant: u === Infinity ? (slope - 1) * l : u - chord * u };
}
