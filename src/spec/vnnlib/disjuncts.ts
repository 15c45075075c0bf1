/** The disjunctive normal form of a query: what every unsafe input meets, and the alternatives beside it. */
import type { Comparison, Formula, Query } from './query.js';
import { faultAt, type Source } from './source.js';

export interface Disjuncts {
  /** Hold in every alternative. */
  readonly base: readonly Comparison[];
  /** One of these lists holds as a whole; one empty list if there is nothing to choose. */
  readonly alternatives: readonly (readonly Comparison[])[];
}

const MAX_ALTERNATIVES = 10_000;
const MAX_COMPARISONS = 5_000_000;

/** `!=` becomes `<` or `>`. @throws InputError for a query with too many alternatives, at the formula that makes them */
export function disjunctsOf(source: Source, query: Query): Disjuncts {
  const base: Comparison[] = [];
  let alternatives: readonly (readonly Comparison[])[] = [[]];
  for (const formula of flattened(query.assertions)) {
    if (formula.kind === 'comparison' && formula.relation !== '!=') base.push(formula);
    else alternatives = product(source, alternatives, expand(source, formula));
  }
  return { base, alternatives };
}

/** Conjunctions taken apart. */
function* flattened(formulas: readonly Formula[]): Generator<Formula> {
  for (const formula of formulas) {
    if (formula.kind === 'and') yield* flattened(formula.parts);
    else if (formula.kind === 'or' && formula.parts.length === 1) yield* flattened(formula.parts);
    else yield formula;
  }
}

function expand(source: Source, formula: Formula): readonly (readonly Comparison[])[] {
  switch (formula.kind) {
    case 'comparison':
      if (formula.relation !== '!=') return [[formula]];
      return [[{ ...formula, relation: '<' }], [turned(formula)]];
    case 'or': {
      const all = formula.parts.flatMap((part) => expand(source, part));
      return limited(source, formula, all);
    }
    case 'and':
      return formula.parts.reduce<readonly (readonly Comparison[])[]>(
        (sum, part) => product(source, sum, expand(source, part)),
        [[]],
      );
  }
}

/** sum > bound as -sum < -bound. */
function turned(comparison: Comparison): Comparison {
  const negate = <T extends { readonly num: bigint; readonly den: bigint }>({ num, den }: T) => ({
    num: -num,
    den,
  });
  return {
    ...comparison,
    terms: comparison.terms.map((term) => ({ ...term, coefficient: negate(term.coefficient) })),
    relation: '<',
    bound: negate(comparison.bound),
  };
}

function product(
  source: Source,
  a: readonly (readonly Comparison[])[],
  b: readonly (readonly Comparison[])[],
): readonly (readonly Comparison[])[] {
  if (a.length * b.length > MAX_ALTERNATIVES) throw tooMany(source, b[0]![0]!);
  const size = (lists: readonly (readonly Comparison[])[]): number =>
    lists.reduce((sum, list) => sum + list.length, 0);
  if (size(a) * b.length + size(b) * a.length > MAX_COMPARISONS) throw tooMany(source, b[0]![0]!);
  return a.flatMap((left) => b.map((right) => [...left, ...right]));
}

function limited(
  source: Source,
  formula: Formula,
  all: readonly (readonly Comparison[])[],
): readonly (readonly Comparison[])[] {
  if (all.length <= MAX_ALTERNATIVES) return all;
  throw tooMany(source, firstOf(formula));
}

function firstOf(formula: Formula): Comparison {
  return formula.kind === 'comparison' ? formula : firstOf(formula.parts[0]!);
}

function tooMany(source: Source, { at }: Comparison): Error {
  return faultAt(
    source,
    at,
    'the query has too many alternatives',
    `at most ${MAX_ALTERNATIVES} ways to satisfy its disjunctions`,
    'more',
  );
}
