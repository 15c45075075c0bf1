/** Declarations of VNN-LIB 1.0: `(declare-const X_0 Real)` for each input X_i and output Y_j. */
import type { Resolve } from './formula.js';
import type { DeclaredTensor } from './query.js';
import { describe, type List } from './s-expression.js';
import { faultAt, quoted, type Source } from './source.js';

const MAX_VARIABLES = 5_000_000;

/** The tensors X and Y, the variables of both, and the commands that declare nothing. */
export function flatDeclarations(
  source: Source,
  commands: readonly List[],
): {
  readonly tensors: readonly DeclaredTensor[];
  readonly resolve: Resolve;
  readonly rest: readonly List[];
} {
  const declared = { X: new Map<number, number>(), Y: new Map<number, number>() };
  const rest: List[] = [];
  for (const list of commands) {
    const { letter, index, at } = readDeclaration(source, list) ?? {};
    if (letter === undefined || index === undefined || at === undefined) {
      rest.push(list);
      continue;
    }
    if (rest.length > 0)
      throw faultAt(
        source,
        list.at,
        'a declaration behind an assertion',
        'all declarations first',
        describe(list),
      );
    if (declared[letter].has(index))
      throw faultAt(source, at, 'declared twice', 'a new name', `${letter}_${index}`);
    declared[letter].set(index, at);
  }
  const tensors = (['X', 'Y'] as const).map((letter): DeclaredTensor => {
    const places = declared[letter];
    const at = places.values().next().value;
    const what = letter === 'X' ? 'inputs' : 'outputs';
    if (at === undefined)
      throw faultAt(
        source,
        rest[0]?.at ?? source.text.length,
        `no ${what} are declared`,
        `(declare-const ${letter}_0 Real)`,
        'none',
      );
    for (let i = 0; i < places.size; i++) {
      if (!places.has(i))
        throw faultAt(
          source,
          at,
          `a number is left out among the ${what}`,
          `${letter}_${i} as well`,
          `${places.size} others`,
        );
    }
    const role = letter === 'X' ? 'input' : 'output';
    return { name: letter, role, shape: [places.size], onnxName: null, at };
  });
  const resolve: Resolve = (word, index) => {
    const match = /^([XY])_(\d{1,9})$/.exec(word.text);
    const letter = match?.[1] as 'X' | 'Y' | undefined;
    const at = Number(match?.[2]);
    if (letter === undefined || !declared[letter].has(at) || String(at) !== match![2])
      throw faultAt(
        source,
        word.at,
        'not declared',
        'a number, X_i or Y_j that is declared',
        quoted(word.text),
      );
    if (index !== null)
      throw faultAt(
        source,
        index.at,
        'version 1.0 has no indices in brackets',
        `${word.text} alone`,
        describe(index),
      );
    return { tensor: letter === 'X' ? 0 : 1, index: at };
  };
  return { tensors, resolve, rest };
}

function readDeclaration(
  source: Source,
  list: List,
): { readonly letter: 'X' | 'Y'; readonly index: number; readonly at: number } | null {
  const [head, name, ...type] = list.items;
  if (head?.kind !== 'word' || (head.text !== 'declare-const' && head.text !== 'declare-fun')) return null;
  const match = name?.kind === 'word' ? /^([XY])_(\d{1,9})$/.exec(name.text) : null;
  const index = Number(match?.[2]);
  if (match === null || String(index) !== match[2] || index >= MAX_VARIABLES)
    throw faultAt(
      source,
      name?.at ?? list.at,
      'not a name of an input or output',
      `X_i or Y_j with i, j < ${MAX_VARIABLES}`,
      name === undefined ? 'none' : describe(name),
    );
  const parameters = head.text === 'declare-fun' ? type.shift() : undefined;
  if (head.text === 'declare-fun' && (parameters?.kind !== 'list' || parameters.items.length > 0))
    throw faultAt(
      source,
      parameters?.at ?? list.at,
      'functions are not supported',
      '()',
      parameters === undefined ? 'nothing' : describe(parameters),
    );
  const [sort, extra] = type;
  if (sort?.kind !== 'word' || sort.text !== 'Real' || extra !== undefined)
    throw faultAt(
      source,
      (extra ?? sort)?.at ?? list.at,
      'the sort must be Real',
      'Real',
      extra !== undefined ? describe(extra) : sort === undefined ? 'nothing' : describe(sort),
    );
  return { letter: match[1] as 'X' | 'Y', index, at: name!.at };
}
