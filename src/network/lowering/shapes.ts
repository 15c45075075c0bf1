/** Shapes and flat row-major indices. */
import { UnsupportedError } from '../../util/errors.js';

/** Largest tensor of one sample: 2^22 elements. */
export const MAX_TENSOR_SIZE = 2 ** 22;
/**
 * All tensors of one sample, before simplification: 2^24 elements, which holds a ResNet-18 on 224x224x3 (8.4 million after it).
 * A few bytes of a file can ask for a large tensor, and every element costs maps and biases, up to some 40 bytes.
 */
export const MAX_TOTAL_SIZE = 2 ** 24;
/** All constants that are computed from others: 2^25 elements. */
export const MAX_COMPUTED_CONSTANTS = 2 ** 25;

/** Refuses tensors that are too large to list; the caller's node becomes the place of the error. */
export function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size <= MAX_TENSOR_SIZE) return;
  throw new UnsupportedError('a tensor is too large; use a smaller input or model', {
    expected: `at most ${MAX_TENSOR_SIZE} elements per sample`,
    found: `${size} elements`,
  });
}

/** Refuses networks and constants that are too large together, as they are counted. */
export function checkTotal(what: string, total: number, limit: number): void {
  if (total <= limit) return;
  throw new UnsupportedError(`the ${what} are too large together; use a smaller input or model`, {
    expected: `at most ${limit} elements, which a process can hold with the maps and biases of all layers`,
    found: `${total} up to this node`,
  });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Shape after NumPy-style broadcasting, or null if the shapes do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - (rank - a.length)] ?? 1;
    const y = b[i - (rank - b.length)] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    result.push(x === 1 ? y : x);
  }
  return result;
}

/**
 * Flat source index of every element of `outer`, stepping through the source with the given stride per axis
 * of `outer` (0 repeats, negative runs backwards) from `start`.
 */
export function stridedIndices(outer: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const size = sizeOf(outer);
  checkSize(size);
  const indices = new Int32Array(size);
  const counter = new Array<number>(outer.length).fill(0);
  let source = start;
  for (let i = 0; i < size; i++) {
    indices[i] = source;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      counter[axis]!++;
      source += strides[axis]!;
      if (counter[axis]! < outer[axis]!) break;
      source -= strides[axis]! * outer[axis]!;
      counter[axis] = 0;
    }
  }
  return indices;
}

/** Flat source index of every element of `outer` when a tensor of shape `inner` is broadcast to it. */
export function broadcastIndices(inner: readonly number[], outer: readonly number[]): Int32Array {
  const strides = stridesOf(inner);
  const offset = outer.length - inner.length;
  return stridedIndices(
    outer,
    outer.map((_, axis) => (axis < offset || inner[axis - offset] === 1 ? 0 : strides[axis - offset]!)),
  );
}
