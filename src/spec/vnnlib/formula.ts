/** Assertions: boolean combinations of linear comparisons, kept exactly. */
import { add, multiply, negate, ONE, type Rational, rational, ZERO } from '../../util/exact/rational.js';
import type { Comparison, Formula, LinearTerm, Variable } from './query.js';
import { describe, type List, type Node, type Word } from './s-expression.js';
import { faultAt, type Offset, quoted, type Source } from './source.js';

/** The variable that a word, with its index in version 2.0, stands for; or the error at it. */
export type Resolve = (word: Word, index: Extract<Node, { kind: 'index' }> | null) => Variable;

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const MAX_DIGITS = 1200;
const MAX_EXPONENT = 1100;
const LARGEST = 1n << 16384n;

/** Linear form: terms by `tensor:index`, and what is added to them. */
interface Form {
  readonly terms: ReadonlyMap<string, LinearTerm>;
  readonly constant: Rational;
  /** A single variable or constant as it stands. */
  readonly plain: boolean;
}

/** @throws InputError with line and column */
export function readFormula(source: Source, node: Node, resolve: Resolve): Formula {
  const list = asList(source, node, 'a formula in parentheses');
  const head = headOf(source, list, 'and, or, <=, <, >=, >, == or !=');
  const rest = list.items.slice(1);
  switch (head.text) {
    case 'and':
    case 'or':
      if (rest.length === 0)
        throw faultAt(source, list.at, `"${head.text}" of nothing`, 'at least one formula', 'none');
      return { kind: head.text, parts: rest.map((part) => readFormula(source, part, resolve)) };
    case '<=':
    case '<':
    case '>=':
    case '>':
    case '=':
    case '==':
    case '!=':
      return readComparison(source, list, head, resolve);
    default:
      throw faultAt(source, head.at, 'no such formula', 'and, or, <=, <, >=, >, == or !=', quoted(head.text));
  }
}

function readComparison(source: Source, list: List, head: Word, resolve: Resolve): Comparison {
  const sides = readArguments(source, list, resolve);
  if (sides.length !== 2)
    throw faultAt(
      source,
      list.at,
      `"${head.text}" compares two expressions`,
      'two expressions',
      `${sides.length}`,
    );
  const [left, right] = sides as [Form, Form];
  const swapped = head.text === '>=' || head.text === '>';
  const difference = swapped ? sum(right, [left], MINUS_ONE) : sum(left, [right], MINUS_ONE);
  const relation = head.text === '>=' ? '<=' : head.text === '>' ? '<' : head.text === '==' ? '=' : head.text;
  return {
    kind: 'comparison',
    terms: sorted(difference.terms),
    relation: relation as Comparison['relation'],
    bound: negate(difference.constant),
    plain: left.plain && right.plain,
    at: list.at,
  };
}

const MINUS_ONE = negate(ONE);

function sorted(terms: ReadonlyMap<string, LinearTerm>): readonly LinearTerm[] {
  return [...terms.values()]
    .filter(({ coefficient }) => coefficient.num !== 0n)
    .sort((a, b) => a.tensor - b.tensor || a.index - b.index);
}

/** The expressions behind the first word; in version 2.0 a word and an index behind it are one. */
function readArguments(source: Source, list: List, resolve: Resolve): Form[] {
  const forms: Form[] = [];
  for (let i = 1; i < list.items.length; i++) {
    const node = list.items[i]!;
    const next = list.items[i + 1];
    const index = node.kind === 'word' && next?.kind === 'index' ? next : null;
    if (index !== null) i++;
    forms.push(readExpression(source, node, index, resolve));
  }
  return forms;
}

function readExpression(
  source: Source,
  node: Node,
  index: Extract<Node, { kind: 'index' }> | null,
  resolve: Resolve,
): Form {
  if (node.kind === 'word') {
    if (index === null && /^[-+]?[.\d]/.test(node.text))
      return { terms: new Map(), constant: readNumber(source, node), plain: true };
    const variable = resolve(node, index);
    const key = `${variable.tensor}:${variable.index}`;
    return { terms: new Map([[key, { ...variable, coefficient: ONE }]]), constant: ZERO, plain: true };
  }
  const list = asList(source, node, 'a number, a variable or an expression in parentheses');
  const head = headOf(source, list, '+, - or *');
  if (head.text !== '+' && head.text !== '-' && head.text !== '*')
    throw faultAt(source, head.at, 'no such expression', '+, - or *', quoted(head.text));
  const parts = readArguments(source, list, resolve);
  const [first, ...rest] = parts;
  if (first === undefined)
    throw faultAt(source, list.at, `"${head.text}" of nothing`, 'at least one expression', 'none');
  const negated = head.text === '-' && rest.length === 0;
  const isNumber = first.terms.size === 0 && first.plain;
  switch (head.text) {
    case '+':
      return sum(first, rest, ONE);
    case '-':
      if (negated) return { ...scale(first, MINUS_ONE), plain: isNumber };
      return sum(first, rest, MINUS_ONE);
    case '*':
      return { ...rest.reduce((product, part) => times(source, list, product, part), first), plain: false };
  }
}

function times(source: Source, list: List, a: Form, b: Form): Form {
  if (a.terms.size > 0 && b.terms.size > 0)
    throw faultAt(
      source,
      list.at,
      'a product of variables',
      'linear arithmetic: at most one factor with variables',
      'two',
    );
  const product = a.terms.size === 0 ? scale(b, a.constant) : scale(a, b.constant);
  for (const { num, den } of [
    product.constant,
    ...[...product.terms.values()].map((term) => term.coefficient),
  ]) {
    if ((num < 0n ? -num : num) < LARGEST && den < LARGEST) continue;
    throw faultAt(
      source,
      list.at,
      'a product has too many digits',
      'at most 16384 bits above and below',
      'more',
    );
  }
  return product;
}

function scale({ terms, constant, plain }: Form, factor: Rational): Form {
  const scaled = [...terms].map(
    ([key, term]) => [key, { ...term, coefficient: multiply(term.coefficient, factor) }] as const,
  );
  return { terms: new Map(scaled), constant: multiply(constant, factor), plain };
}

/** first + factor * (all of the rest). */
function sum(first: Form, rest: readonly Form[], factor: Rational): Form {
  const terms = new Map(first.terms);
  let { constant } = first;
  for (const part of rest) {
    for (const [key, term] of part.terms) {
      const before = terms.get(key)?.coefficient ?? ZERO;
      terms.set(key, { ...term, coefficient: add(before, multiply(factor, term.coefficient)) });
    }
    constant = add(constant, multiply(factor, part.constant));
  }
  return { terms, constant, plain: false };
}

/** A decimal such as `-1.25` or `3e-05`, exactly. */
export function readNumber(source: Source, { text, at }: Word): Rational {
  const match = NUMBER.exec(text);
  const exponent = Number(match?.[4] ?? 0);
  if (match === null || text.length > MAX_DIGITS || Math.abs(exponent) > MAX_EXPONENT) {
    throw faultAt(
      source,
      at,
      'not a number',
      `a decimal such as -1.25 or 3e-05, of at most ${MAX_DIGITS} characters`,
      quoted(text),
    );
  }
  const fraction = match[3] ?? '';
  const digits = BigInt(`${match[1]}${match[2]}${fraction}`);
  const power = exponent - fraction.length;
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

/** A non-negative integer for shapes and indices. */
export function readCount(source: Source, { text, at }: Word, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw faultAt(source, at, 'not a count', `an integer >= ${least} in decimal digits`, quoted(text));
}

export function asList(source: Source, node: Node, expected: string): List {
  if (node.kind === 'list') return node;
  throw faultAt(source, node.at, 'a list is missing', expected, describe(node));
}

export function headOf(source: Source, list: List, expected: string): Word {
  const head = list.items[0];
  if (head?.kind === 'word') return head;
  const at: Offset = head?.at ?? list.at;
  throw faultAt(
    source,
    at,
    'a list must begin with a word',
    expected,
    head === undefined ? 'an empty list' : describe(head),
  );
}
