/** Reference evaluation in float64, straight from the layers. */
import { assertNever } from '../util/errors.js';
import { applyMap } from './linear-map.js';
import type { Layer, LinearLayer, Network } from './network.js';

/** Values of all tensors for one input, by tensor id. */
export interface Evaluation {
  readonly kind: 'evaluation';
  readonly tensors: readonly Float64Array[];
}

/** Evaluates one sample (`input` of the input tensor's size) in float64; every tensor is kept. */
export function forward(network: Network, input: Float64Array): Evaluation {
  const size = network.tensors[network.input]!.size;
  if (input.length !== size)
    throw new RangeError(`input has ${input.length} elements, the network takes ${size}`);
  const tensors = network.tensors.map((tensor) => new Float64Array(tensor.size));
  tensors[network.input]!.set(input);
  for (const layer of network.layers) evaluateLayer(layer, tensors);
  return { kind: 'evaluation', tensors };
}

/** Logits of one sample in float64. */
export function logitsOf(network: Network, input: Float64Array): Float64Array {
  return forward(network, input).tensors[network.output]!;
}

/** First index of the largest value, and all indices that share it (a tie if more than one). */
export function argmax(values: ArrayLike<number>): {
  readonly index: number;
  readonly ties: readonly number[];
} {
  let index = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[index]!) index = i;
  const ties: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] === values[index]) ties.push(i);
  return { index, ties };
}

/** Class of one sample in float64 (first index on a tie). */
export function predict(network: Network, input: Float64Array): number {
  return argmax(logitsOf(network, input)).index;
}

/** Computes one layer's output tensor in place, from `tensors` by id. */
export function evaluateLayer(layer: Layer, tensors: readonly Float64Array[]): void {
  const out = tensors[layer.output]!;
  switch (layer.kind) {
    case 'linear': {
      applyMap(layer.map, gather(layer, tensors), out);
      const { bias, divisor } = layer;
      for (let i = 0; i < out.length; i++) {
        const sum = out[i]! + bias[i]!;
        out[i] = divisor === null ? sum : sum / divisor[i]!;
      }
      return;
    }
    case 'relu': {
      const z = tensors[layer.input]!;
      for (let i = 0; i < out.length; i++) out[i] = z[i]! > 0 ? z[i]! : layer.slope * z[i]! + 0;
      return;
    }
    case 'max': {
      const x = tensors[layer.input]!;
      for (let i = 0; i < out.length; i++) {
        let best = x[layer.col[layer.rowStart[i]!]!]!;
        for (let k = layer.rowStart[i]! + 1; k < layer.rowStart[i + 1]!; k++) {
          const value = x[layer.col[k]!]!;
          if (value > best) best = value;
        }
        out[i] = best;
      }
      return;
    }
    default:
      assertNever(layer, 'layer');
  }
}

/** The concatenated inputs of a linear layer; the tensor itself where there is only one. */
export function gather(layer: LinearLayer, tensors: readonly Float64Array[]): Float64Array {
  if (layer.inputs.length === 1) return tensors[layer.inputs[0]!]!;
  const x = new Float64Array(layer.map.cols);
  let offset = 0;
  for (const input of layer.inputs) {
    x.set(tensors[input]!, offset);
    offset += tensors[input]!.length;
  }
  return x;
}
