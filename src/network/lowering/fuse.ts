/**
 * Simplification that changes no number: bias additions, divisors and permutations are folded into the
 * layer before or behind them where float64 loses nothing, and unused tensors are dropped.
 */
import type { DenseMap, Layer, LinearLayer, LinearMap, Network, SparseMap, TensorId } from '../network.js';
import { isIdentity, isSelection } from './maps.js';

/** Folds until nothing changes, then renumbers the tensors that are left. */
export function simplify(network: Network): Network {
  let layers = [...network.layers];
  for (let changed = true; changed; ) {
    const next = foldOnce(layers, network.output);
    changed = next !== null;
    layers = next ?? layers;
  }
  return renumber(network, layers);
}

/** One pass: every layer is tried against the producer of its input. Null if nothing was folded. */
function foldOnce(layers: readonly Layer[], output: TensorId): Layer[] | null {
  const readers = new Map<TensorId, number>([[output, 1]]);
  for (const layer of layers) {
    for (const input of inputsOf(layer)) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  const producer = new Map<TensorId, LinearLayer>();
  const gone = new Set<Layer>();
  const result: Layer[] = [];
  let changed = false;
  for (const layer of layers) {
    let kept: Layer = layer;
    if (layer.kind === 'linear' && layer.inputs.length === 1) {
      const before = producer.get(layer.inputs[0]!);
      const folded = before !== undefined && readers.get(before.output) === 1 ? fold(before, layer) : null;
      if (before !== undefined && folded !== null) {
        gone.add(before);
        kept = folded;
        changed = true;
      }
    }
    if (kept.kind === 'linear') producer.set(kept.output, kept);
    result.push(kept);
  }
  return changed ? result.filter((layer) => !gone.has(layer)) : null;
}

function inputsOf(layer: Layer): readonly TensorId[] {
  return layer.kind === 'linear' ? layer.inputs : [layer.input];
}

/** `second` after `first` as one layer, or null where that is not exact or not worth it. */
function fold(first: LinearLayer, second: LinearLayer): LinearLayer | null {
  // Weights that happen to be 1 may be something else in a runtime that computes them.
  if (second.derived !== undefined) return null;
  const node = first.node;
  if (second.map.kind === 'sparse' && isIdentity(second.map)) {
    if (isZero(second.bias)) {
      if (first.divisor === null || second.divisor === null) {
        return { ...first, node, output: second.output, divisor: first.divisor ?? second.divisor };
      }
    } else if (first.divisor === null) {
      const bias = disjointSum(first.bias, second.bias);
      if (bias !== null) return { ...first, node, output: second.output, bias, divisor: second.divisor };
    }
  }
  const signs = signsOf(second.map);
  if (signs !== null && first.divisor === null && isZero(second.bias) && first.map.kind !== 'conv') {
    const bias = first.bias.map((value, i) => signs[i]! * value);
    return {
      ...first,
      output: second.output,
      map: signedRows(first.map, signs),
      bias,
      divisor: second.divisor,
    };
  }
  const plain =
    first.divisor === null && isZero(first.bias) && first.inputs.length === 1 && first.derived === undefined;
  if (plain && first.map.kind === 'sparse' && isSelection(first.map)) {
    const map = second.map;
    if (map.kind === 'dense' && isPermutation(first.map)) {
      const weight = new Float64Array(map.weight.length);
      for (let i = 0; i < map.rows; i++) {
        for (let j = 0; j < map.cols; j++)
          weight[i * map.cols + first.map.col[j]!] = map.weight[i * map.cols + j]!;
      }
      return { ...second, inputs: first.inputs, map: { ...map, weight } };
    }
    if (map.kind === 'sparse' && isSelection(map)) {
      const col = map.col.map((j) => (first.map as SparseMap).col[j]!);
      return { ...second, inputs: first.inputs, map: { ...map, cols: first.map.cols, col } };
    }
  }
  return null;
}

/** The diagonal of a map that only changes signs, else null. */
function signsOf(map: LinearMap): Float64Array | null {
  if (map.kind !== 'sparse' || map.rows !== map.cols || map.col.length !== map.rows) return null;
  const diagonal =
    map.rowStart.every((start, i) => start === i) && map.col.every((column, i) => column === i);
  return diagonal && map.weight.every((weight) => Math.abs(weight) === 1) ? map.weight : null;
}

function signedRows(map: DenseMap | SparseMap, signs: Float64Array): DenseMap | SparseMap {
  const weight = new Float64Array(map.weight.length);
  for (let i = 0; i < map.rows; i++) {
    const start = map.kind === 'dense' ? i * map.cols : map.rowStart[i]!;
    const end = map.kind === 'dense' ? start + map.cols : map.rowStart[i + 1]!;
    for (let k = start; k < end; k++) weight[k] = signs[i]! * map.weight[k]!;
  }
  return { ...map, weight };
}

function isPermutation(map: SparseMap): boolean {
  return map.rows === map.cols && new Set(map.col).size === map.rows;
}

function isZero(values: Float64Array): boolean {
  return values.every((value) => value === 0);
}

/**
 * Elementwise sum where one of the two is 0. Sums that merely happen to be exact are left alone: the
 * rounding bound of a replay reads the magnitudes of all terms off the layers.
 */
function disjointSum(a: Float64Array, b: Float64Array): Float64Array | null {
  const sum = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== 0 && b[i] !== 0) return null;
    sum[i] = a[i]! + b[i]!;
  }
  return sum;
}

/** Drops layers that do not reach the output and gives the remaining tensors ids from 0. */
function renumber(network: Network, layers: readonly Layer[]): Network {
  const needed = new Set<TensorId>([network.output]);
  const kept: Layer[] = [];
  for (const layer of [...layers].reverse()) {
    if (!needed.has(layer.output)) continue;
    for (const input of inputsOf(layer)) needed.add(input);
    kept.unshift(layer);
  }
  needed.add(network.input);
  const id = new Map<TensorId, TensorId>();
  for (const old of [network.input, ...kept.map((layer) => layer.output)]) id.set(old, id.size);
  const to = (old: TensorId): TensorId => id.get(old)!;
  const renamed = kept.map(
    (layer): Layer =>
      layer.kind === 'linear'
        ? {
            ...layer,
            inputs: Object.freeze(layer.inputs.map(to)),
            output: to(layer.output),
            map: Object.freeze(layer.map),
          }
        : { ...layer, input: to(layer.input), output: to(layer.output) },
  );
  return Object.freeze({
    ...network,
    tensors: Object.freeze([...id.keys()].map((old) => Object.freeze(network.tensors[old]!))),
    layers: Object.freeze(renamed.map((layer) => Object.freeze(layer))),
    notes: Object.freeze([...network.notes]),
    combined: Object.freeze([...(network.combined ?? [])]),
    input: to(network.input),
    output: to(network.output),
  });
}
