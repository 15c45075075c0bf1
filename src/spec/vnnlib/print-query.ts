/** Queries to VNN-LIB text that reads back as the same query: numbers are exact decimals. */
import { negate, ONE, type Rational, ZERO } from '../../util/exact/rational.js';
import type { Comparison, DeclaredTensor, Formula, Query } from './query.js';
import { sizeOf, variableName } from './query.js';

/** @param comment lines that begin the text, without `;` */
export function printQuery(query: Query, comment: readonly string[] = []): string {
  const lines = comment.map((line) => `; ${line.replace(/[^\x20-\x7e]/g, '?')}`);
  if (query.version === '2.0') {
    lines.push('(vnnlib-version <2.0>)', '', `(declare-network ${query.network}`);
    for (const tensor of query.tensors) lines.push(`  ${declaration(query, tensor)}`);
    lines.push(')', '');
  } else {
    for (const { name, ...tensor } of query.tensors) {
      for (let i = 0; i < sizeOf(tensor); i++) lines.push(`(declare-const ${name}_${i} Real)`);
    }
    lines.push('');
  }
  for (const assertion of query.assertions) lines.push(`(assert ${printFormula(query, assertion)})`);
  return `${lines.join('\n')}\n`;
}

function declaration({ elementType }: Query, { name, role, shape, onnxName }: DeclaredTensor): string {
  const suffix = onnxName === null ? '' : ` ${quote(onnxName)}`;
  return `(declare-${role} ${name} ${elementType} [${shape.join(',')}]${suffix})`;
}

function quote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t' };
  return `"${text.replace(/["\\\n\t]/g, (character) => escapes[character] ?? `\\${character}`)}"`;
}

function printFormula(query: Query, formula: Formula): string {
  if (formula.kind === 'comparison') return printComparison(query, formula);
  return `(${formula.kind} ${formula.parts.map((part) => printFormula(query, part)).join(' ')})`;
}

/** As a comparison of two expressions without arithmetic where it was one. */
function printComparison(query: Query, { terms, relation, bound, plain }: Comparison): string {
  const symbol = relation === '=' && query.version === '2.0' ? '==' : relation;
  const [first, second] = terms;
  const isUnit = ({ num, den }: Rational): boolean => den === 1n && (num === 1n || num === -1n);
  if (plain && terms.every(({ coefficient }) => isUnit(coefficient))) {
    if (first === undefined) return `(${symbol} ${decimalOf(ZERO)} ${decimalOf(bound)})`;
    const positive = terms.find(({ coefficient }) => coefficient.num > 0n);
    const negative = terms.find(({ coefficient }) => coefficient.num < 0n);
    if (second === undefined) {
      if (positive !== undefined) return `(${symbol} ${variableName(query, positive)} ${decimalOf(bound)})`;
      const [constant, name] = [decimalOf(negate(bound)), variableName(query, negative!)];
      // Variable first: readers of version 1.0 expect it there. An equation would read back with its sides exchanged.
      return relation === '<' || relation === '<='
        ? `(${symbol.replace('<', '>')} ${name} ${constant})`
        : `(${symbol} ${constant} ${name})`;
    }
    if (terms.length === 2 && positive !== undefined && negative !== undefined && bound.num === 0n)
      return `(${symbol} ${variableName(query, positive)} ${variableName(query, negative)})`;
  }
  const parts = terms.map((term) =>
    term.coefficient.num === ONE.num && term.coefficient.den === ONE.den
      ? variableName(query, term)
      : `(* ${decimalOf(term.coefficient)} ${variableName(query, term)})`,
  );
  const sum = parts.length === 0 ? `(+ ${decimalOf(ZERO)})` : `(+ ${parts.join(' ')})`;
  return `(${symbol} ${sum} ${decimalOf(bound)})`;
}

/**
 * The exact decimal of a number whose denominator has no prime factors but 2 and 5, as all numbers have that come from
 * decimals or doubles. @throws RangeError for others
 */
export function decimalOf({ num, den }: Rational): string {
  let [twos, fives, rest] = [0, 0, den];
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  if (rest !== 1n) throw new RangeError('a number that has no finite decimal');
  const digits = Math.max(twos, fives);
  const scaled = (num * 10n ** BigInt(digits)) / den;
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(digits + 1, '0');
  const sign = scaled < 0n ? '-' : '';
  const whole = text.slice(0, text.length - digits);
  return digits === 0 ? `${sign}${whole}.0` : `${sign}${whole}.${text.slice(-digits)}`;
}
