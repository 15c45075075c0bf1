/** A classifier whose answers can be worked out by hand. */
import { encodeModel, type ModelSpec, type TensorSpec, tensor } from '../../src/onnx/encode.js';

/**
 * Two inputs, two ReLU neurons with z = x, logits = relu(z): class 0 where x0 >= max(x1, 0) or neither is
 * positive, else class 1. Pre-activations are the tensor `z`.
 */
export const TINY: ModelSpec = {
  nodes: [
    { op: 'Gemm', name: 'fc1', inputs: ['x', 'w1', 'b1'], outputs: ['z'] },
    { op: 'Relu', name: 'relu', inputs: ['z'], outputs: ['a'] },
    { op: 'Gemm', name: 'fc2', inputs: ['a', 'w2', 'b2'], outputs: ['logits'] },
  ],
  initializers: {
    w1: matrix(1, 0, 0, 1),
    b1: vector(0, 0),
    w2: matrix(1, 0, 0, 1),
    b2: vector(0, 0),
  },
  inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
  outputs: [{ name: 'logits', type: 'float32', dims: ['batch', 2] }],
};

export function matrix(...values: readonly [number, number, number, number]): TensorSpec {
  return tensor('float32', [2, 2], values);
}

export function vector(...values: readonly number[]): TensorSpec {
  return tensor('float32', [values.length], values);
}

/** The tiny model with parts replaced. */
export function tinyModel(changes: Partial<ModelSpec> = {}): Uint8Array {
  return encodeModel({ ...TINY, ...changes });
}

/** Six samples: three of class 0 with signs (+,-), three of class 1 with signs (-,+); all classified right. */
export const TINY_CSV = `x0,x1,label
1,-1,0
2,-1,0
3,-0.5,0
-1,1,1
-1,2,1
-0.5,3,1
`;
