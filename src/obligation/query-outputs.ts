/** Linear constraints on outputs as output constraints: coefficients exactly, bounds rounded so that the region grows. */
import type { Comparison, Query } from '../spec/vnnlib/query.js';
import { faultAt, type Source } from '../spec/vnnlib/source.js';
import {
  compare,
  equals,
  fromDouble,
  lcm,
  multiply,
  negate,
  type Rational,
  rational,
} from '../util/exact/rational.js';
import { toDouble, toDoubleDown } from '../util/exact/rounding.js';
import type { OutputConstraint } from './obligation.js';

/** One constraint for an inequality, two for an equation. @throws InputError for numbers that doubles cannot hold */
export function outputConstraints(
  source: Source,
  query: Query,
  comparison: Comparison,
): readonly OutputConstraint[] {
  const { terms, bound, relation, at } = comparison;
  const scale = exactScale(terms.map(({ coefficient }) => coefficient));
  if (scale === null) {
    throw faultAt(
      source,
      at,
      'coefficients of outputs have too many digits',
      'numbers that a common factor makes doubles',
      'others',
    );
  }
  // sum c y <= b is sum (-c) y >= -b.
  const upper = constraint(
    { source, query, at },
    terms.map(({ index, coefficient }) => ({ output: index, value: multiply(negate(coefficient), scale) })),
    multiply(negate(bound), scale),
  );
  if (relation !== '=') return [upper];
  return [
    upper,
    constraint(
      { source, query, at },
      terms.map(({ index, coefficient }) => ({ output: index, value: multiply(coefficient, scale) })),
      multiply(bound, scale),
    ),
  ];
}

function constraint(
  { source, query, at }: { readonly source: Source; readonly query: Query; readonly at: Comparison['at'] },
  terms: readonly { readonly output: number; readonly value: Rational }[],
  bound: Rational,
): OutputConstraint {
  const down = toDoubleDown(bound);
  if (!Number.isFinite(down)) {
    throw faultAt(
      source,
      at,
      'a bound of outputs is too large',
      'a number within the range of doubles',
      'more',
    );
  }
  // A float32 query may mean its decimals exactly or rounded to float32, where there is such a number.
  const rounded = query.elementType === 'float32' ? Math.fround(down) : down;
  return {
    terms: terms.map(({ output, value }) => ({ output, coefficient: toDouble(value) + 0 })),
    bound: (Number.isFinite(rounded) ? Math.min(down, rounded) : down) + 0,
  };
}

/** A positive factor that makes all numbers doubles of ordinary size; 1 if they are already. Null if none is found. */
function exactScale(numbers: readonly Rational[]): Rational | null {
  if (numbers.every(isDouble)) return { num: 1n, den: 1n };
  const common = numbers.reduce((product, { den }) => lcm(product, den), 1n);
  let largest = 0n;
  for (const { num, den } of numbers) {
    const integer = (num < 0n ? -num : num) * (common / den);
    if (integer > largest) largest = integer;
  }
  // A power of two keeps what is exact; it brings the largest number to [1, 2).
  const power = 1n << BigInt(largest.toString(2).length - 1);
  const scale = rational(common, power);
  return numbers.every((value) => isDouble(multiply(value, scale))) ? scale : null;
}

function isDouble(value: Rational): boolean {
  const x = toDouble(value);
  return (
    Number.isFinite(x) &&
    (x !== 0 || compare(value, { num: 0n, den: 1n }) === 0) &&
    equals(fromDouble(x), value)
  );
}
