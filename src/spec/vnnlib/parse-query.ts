/**
 * Reads a VNN-LIB query of version 1.0 or 2.0. What is read but cannot be treated soundly is refused here: several
 * networks, several inputs or outputs, element types without a sound analysis, arithmetic on float32 values.
 */
import { networkDeclaration } from './declarations.js';
import { flatDeclarations } from './flat-declarations.js';
import { asList, type Resolve, readFormula } from './formula.js';
import type { DeclaredTensor, ElementType, Formula, Query } from './query.js';
import { describe, type List, readNodes } from './s-expression.js';
import { faultAt, quoted, type Source } from './source.js';

/** @throws InputError with line and column for everything that is wrong or refused */
export function parseQuery(text: string, file: string): Query {
  const source: Source = { text, file };
  const commands = readNodes(source);
  const first = commands[0];
  if (first === undefined)
    throw faultAt(source, text.length, 'the query is empty', 'declarations and assertions', 'nothing');
  return wordOf(source, first) === 'vnnlib-version' ? second(source, commands) : flat(source, commands);
}

/** Version 2.0: the version, one network, then assertions. */
function second(source: Source, commands: readonly List[]): Query {
  const [version, declaration, ...rest] = commands;
  readVersion(source, version!);
  if (declaration === undefined || wordOf(source, declaration) !== 'declare-network') {
    const at = declaration ?? version!;
    throw faultAt(source, at.at, 'the network is not declared', '(declare-network NAME ...)', describe(at));
  }
  const network = networkDeclaration(source, declaration);
  const another = rest.find((list) => wordOf(source, list) === 'declare-network');
  if (another !== undefined)
    throw faultAt(
      source,
      another.at,
      'several networks are not supported',
      'a query about one network',
      'a second one',
    );
  const resolve: Resolve = (word, index) => {
    const tensor = network.tensors.findIndex(({ name }) => name === word.text);
    const declared = network.tensors[tensor];
    if (declared === undefined)
      throw faultAt(
        source,
        word.at,
        'not declared',
        `one of ${network.tensors.map(({ name }) => name).join(', ')}`,
        quoted(word.text),
      );
    return { tensor, index: flatIndex(source, declared, word.at, index) };
  };
  return query(
    source,
    rest,
    { version: '2.0', network: network.name, elementType: network.elementType, tensors: network.tensors },
    resolve,
  );
}

function flatIndex(
  source: Source,
  { name, shape }: DeclaredTensor,
  at: number,
  index: Parameters<Resolve>[1],
): number {
  const words = index?.words ?? [];
  if (words.length !== shape.length)
    throw faultAt(
      source,
      index?.at ?? at,
      'the index does not fit the tensor',
      `${shape.length} numbers for ${name} of shape [${shape.join(',')}]`,
      `${words.length}`,
    );
  let flat = 0;
  words.forEach((word, k) => {
    const value = /^\d{1,9}$/.test(word.text) ? Number(word.text) : Number.NaN;
    if (!(value < shape[k]!))
      throw faultAt(
        source,
        word.at,
        'the index is out of range',
        `an integer from 0 to ${shape[k]! - 1}`,
        quoted(word.text),
      );
    flat = flat * shape[k]! + value;
  });
  return flat;
}

/** Version 1.0: constants X_i and Y_j, in any order with assertions behind their declarations. */
function flat(source: Source, commands: readonly List[]): Query {
  const { tensors, resolve, rest } = flatDeclarations(source, commands);
  return query(source, rest, { version: '1.0', network: null, elementType: 'real', tensors }, resolve);
}

interface Head {
  readonly version: Query['version'];
  readonly network: string | null;
  readonly elementType: ElementType;
  readonly tensors: readonly DeclaredTensor[];
}

function query(source: Source, commands: readonly List[], head: Head, resolve: Resolve): Query {
  const assertions = commands.map((list) => {
    if (wordOf(source, list) !== 'assert')
      throw faultAt(source, list.at, 'no such command here', '(assert ...)', describe(list));
    if (list.items.length !== 2)
      throw faultAt(source, list.at, 'an assertion has one formula', '1', `${list.items.length - 1}`);
    const formula = readFormula(source, list.items[1]!, resolve);
    if (head.elementType === 'float32') refuseArithmetic(source, formula);
    return formula;
  });
  if (assertions.length === 0)
    throw faultAt(source, source.text.length, 'nothing is asserted', '(assert ...)', 'the end of the text');
  return { kind: 'vnnlib-query', ...head, assertions };
}

/** Sums and products of float32 values would be rounded, in an order that the query does not fix. */
function refuseArithmetic(source: Source, formula: Formula): void {
  if (formula.kind !== 'comparison') {
    for (const part of formula.parts) refuseArithmetic(source, part);
  } else if (!formula.plain) {
    throw faultAt(
      source,
      formula.at,
      'arithmetic on float32 values is not supported',
      'comparisons of variables and numbers, or the element type real',
      'a sum or product',
    );
  }
}

function readVersion(source: Source, list: List): void {
  const word = list.items[1];
  if (list.items.length !== 2 || word?.kind !== 'word' || !/^<\d{1,4}\.\d{1,4}>$/.test(word.text))
    throw faultAt(
      source,
      word?.at ?? list.at,
      'the version is malformed',
      '(vnnlib-version <2.0>)',
      word === undefined ? 'none' : describe(word),
    );
  if (/^<2\./.test(word.text)) return;
  throw faultAt(
    source,
    word.at,
    'this version is not supported',
    '<2.0>, or version 1.0 without this command',
    quoted(word.text),
  );
}

/** The first word of a command. */
export function wordOf(source: Source, list: List): string {
  const head = asList(source, list, 'a command').items[0];
  if (head?.kind === 'word') return head.text;
  throw faultAt(
    source,
    list.at,
    'a command must begin with a word',
    'assert or a declaration',
    describe(list),
  );
}
