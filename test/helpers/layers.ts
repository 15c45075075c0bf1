/** Networks written out by hand, as IR objects. */
import type { DenseMap, Layer, LinearLayer, LinearMap, Network } from '../../src/network/network.js';

/** Builds a network from layers whose tensors are 0, 1, 2, ... with the given sizes; the last is the output. */
export function network(
  sizes: readonly number[],
  layers: readonly Layer[],
  elementType: Network['elementType'] = 'float64',
): Network {
  const tensors = sizes.map((size, id) => ({ name: `t${id}`, shape: [size], size }));
  return { kind: 'network', tensors, layers, input: 0, output: sizes.length - 1, elementType, notes: [] };
}

export function denseRows(rows: readonly (readonly number[])[]): DenseMap {
  const cols = rows[0]?.length ?? 0;
  return { kind: 'dense', rows: rows.length, cols, weight: Float64Array.from(rows.flat()) };
}

export function linear(
  inputs: readonly number[],
  output: number,
  map: LinearMap,
  bias: readonly number[],
  divisor: readonly number[] | null = null,
): LinearLayer {
  return {
    kind: 'linear',
    node: `linear${output}`,
    inputs,
    output,
    map,
    bias: Float64Array.from(bias),
    divisor: divisor === null ? null : Float64Array.from(divisor),
  };
}

/** A linear layer with a dense map. */
export function dense(
  inputs: readonly number[],
  output: number,
  rows: readonly (readonly number[])[],
  bias: readonly number[],
  divisor: readonly number[] | null = null,
): LinearLayer {
  return linear(inputs, output, denseRows(rows), bias, divisor);
}

export function relu(input: number, output: number, slope = 0): Layer {
  return { kind: 'relu', node: `relu${output}`, input, output, slope };
}
