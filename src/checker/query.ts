/**
 * Does a point satisfy a VNN-LIB query as it is written? Decided exactly on values that are computed elsewhere: strict
 * comparisons are strict, decimals are exact, and nothing that proofs round or close is.
 */
import type { Network, TensorId } from '../network/network.js';
import { compiledQuery } from '../obligation/query.js';
import type { QueryProperty } from '../spec/property.js';
import type { Comparison, Formula, Query, Variable } from '../spec/vnnlib/query.js';
import { variableName } from '../spec/vnnlib/query.js';
import { placeOf } from '../spec/vnnlib/source.js';
import { assertNever } from '../util/errors.js';
import { add, compare, fromDouble, multiply, type Rational, ZERO } from './exact/rational.js';
import { decimalText } from './exact/rational-text.js';
import type { ReplayFailure } from './exact/replay.js';
import { toDoubleDown, toDoubleUp } from './exact/rounding.js';

/** Element of a tensor of the network at the point. */
export type ValueAt = (tensor: TensorId, index: number) => Rational;

/** The first assertion that the point does not satisfy, in words; null if it satisfies the query. */
export function queryFailure(
  network: Network,
  property: QueryProperty,
  valueAt: ValueAt,
): ReplayFailure | null {
  const { query, tensors } = compiledQuery(network, property);
  const value = ({ tensor, index }: Variable): Rational => valueAt(tensors[tensor]!, index);
  for (const assertion of query.assertions) {
    const failed = firstFailed(query, assertion, value);
    if (failed === null) continue;
    const place = placeOf({ text: property.text, file: property.name }, failed.at);
    const sum = failed.terms
      .slice(0, 4)
      .map((term) => `${decimalText(term.coefficient)} ${variableName(query, term)}`);
    return {
      what: `the query's assertion at ${place}`,
      expected: `${sum.join(' + ')}${failed.terms.length > 4 ? ' + ...' : ''} ${failed.relation} ${decimalText(failed.bound)}`,
      found: decimalText(sumOf(failed, value)),
    };
  }
  return null;
}

type Values = (variable: Variable) => Rational;

/** A comparison that keeps the formula from holding; null if it holds. */
function firstFailed(query: Query, formula: Formula, value: Values): Comparison | null {
  if (formula.kind === 'comparison') return holds(query, formula, value) ? null : formula;
  const failures = formula.parts.map((part) => firstFailed(query, part, value));
  if (formula.kind === 'and') return failures.find((failure) => failure !== null) ?? null;
  return failures.includes(null) ? null : failures[0]!;
}

function holds(query: Query, comparison: Comparison, value: Values): boolean {
  const sum = sumOf(comparison, value);
  return readings(query, comparison.bound).every((bound) => {
    const order = compare(sum, bound);
    switch (comparison.relation) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
      default:
        return assertNever(comparison.relation, 'relation');
    }
  });
}

/** A float32 query may mean its decimals exactly or rounded to float32; a point must satisfy it in every reading. */
function readings({ elementType }: Query, bound: Rational): readonly Rational[] {
  if (elementType === 'real') return [bound];
  const rounded = [toDoubleDown(bound), toDoubleUp(bound)].map(Math.fround).filter(Number.isFinite);
  return [bound, ...rounded.map(fromDouble)];
}

function sumOf({ terms }: Comparison, value: Values): Rational {
  return terms.reduce<Rational>((sum, term) => add(sum, multiply(term.coefficient, value(term))), ZERO);
}
