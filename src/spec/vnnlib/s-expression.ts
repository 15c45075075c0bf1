/**
 * VNN-LIB text to nested lists with places. Words are what stands between blanks, brackets, commas and quotes; `;` begins
 * a comment. Limits keep hostile text from taking memory or stack.
 */
import { faultAt, type Offset, quoted, type Source } from './source.js';

export type Node =
  | { readonly kind: 'word'; readonly text: string; readonly at: Offset }
  /** `"text"`, without the quotes and escapes. */
  | { readonly kind: 'string'; readonly text: string; readonly at: Offset }
  /** `[1, 2]`: the words between the commas. */
  | { readonly kind: 'index'; readonly words: readonly Word[]; readonly at: Offset }
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: Offset };

export type Word = Extract<Node, { kind: 'word' }>;
export type List = Extract<Node, { kind: 'list' }>;

export const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_NODES = 10_000_000;
const MAX_DEPTH = 100;
const MAX_WORD = 2000;

/** One lexeme: blank, comment, bracket, comma, string or word. */
const LEXEME = /[ \t\r\n]+|;[^\r\n]*|[()[\],]|"(?:[^"\\\n]|\\["\\nt])*"|[!#-'*+\-./0-9:<=>?@A-Z^_`a-z{|}~]+/y;

/** The top-level lists of a text. @throws InputError with line and column */
export function readNodes(source: Source): readonly List[] {
  const { text } = source;
  if (text.length > MAX_CHARACTERS) {
    throw faultAt(
      source,
      0,
      'the query is too long',
      `at most ${MAX_CHARACTERS} characters`,
      `${text.length}`,
    );
  }
  const top: List[] = [];
  const open: { items: Node[]; at: Offset }[] = [];
  const lexeme = new RegExp(LEXEME);
  let nodes = 0;
  const add = (node: Node): void => {
    if (++nodes > MAX_NODES)
      throw faultAt(
        source,
        node.at,
        'the query is too large',
        `at most ${MAX_NODES} words and lists`,
        'more',
      );
    const inner = open[open.length - 1];
    if (inner !== undefined) inner.items.push(node);
    else if (node.kind === 'list') top.push(node);
    else
      throw faultAt(
        source,
        node.at,
        'something outside of a command',
        'a command in parentheses',
        describe(node),
      );
  };
  for (let at = 0; at < text.length; ) {
    const found = lexemeAt(source, lexeme, at);
    const first = found[0]!;
    if (first === '(') {
      if (open.length >= MAX_DEPTH)
        throw faultAt(source, at, 'lists are nested too deeply', `at most ${MAX_DEPTH} levels`, 'more');
      open.push({ items: [], at });
    } else if (first === ')') {
      const list = open.pop();
      if (list === undefined)
        throw faultAt(
          source,
          at,
          'a parenthesis is closed that was not opened',
          'a command or the end',
          '")"',
        );
      add({ kind: 'list', ...list });
    } else if (first === '[') {
      const index = readIndex(source, at);
      add(index.node);
      at = index.end;
      continue;
    } else if (first === ']' || first === ',') {
      throw faultAt(
        source,
        at,
        'a character that does not belong here',
        'a word, a list or an index in brackets',
        quoted(first),
      );
    } else if (first === '"') {
      add({ kind: 'string', text: unescaped(found), at });
    } else if (first !== ';' && first.trim() !== '') {
      if (found.length > MAX_WORD)
        throw faultAt(source, at, 'a word is too long', `at most ${MAX_WORD} characters`, quoted(found));
      add({ kind: 'word', text: found, at });
    }
    at += found.length;
  }
  const unclosed = open[open.length - 1];
  if (unclosed !== undefined)
    throw faultAt(
      source,
      unclosed.at,
      'a parenthesis is not closed',
      '")" before the end',
      'the end of the text',
    );
  return top;
}

function lexemeAt(source: Source, lexeme: RegExp, at: Offset): string {
  lexeme.lastIndex = at;
  const found = lexeme.exec(source.text)?.[0];
  if (found === undefined) throw strange(source, at);
  const end = at + found.length;
  // A comment of SMT-LIB ends here, one of VNN-LIB's grammar goes on: what follows is asserted, or it is not.
  if (found[0] === ';' && source.text[end] === '\r' && source.text[end + 1] !== '\n')
    throw faultAt(
      source,
      end,
      'a comment with a carriage return that ends no line for all readers',
      'lines that end with LF or CR LF',
      'CR alone',
    );
  return found;
}

function readIndex(source: Source, from: Offset): { readonly node: Node; readonly end: Offset } {
  const lexeme = new RegExp(LEXEME);
  const words: Word[] = [];
  let wantsWord = true;
  for (let at = from + 1; at < source.text.length; ) {
    const found = lexemeAt(source, lexeme, at);
    const first = found[0]!;
    if (first === ']' && (words.length === 0 || !wantsWord))
      return { node: { kind: 'index', words, at: from }, end: at + 1 };
    if (first.trim() !== '' && first !== ';') {
      const isWord = !'()[],"'.includes(first);
      if (wantsWord !== isWord || (!isWord && first !== ','))
        throw faultAt(
          source,
          at,
          'an index is malformed',
          wantsWord ? 'a number' : '"," or "]"',
          quoted(found),
        );
      if (isWord) words.push({ kind: 'word', text: found, at });
      if (words.length > 64) throw faultAt(source, at, 'an index is too long', 'at most 64 numbers', 'more');
      wantsWord = !isWord;
    }
    at += found.length;
  }
  throw faultAt(source, from, 'a bracket is not closed', '"]"', 'the end of the text');
}

function strange(source: Source, at: Offset): Error {
  if (source.text[at] === '"')
    return faultAt(
      source,
      at,
      'a string is not closed or has a strange escape',
      'a closing quote on the same line; \\" \\\\ \\n \\t as escapes',
      '"\\""',
    );
  const found = String.fromCodePoint(source.text.codePointAt(at)!);
  return faultAt(
    source,
    at,
    'a character that does not belong into a query',
    'printable ASCII',
    quoted(found),
  );
}

function unescaped(text: string): string {
  const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t' };
  return text.slice(1, -1).replace(/\\(.)/g, (_, code: string) => plain[code] ?? code);
}

/** What a node is, for a message. */
export function describe(node: Node): string {
  switch (node.kind) {
    case 'word':
      return quoted(node.text);
    case 'string':
      return `the string ${quoted(node.text)}`;
    case 'index':
      return `[${node.words
        .map(({ text }) => text)
        .join(', ')
        .slice(0, 60)}]`;
    case 'list': {
      const head = node.items[0];
      return head === undefined
        ? 'an empty list'
        : head.kind === 'word'
          ? `a list (${quoted(head.text).slice(1, -1)} ...)`
          : 'a list';
    }
  }
}
