/** Small models for tests, and the comparison with onnxruntime that most of them end in. */
import { expect } from 'vitest';
import { compareWithOracle, randomSamples } from '../../src/network/compare-oracle.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import {
  type AttributeSpec,
  type ElementType,
  encodeModel,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
  tensor,
} from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';

/** Reproducible numbers in [-1, 1]. */
export function randoms(count: number, seed = 1): Float64Array {
  return randomSamples(count, 2, seed)[1]!;
}

/** A float tensor of reproducible numbers in [-1, 1]. */
export function weights(dims: readonly number[], seed = 1, type: ElementType = 'float32'): TensorSpec {
  return tensor(
    type,
    dims,
    randoms(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  );
}

export function int64s(...values: number[]): TensorSpec {
  return tensor('int64', [values.length], values);
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeSpec>> = {},
): NodeSpec {
  return { op, inputs, outputs: [output], name: `${op}_${output}`, attributes };
}

export interface ChainOptions extends Partial<Omit<ModelSpec, 'nodes' | 'inputs'>> {
  readonly type?: ElementType;
}

/** A model with the input `x` and the output `y`. */
export function model(
  dims: readonly (number | string)[],
  nodes: readonly NodeSpec[],
  initializers: Readonly<Record<string, TensorSpec>> = {},
  options: ChainOptions = {},
): Uint8Array {
  const type = options.type ?? 'float32';
  return encodeModel({
    nodes,
    initializers,
    inputs: [{ name: 'x', type, dims }],
    outputs: [{ name: 'y', type }],
    ...options,
  });
}

export function lowerBytes(bytes: Uint8Array): Network {
  return lowerModel(decodeModel(bytes));
}

/** Lowers the model and requires that onnxruntime agrees on all tensors that both know, the output included. */
export async function agrees(bytes: Uint8Array, samples: readonly Float64Array[] = []): Promise<Network> {
  const network = lowerBytes(bytes);
  const comparison = await compareWithOracle(network, bytes, samples, { random: 4, seed: 7 });
  expect(comparison.tensors).toContain(network.tensors[network.output]!.name);
  return network;
}

/** Kinds of the layers, with the kind of map: `conv`, `dense`, `sparse`, `relu`, `max`. */
export function kinds(network: Network): string[] {
  return network.layers.map((layer) => (layer.kind === 'linear' ? layer.map.kind : layer.kind));
}
