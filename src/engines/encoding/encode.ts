/**
 * Linear model of "some point of the region lies behind this cut tensor".
 *
 * Requires: a network, bounds of the obligation's region (bounds/interval.ts), and a cut tensor to start from.
 * Returns: a LinearModel with an optional objective, and where things are in it. Exact style: feasible if the
 * region has a point (exactly then, up to solver tolerances, when the start is the input). Relaxed style: its LP
 * relaxation by triangles. Sound: an encoding from a later cut tensor only forgets constraints, so "infeasible"
 * carries over to the whole network; likewise every relaxation.
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
  type TensorId,
} from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { ModelBuilder, type Term } from '../../solvers/model-builder.js';
import type { LinearModel } from '../../solvers/solver.js';
import { assertNever } from '../../util/errors.js';
import { concatenate, constants, type Elements, pushTerm } from './elements.js';
import { encodeMax, type MaxLayout } from './encode-max.js';
import { encodeRelu, type ReluLayout } from './encode-relu.js';

export type InteriorGoal = 'interior' | 'inside' | 'followers';

export interface EncodeOptions {
  /** Cut tensor to start from (network/cuts.ts); the network input for the whole network. */
  readonly start: TensorId;
  readonly style: 'exact' | 'relaxed';
  /**
   * `constraints`: the output constraints are rows, no objective. `objective`: minimise minus the first output
   * constraint (its largest value is then minus the optimum), no rows. `conjunction`: rows, and a free column, maximised,
   * that every output constraint's excess must reach: several constraints at once. `interior`: rows, and a column t in [0, 1],
   * maximised, that every literal and output constraint must exceed: for candidates that survive rounding. `inside`
   * asks that of literals only, `followers` of active literals only, which is what following a NAP takes.
   */
  readonly goal: 'constraints' | 'objective' | 'conjunction' | InteriorGoal;
  /** Winning candidate of each element of a max layer, to encode only the inputs where it wins. */
  readonly winner?: (layer: MaxLayer, output: number) => number;
}

export interface Encoding {
  readonly model: LinearModel;
  readonly binaries: number;
  readonly start: TensorId;
  /** Elements of each encoded tensor. */
  readonly elements: ReadonlyMap<TensorId, Elements>;
  /** Row that defines each element of a linear layer's output; -1 where it has none. */
  readonly definitions: ReadonlyMap<TensorId, Int32Array>;
  readonly relus: readonly ReluLayout[];
  readonly maxes: readonly MaxLayout[];
  /** Rows of the output constraints, for the goals that have them. */
  readonly outputRows: readonly number[];
  /** Column of the least excess of the output constraints, for the goal `conjunction`. */
  readonly lead: number | null;
}

export function encode(
  network: Network,
  bounds: Bounds,
  obligation: Obligation,
  options: EncodeOptions,
): Encoding {
  const { start, style, goal, winner } = options;
  const builder = new ModelBuilder();
  const interior = goal === 'constraints' || goal === 'objective' || goal === 'conjunction' ? null : goal;
  const slack: Term[] = interior === null ? [] : [{ col: builder.column('interior', 0, 1, -1), value: -1 }];
  const elements = new Map<TensorId, Elements>([[start, encodeFree(builder, network, bounds, start)]]);
  if (start === network.input && network.section !== undefined) encodeSection(builder, elements.get(start)!);
  const definitions = new Map<TensorId, Int32Array>();
  const relus: ReluLayout[] = [];
  const maxes: MaxLayout[] = [];
  for (let n = producedAt(network, start) + 1; n < network.layers.length; n++) {
    const layer = network.layers[n]!;
    switch (layer.kind) {
      case 'linear':
        elements.set(
          layer.output,
          encodeLinear(builder, network, bounds, elements, definitions, layer, style),
        );
        break;
      case 'relu': {
        const encoded = encodeRelu(builder, network, bounds, elements.get(layer.input)!, layer, style);
        elements.set(layer.output, encoded.elements);
        relus.push(encoded.layout);
        break;
      }
      case 'max': {
        const encoded = encodeMax(
          builder,
          network,
          bounds,
          elements.get(layer.input)!,
          layer,
          style,
          winner === undefined ? null : (output) => winner(layer, output),
        );
        elements.set(layer.output, encoded.elements);
        maxes.push(encoded.layout);
        break;
      }
      default:
        assertNever(layer, 'layer');
    }
  }
  const outputRows: number[] = [];
  const lead = goal === 'conjunction' ? builder.column('lead', -Infinity, Infinity, -1) : null;
  const logits = elements.get(network.output)!;
  if (goal !== 'objective') {
    obligation.outputs.forEach((constraint, k) => {
      const terms: Term[] = [];
      let bound = constraint.bound;
      for (const { output, coefficient } of constraint.terms)
        bound -= pushTerm(terms, logits, output, coefficient);
      outputRows.push(builder.rows);
      builder.row(
        `output${k}`,
        [...terms, ...(goal === 'interior' ? slack : lead === null ? [] : [{ col: lead, value: -1 }])],
        bound,
        Infinity,
      );
    });
  } else {
    for (const { output, coefficient } of obligation.outputs[0]?.terms ?? []) {
      if (logits.col[output]! >= 0) builder.addCost(logits.col[output]!, -coefficient);
    }
  }
  if (interior !== null) {
    const inactive = interior === 'followers' ? [] : slack;
    encodeInteriorLiterals(builder, network, obligation, elements, { active: slack, inactive });
  }
  return {
    model: builder.build(),
    binaries: builder.binaries,
    start,
    elements,
    definitions,
    relus,
    maxes,
    outputRows,
    lead,
  };
}

/** Values of a tensor's elements at a solution of the model. */
export function valuesAt(elements: Elements, x: Float64Array): Float64Array {
  return elements.constant.map((value, i) => (elements.col[i]! < 0 ? value : x[elements.col[i]!]!));
}

/** z >= t for active, z <= -t for inactive literals; t is 0 where there is no slack. */
function encodeInteriorLiterals(
  builder: ModelBuilder,
  network: Network,
  obligation: Obligation,
  elements: ReadonlyMap<TensorId, Elements>,
  slack: { readonly active: readonly Term[]; readonly inactive: readonly Term[] },
): void {
  for (const { layer, offset, size, tensor } of neuronBlocks(network)) {
    const z = elements.get(layer.input);
    if (z === undefined) continue;
    for (const phases of obligation.naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE || z.col[i]! < 0) continue;
        const margin = phase > 0 ? slack.active : slack.inactive;
        builder.row(
          `inside ${tensor.name}[${i}]`,
          [{ col: z.col[i]!, value: phase }, ...margin],
          0,
          Infinity,
        );
      }
    }
  }
}

/** sum x = 1 over the input's elements. */
function encodeSection(builder: ModelBuilder, { col, constant }: Elements): void {
  const terms: Term[] = [];
  let rest = 1;
  for (let i = 0; i < col.length; i++) {
    if (col[i]! < 0) rest -= constant[i]!;
    else terms.push({ col: col[i]!, value: 1 });
  }
  if (terms.length > 0) builder.row('section', terms, rest, rest);
}

/** One free column per element within its bounds. */
function encodeFree(builder: ModelBuilder, network: Network, bounds: Bounds, tensor: TensorId): Elements {
  const { name, size } = network.tensors[tensor]!;
  const elements = constants(size);
  for (let i = 0; i < size; i++) {
    const l = bounds.lower[tensor]![i]!;
    const u = bounds.upper[tensor]![i]!;
    if (l === u) elements.constant[i] = l;
    else elements.col[i] = builder.column(`${name}[${i}]`, l, u);
  }
  return elements;
}

/** z = (W x + b) / d as equality rows, or ranges where the layer has tolerances; copies reuse the column, neurons that are off for any input need nothing. */
function encodeLinear(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  elements: ReadonlyMap<TensorId, Elements>,
  definitions: Map<TensorId, Int32Array>,
  layer: LinearLayer,
  style: EncodeOptions['style'],
): Elements {
  const { name, size } = network.tensors[layer.output]!;
  const out = constants(size);
  const rows = new Int32Array(size).fill(-1);
  definitions.set(layer.output, rows);
  const input = concatenate(layer.inputs.map((id) => elements.get(id)!));
  const lower = bounds.lower[layer.output]!;
  const upper = bounds.upper[layer.output]!;
  const ends = inputEnds(bounds, layer);
  const onlyRelus = network.layers.every((other) =>
    other.kind === 'linear'
      ? !other.inputs.includes(layer.output)
      : other.input !== layer.output || (other.kind === 'relu' && other.slope === 0),
  );
  for (let row = 0; row < size; row++) {
    const terms: Term[] = [];
    let constant = layer.bias[row]!;
    let highest = constant;
    forEachTerm(layer.map, row, (col, weight) => {
      constant += pushTerm(terms, input, col, weight);
      highest += weight * (weight > 0 ? ends.upper[col]! : ends.lower[col]!);
    });
    const divisor = layer.divisor?.[row] ?? 1;
    const tolerance = divisor * (layer.tolerance?.[row] ?? 0);
    const only = terms.length === 1 && tolerance === 0 ? terms[0]! : null;
    if (terms.length === 0 && tolerance === 0) out.constant[row] = constant / divisor;
    else if (onlyRelus && layer.output !== network.output && upper[row]! <= 0 && highest + tolerance <= 0) {
    } else if (style === 'exact' && only !== null && only.value === 1 && constant === 0 && divisor === 1) {
      // A copy (a relaxation keeps its row, whose multiplier a proof needs); it still owes the bounds of its own tensor (literals, splits).
      out.col[row] = only.col;
      builder.row(`box ${name}[${row}]`, [{ col: only.col, value: 1 }], lower[row]!, upper[row]!);
    } else {
      const col = builder.column(`${name}[${row}]`, lower[row]!, upper[row]!);
      out.col[row] = col;
      rows[row] = builder.rows;
      builder.row(
        `def ${name}[${row}]`,
        [...terms, { col, value: -divisor }],
        -constant - tolerance,
        -constant + tolerance,
      );
    }
  }
  return out;
}

function inputEnds(
  bounds: Bounds,
  { inputs }: LinearLayer,
): { readonly lower: Float64Array; readonly upper: Float64Array } {
  const join = (parts: readonly Float64Array[]): Float64Array =>
    inputs.length === 1 ? parts[inputs[0]!]! : Float64Array.from(inputs.flatMap((id) => [...parts[id]!]));
  return { lower: join(bounds.lower), upper: join(bounds.upper) };
}
