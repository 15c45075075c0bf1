/** What is fuzzed: a reader with seeds, and one run of it that may only end in a clean way. */

import { InputError } from '../../src/util/errors.js';
import type { Random } from '../helpers/random.js';
import { insertToken, MAX_INPUT, mutateBytes } from './bytes.js';
import { mutateTree, render, treeOf } from './trees.js';
import { mutateWire } from './wire.js';

export type Format = 'json' | 'json-lines' | 'yaml' | 'onnx' | 'bytes';

export interface Case {
  readonly name: string;
  readonly format: Format;
  readonly seed: Uint8Array;
  /** Reads the input; returns a word for what it was. Throws InputError, or the run is a finding. */
  readonly run: (input: Uint8Array) => string;
}

/** A result that a reader must never give, for example `valid` for a false claim. */
export class WrongResult extends Error {}

export type Attempt =
  | { readonly kind: 'clean'; readonly outcome: string; readonly refused: boolean }
  | { readonly kind: 'finding'; readonly error: Error };

export function attempt({ run }: Case, input: Uint8Array): Attempt {
  try {
    return { kind: 'clean', outcome: run(input), refused: false };
  } catch (error) {
    if (error instanceof InputError) {
      const place =
        error.fault.place
          ?.replace(/\d+/g, '0')
          .replace(/"[^"]*"/g, '""')
          .slice(0, 80) ?? '';
      const message = error.message
        .replace(/\d+/g, '0')
        .replace(/"[^"]*"/g, '""')
        .slice(0, 80);
      return { kind: 'clean', outcome: `${message} | ${place}`, refused: true };
    }
    return { kind: 'finding', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

const JSON_TOKENS = [
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '"',
  '\\',
  '\ufeff',
  '\u0000',
  '//',
  '/**/',
  '1e999',
  '-',
  'null',
  '[['.repeat(300),
]; // prettier-ignore
const YAML_TOKENS = [
  ...JSON_TOKENS,
  '\n',
  '\n  ',
  '\t',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '!!js/function ',
  '!x ',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '|\n',
  '>-\n',
  '#',
  "'",
  '.inf',
  '.nan',
  '0o7',
  '~',
  '- '.repeat(400),
  '{a: '.repeat(300),
  '[*a,*a,*a]',
  '@',
  '`',
]; // prettier-ignore

/** A mutant of the input: one to four changes, of its structure or of its bytes. */
export function mutant(random: Random, format: Format, input: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes = input;
  for (let n = random.chance(0.6) ? 1 : random.int(2, 4); n > 0; n--)
    bytes = step(random, format, bytes, other);
  return bytes.subarray(0, MAX_INPUT);
}

function step(random: Random, format: Format, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  switch (format) {
    case 'json':
      return random.chance(0.75)
        ? jsonStep(random, bytes, other)
        : textStep(random, bytes, other, JSON_TOKENS);
    case 'yaml':
      return random.chance(0.4)
        ? jsonStep(random, bytes, other)
        : textStep(random, bytes, other, YAML_TOKENS);
    case 'json-lines':
      return random.chance(0.75)
        ? lineStep(random, bytes, other)
        : textStep(random, bytes, other, JSON_TOKENS);
    case 'onnx':
      return random.chance(0.75) ? mutateWire(random, bytes, other) : mutateBytes(random, bytes, other);
    case 'bytes':
      return mutateBytes(random, bytes, other);
  }
}

function textStep(
  random: Random,
  bytes: Uint8Array,
  other: Uint8Array,
  tokens: readonly string[],
): Uint8Array {
  return random.chance(0.4) ? insertToken(random, bytes, tokens) : mutateBytes(random, bytes, other);
}

function jsonStep(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return mutateBytes(random, bytes, other);
  }
  try {
    const root = { tree: treeOf(value) };
    for (let n = random.chance(0.7) ? 1 : random.int(2, 5); n > 0; n--) mutateTree(random, root);
    return new Uint8Array(Buffer.from(render(root.tree)));
  } catch (error) {
    // A deeply nested mutant of an earlier step: too deep for the recursion here, which is not what is tested.
    if (error instanceof RangeError) return mutateBytes(random, bytes, other);
    throw error;
  }
}

function lineStep(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const at = random.int(0, lines.length - 1);
  if (random.chance(0.3)) {
    const [line] = lines.splice(at, 1);
    for (let n = random.int(0, 2); n > 0; n--) lines.splice(random.int(0, lines.length), 0, line!);
  } else {
    lines[at] = Buffer.from(jsonStep(random, Buffer.from(lines[at]!), other)).toString('utf8');
  }
  return new Uint8Array(Buffer.from(lines.join('\n')));
}
