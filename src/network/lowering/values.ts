/** What an ONNX tensor name can stand for while a graph is lowered. */
import type { TensorId } from '../network.js';

/** Constant floats, exact as doubles. */
export interface FloatConstant {
  readonly kind: 'float';
  readonly type: 'float32' | 'float64';
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Constant integers; element i is values[i] + batchFactor[i] * N for a batch of N samples. */
export interface IntConstant {
  readonly kind: 'int';
  /** Element type as ONNX names it; results of arithmetic must lie in its range, because runtimes wrap. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Safe integers; Infinity and -Infinity stand for integers beyond 53 bits, which only the ends of a Slice may be. */
  readonly values: readonly number[];
  /** Null means 0 everywhere. */
  readonly batchFactor: readonly number[] | null;
}

/**
 * A tensor that depends on the network's input. `shape` is the full ONNX shape of one sample: if `batched`,
 * axis 0 is the batch and is written as 1; otherwise the model has no batch, or a batch fixed to 1.
 */
export interface Activation {
  readonly kind: 'activation';
  readonly tensor: TensorId;
  readonly shape: readonly number[];
  readonly batched: boolean;
  /** A monotone end that was left out (`Softmax "prob"`): nothing but reshaping and ArgMax may follow. */
  readonly dropped: string | null;
}

/** The index of the winning class; only copies of it and graph outputs may read it. */
export interface ClassIndex {
  readonly kind: 'class';
  readonly logits: Activation;
}

export type Value = FloatConstant | IntConstant | Activation | ClassIndex;

/** What the value is, for error messages. */
export function describeValue(value: Value | null): string {
  if (value === null) return 'nothing';
  switch (value.kind) {
    case 'float':
      return `a ${value.type} constant of shape [${value.shape.join(', ')}]`;
    case 'int':
      return `an ${value.type} constant of shape [${value.shape.join(', ')}]`;
    case 'activation':
      return `a tensor computed from the input, of shape [${fullShape(value).join(', ')}]`;
    case 'class':
      return 'a class index';
  }
}

/** ONNX shape with the batch axis written as N. */
export function fullShape(value: Activation): readonly (number | string)[] {
  return value.batched ? ['N', ...value.shape.slice(1)] : value.shape;
}
