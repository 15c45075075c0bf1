/**
 * VNN-LIB queries as data: which tensors a query names, and the formula that describes the *unsafe* inputs. Numbers are
 * exact. A query is about one network.
 * Source: VNN-LIB standard, versions 1.0 (2025-03) and 2.0 (2025-12).
 */
import type { Rational } from '../../util/exact/rational.js';
import type { Offset } from './source.js';

export type Role = 'input' | 'hidden' | 'output';

/** What evaluates the network: the reals, or what the element type of ONNX says. */
export type ElementType = 'real' | 'float32';

export interface DeclaredTensor {
  readonly name: string;
  readonly role: Role;
  readonly shape: readonly number[];
  /** Name in the ONNX graph; needed for hidden nodes, optional for others. */
  readonly onnxName: string | null;
  readonly at: Offset;
}

/** Element `index` (flat, row-major) of a declared tensor, by its number in the query. */
export interface Variable {
  readonly tensor: number;
  readonly index: number;
}

export interface LinearTerm extends Variable {
  readonly coefficient: Rational;
}

/** sum of coefficient * variable REL bound; terms in order of tensor and index, none of them 0. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly terms: readonly LinearTerm[];
  readonly relation: '<=' | '<' | '=' | '!=';
  readonly bound: Rational;
  /** Compares two variables or a variable and a constant, so that no arithmetic is involved. */
  readonly plain: boolean;
  readonly at: Offset;
}

export type Formula =
  | Comparison
  | { readonly kind: 'and'; readonly parts: readonly Formula[] }
  | { readonly kind: 'or'; readonly parts: readonly Formula[] };

export interface Query {
  readonly kind: 'vnnlib-query';
  readonly version: '1.0' | '2.0';
  /** Name that the command line binds to a file; version 1.0 knows none. */
  readonly network: string | null;
  readonly elementType: ElementType;
  readonly tensors: readonly DeclaredTensor[];
  /** All of them hold for an unsafe input. */
  readonly assertions: readonly Formula[];
}

export function sizeOf({ shape }: Pick<DeclaredTensor, 'shape'>): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A shape but for axes of length 1, which change neither the order nor the number of elements; for comparison. */
export function withoutUnits(shape: readonly number[]): string {
  return shape.filter((extent) => extent !== 1).join(',');
}

/** `X_3` in version 1.0, `X[0,3]` in version 2.0. */
export function variableName(query: Query, { tensor, index }: Variable): string {
  const { name, shape } = query.tensors[tensor]!;
  if (query.version === '1.0') return `${name}_${index}`;
  if (shape.length === 0) return name;
  let rest = index;
  const indices = [...shape].reverse().map((extent) => {
    const own = rest % extent;
    rest = Math.floor(rest / extent);
    return own;
  });
  return `${name}[${indices.reverse().join(',')}]`;
}
