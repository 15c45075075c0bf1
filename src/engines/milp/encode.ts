/**
 * Mixed-integer encoding of "some point of the region lies behind this cut tensor".
 *
 * Requires: a network, bounds of the obligation's region (interval.ts), and a cut tensor to start from; bounds
 * must be finite where a big-M needs them. Returns: a LinearModel without objective; it is feasible if the
 * region has a point (exactly then, up to solver tolerances, when the start is the input).
 * Method: big-M from the bounds (Tjeng, Xiao, Tedrake 2019), no binary for a neuron whose phase is fixed by a
 * literal or its bounds; max-pooling with one binary per candidate. Sound: an encoding from a later cut tensor
 * only forgets constraints, so "infeasible" carries over to the whole network.
 */
import type { Bounds } from '../../bounds/interval.js';
import { FREE } from '../../nap/nap.js';
import { producedAt } from '../../network/cuts.js';
import { forEachTerm } from '../../network/linear-map.js';
import {
  type LinearLayer,
  type MaxLayer,
  type Network,
  neuronBlocks,
  type ReluLayer,
  type TensorId,
} from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { ModelBuilder, type Term } from '../../solvers/model-builder.js';
import type { LinearModel } from '../../solvers/solver.js';
import { assertNever } from '../../util/errors.js';

export interface EncodeOptions {
  /** Cut tensor to start from (network/cuts.ts); the network input for the exact encoding. */
  readonly start: TensorId;
  /**
   * Adds a column t in [0, 1], maximised, that every literal and output constraint must exceed: a solution
   * is a point well inside the region, which survives rounding. Only for candidates, never for proofs.
   */
  readonly interior?: boolean;
}

export interface Encoding {
  readonly model: LinearModel;
  readonly binaries: number;
  /** Column of each element of the start tensor; -1 where it is the constant in `startValue`. */
  readonly startColumn: Int32Array;
  readonly startValue: Float64Array;
}

/** A big-M needs finite bounds and some element has none: the caller answers `unknown`. */
export class UnboundedEncodingError extends Error {
  override readonly name = 'UnboundedEncodingError';
}

/** An element of a tensor in the model: a column, or a constant where col is -1. */
interface Elements {
  readonly col: Int32Array;
  readonly constant: Float64Array;
}

export function encode(
  network: Network,
  bounds: Bounds,
  obligation: Obligation,
  options: EncodeOptions,
): Encoding {
  const { start, interior = false } = options;
  const builder = new ModelBuilder();
  const slack: Term[] = interior ? [{ col: builder.column('interior', 0, 1, -1), value: -1 }] : [];
  const elements = new Map<TensorId, Elements>();
  const first = encodeFree(builder, network, bounds, start);
  elements.set(start, first);
  for (let n = producedAt(network, start) + 1; n < network.layers.length; n++) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        elements.set(layer.output, encodeLinear(builder, network, bounds, elements, layer));
        break;
      case 'relu':
        elements.set(layer.output, encodeRelu(builder, network, bounds, elements.get(layer.input)!, layer));
        break;
      case 'max':
        elements.set(layer.output, encodeMax(builder, network, bounds, elements.get(layer.input)!, layer));
        break;
      default:
        assertNever(layer, 'layer');
    }
  }
  const logits = elements.get(network.output)!;
  obligation.outputs.forEach((constraint, k) => {
    const terms: Term[] = [];
    let bound = constraint.bound;
    for (const { output, coefficient } of constraint.terms) {
      bound -= pushTerm(terms, logits, output, coefficient);
    }
    builder.row(`output${k}`, [...terms, ...slack], bound, Infinity);
  });
  if (interior) encodeInteriorLiterals(builder, network, obligation, elements, slack);
  return {
    model: builder.build(),
    binaries: builder.binaries,
    startColumn: first.col,
    startValue: first.constant,
  };
}

/** z >= t for active, z <= -t for inactive literals. */
function encodeInteriorLiterals(
  builder: ModelBuilder,
  network: Network,
  obligation: Obligation,
  elements: ReadonlyMap<TensorId, Elements>,
  slack: readonly Term[],
): void {
  for (const { layer, offset, size, tensor } of neuronBlocks(network)) {
    const z = elements.get(layer.input);
    if (z === undefined) continue;
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE || z.col[i]! < 0) continue;
        builder.row(`inside ${tensor.name}[${i}]`, [{ col: z.col[i]!, value: phase }, ...slack], 0, Infinity);
      }
    }
  }
}

/** One free column per element within its bounds. */
function encodeFree(builder: ModelBuilder, network: Network, bounds: Bounds, tensor: TensorId): Elements {
  const { name, size } = network.tensors[tensor]!;
  const elements = { col: new Int32Array(size).fill(-1), constant: new Float64Array(size) };
  for (let i = 0; i < size; i++) {
    const l = bounds.lower[tensor]![i]!;
    const u = bounds.upper[tensor]![i]!;
    if (l === u) elements.constant[i] = l;
    else elements.col[i] = builder.column(`${name}[${i}]`, l, u);
  }
  return elements;
}

/** z = (W x + b) / d as equality rows; single-term copies reuse the column. */
function encodeLinear(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  elements: ReadonlyMap<TensorId, Elements>,
  layer: LinearLayer,
): Elements {
  const { name, size } = network.tensors[layer.output]!;
  const out = { col: new Int32Array(size).fill(-1), constant: new Float64Array(size) };
  const input = concatenate(layer.inputs.map((id) => elements.get(id)!));
  const lower = bounds.lower[layer.output]!;
  const upper = bounds.upper[layer.output]!;
  for (let row = 0; row < size; row++) {
    const terms: Term[] = [];
    let constant = layer.bias[row]!;
    forEachTerm(layer.map, row, (col, weight) => {
      constant += pushTerm(terms, input, col, weight);
    });
    const divisor = layer.divisor?.[row] ?? 1;
    const only = terms.length === 1 ? terms[0]! : null;
    if (terms.length === 0) out.constant[row] = constant / divisor;
    else if (only !== null && only.value === 1 && constant === 0 && divisor === 1) {
      // A copy; it still owes the bounds of its own tensor (literals, splits).
      out.col[row] = only.col;
      builder.row(`box ${name}[${row}]`, [{ col: only.col, value: 1 }], lower[row]!, upper[row]!);
    } else {
      const col = builder.column(`${name}[${row}]`, lower[row]!, upper[row]!);
      out.col[row] = col;
      builder.row(`def ${name}[${row}]`, [...terms, { col, value: -divisor }], -constant, -constant);
    }
  }
  return out;
}

function encodeRelu(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  input: Elements,
  layer: ReluLayer,
): Elements {
  const { name, size } = network.tensors[layer.output]!;
  const out = { col: new Int32Array(size).fill(-1), constant: new Float64Array(size) };
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
    if (l >= 0) {
      out.col[i] = z;
    } else if (u <= 0) {
      if (slope === 0) continue;
      const a = builder.column(`${name}[${i}]`, -Infinity, Infinity);
      out.col[i] = a;
      builder.row(
        `leak ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -slope },
        ],
        0,
        0,
      );
    } else {
      if (!Number.isFinite(l) || !Number.isFinite(u))
        throw new UnboundedEncodingError(`${name}[${i}] has no finite bounds`);
      const a = builder.column(
        `${name}[${i}]`,
        bounds.lower[layer.output]![i]!,
        bounds.upper[layer.output]![i]!,
      );
      const d = builder.binary(`on ${name}[${i}]`);
      out.col[i] = a;
      // d = 1: a = z and z >= 0; d = 0: a = slope z and z <= 0.
      builder.row(
        `above z ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -1 },
        ],
        0,
        Infinity,
      );
      builder.row(
        `above slope ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -slope },
        ],
        0,
        Infinity,
      );
      builder.row(
        `off ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -slope },
          { col: d, value: -(1 - slope) * u },
        ],
        -Infinity,
        0,
      );
      builder.row(
        `on ${name}[${i}]`,
        [
          { col: a, value: 1 },
          { col: z, value: -1 },
          { col: d, value: -(1 - slope) * l },
        ],
        -Infinity,
        -(1 - slope) * l,
      );
    }
  }
  return out;
}

function encodeMax(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  input: Elements,
  layer: MaxLayer,
): Elements {
  const { name, size } = network.tensors[layer.output]!;
  const out = { col: new Int32Array(size).fill(-1), constant: new Float64Array(size) };
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  for (let i = 0; i < size; i++) {
    const all = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
    const floor = Math.max(...all.map((k) => lower[k]!));
    const candidates = all.filter((k) => upper[k]! >= floor);
    const only = candidates[0]!;
    if (candidates.length === 1) {
      out.col[i] = input.col[only]!;
      out.constant[i] = input.constant[only]!;
      continue;
    }
    const y = builder.column(
      `${name}[${i}]`,
      bounds.lower[layer.output]![i]!,
      bounds.upper[layer.output]![i]!,
    );
    out.col[i] = y;
    const top = Math.max(...candidates.map((k) => upper[k]!));
    const choice: Term[] = [];
    for (const k of candidates) {
      const terms: Term[] = [{ col: y, value: 1 }];
      const constant = -pushTerm(terms, input, k, -1);
      builder.row(`above ${name}[${i}] ${k}`, terms, constant, Infinity);
      const slack = top - lower[k]!;
      if (!Number.isFinite(slack)) throw new UnboundedEncodingError(`${name}[${i}] has no finite bounds`);
      const d = builder.binary(`winner ${name}[${i}] ${k}`);
      choice.push({ col: d, value: 1 });
      builder.row(
        `winner ${name}[${i}] ${k}`,
        [...terms, { col: d, value: slack }],
        -Infinity,
        constant + slack,
      );
    }
    builder.row(`one winner ${name}[${i}]`, choice, 1, 1);
  }
  return out;
}

/** Appends coefficient * element to the terms, or returns the constant it contributes. */
function pushTerm(terms: Term[], elements: Elements, index: number, coefficient: number): number {
  const col = elements.col[index]!;
  if (col < 0) return coefficient * elements.constant[index]!;
  if (coefficient !== 0) terms.push({ col, value: coefficient });
  return 0;
}

function concatenate(parts: readonly Elements[]): Elements {
  if (parts.length === 1) return parts[0]!;
  return {
    col: Int32Array.from(parts.flatMap((part) => [...part.col])),
    constant: Float64Array.from(parts.flatMap((part) => [...part.constant])),
  };
}
