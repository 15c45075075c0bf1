/** How the elements of a tensor appear in a linear model. */
import type { Term } from '../../solvers/model-builder.js';

/** A column of the model, or a constant where col is -1. */
export interface Elements {
  readonly col: Int32Array;
  readonly constant: Float64Array;
}

export function constants(size: number): Elements {
  return { col: new Int32Array(size).fill(-1), constant: new Float64Array(size) };
}

/** Appends coefficient * element to the terms, or returns the constant it contributes. */
export function pushTerm(terms: Term[], elements: Elements, index: number, coefficient: number): number {
  const col = elements.col[index]!;
  if (col < 0) return coefficient * elements.constant[index]!;
  if (coefficient !== 0) terms.push({ col, value: coefficient });
  return 0;
}

export function concatenate(parts: readonly Elements[]): Elements {
  if (parts.length === 1) return parts[0]!;
  return {
    col: Int32Array.from(parts.flatMap((part) => [...part.col])),
    constant: Float64Array.from(parts.flatMap((part) => [...part.constant])),
  };
}

/** A big-M or a triangle needs finite bounds and some element has none: the caller answers `unknown`. */
export class UnboundedEncodingError extends Error {
  override readonly name = 'UnboundedEncodingError';
}
