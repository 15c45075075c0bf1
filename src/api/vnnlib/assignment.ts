/** A satisfying assignment: the values of every tensor that a query declares. */

import { elementAt } from '../../checker/exact/dyadic-vector.js';
import { evaluateExact } from '../../checker/exact/evaluate.js';
import { evaluateReference } from '../../checker/float-error/reference.js';
import type { Network } from '../../network/network.js';
import { compiledQuery } from '../../obligation/query.js';
import type { QueryProperty } from '../../spec/property.js';
import { toDouble } from '../../util/exact/rounding.js';

export interface Assigned {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
  /** Row-major; the shortest decimals that read back as the same doubles. */
  readonly values: readonly string[];
}

/**
 * Every declared tensor in order: inputs as confirmed, outputs of onnxruntime where it was asked, hidden nodes of the
 * arithmetic that the query is about.
 */
export function assignmentAt(
  network: Network,
  property: QueryProperty,
  point: readonly number[],
  runtimeOutputs: readonly number[] | null,
): readonly Assigned[] {
  const { query, tensors } = compiledQuery(network, property);
  const input = Float64Array.from(point);
  const float32 = query.elementType === 'float32';
  const values = float32
    ? evaluateReference(network, input)
    : evaluateExact(network, input).values.map((vector) =>
        Float64Array.from(vector.num, (_, i) => toDouble(elementAt(vector, i))),
      );
  return query.tensors.map(({ name, shape, role }, number) => {
    const own = values[tensors[number]!]!;
    const shown = role === 'output' ? (runtimeOutputs ?? own) : own;
    return { name, elementType: query.elementType, shape, values: Array.from(shown, String) };
  });
}
