/**
 * JSON at a trust border: duplicate keys, `__proto__`, deep nesting and oversized input are refused before parsing.
 */
import { InputError } from './errors.js';

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Values of the whole text; default 20 million. */
  readonly maxValues?: number;
}

const MAX_VALUES = 20_000_000;
/** An empty object takes three bytes as text and twenty times as much in memory. */
const MAX_CONTAINERS = 4_000_000;
const MAX_KEYS = 200_000;

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxBytes: 256 * 1024 * 1024, maxDepth: 200 };

/**
 * Parses JSON text. `JSON.parse` lets the last of two equal keys win, so a reader and a person may see different
 * documents; here that is an InputError, as are overlong or too deeply nested texts and syntax errors (with line
 * and column).
 */
export function parseStrictJson(
  text: string,
  file: string,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): unknown {
  if (text.length > limits.maxBytes) {
    throw new InputError('file is too large', {
      file,
      expected: `at most ${limits.maxBytes} bytes`,
      found: `${text.length}`,
    });
  }
  scan(text, file, limits);
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /position (\d+)/.exec(message)?.[1];
    throw new InputError('not valid JSON', {
      file,
      place: offset === undefined ? 'end of file' : lineAndColumn(text, Number(offset)),
      expected: 'JSON',
      found: message.split('\n')[0]!.slice(0, 200),
    });
  }
}

/** A scan that only tracks strings, nesting and keys; anything malformed is left to JSON.parse to report. */
function scan(text: string, file: string, { maxDepth, maxValues = MAX_VALUES }: JsonLimits): void {
  const scopes: (Set<string> | null)[] = [];
  let expectKey = false;
  let values = 1;
  let containers = 0;
  const refuseMore = (count: number, max: number, what: string, at: number): void => {
    if (count <= max) return;
    throw new InputError(`too many ${what}`, {
      file,
      place: lineAndColumn(text, at),
      expected: `at most ${max}`,
      found: 'more',
    });
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    switch (char) {
      case '{':
      case '[':
        scopes.push(char === '{' ? new Set() : null);
        expectKey = char === '{';
        refuseMore(++values, maxValues, 'values', i);
        refuseMore(++containers, MAX_CONTAINERS, 'lists and objects', i);
        if (scopes.length > maxDepth) {
          throw new InputError('nested too deeply', {
            file,
            place: lineAndColumn(text, i),
            expected: `at most ${maxDepth} levels`,
          });
        }
        break;
      case '}':
      case ']':
        scopes.pop();
        expectKey = false;
        break;
      case ',':
        expectKey = scopes[scopes.length - 1] instanceof Set;
        refuseMore(++values, maxValues, 'values', i);
        break;
      case '"': {
        const end = endOfString(text, i);
        if (expectKey) {
          const raw = text.slice(i, end + 1);
          const key = raw.includes('\\') ? unescaped(raw) : raw;
          const keys = scopes[scopes.length - 1]!;
          if (keys.has(key)) {
            throw new InputError(`duplicate key ${raw.slice(0, 100)}`, {
              file,
              place: lineAndColumn(text, i),
              expected: 'each key once',
            });
          }
          if (key === '"__proto__"') {
            // An own property for the parser, the prototype for code that assigns it.
            throw new InputError('a key that is not allowed', {
              file,
              place: lineAndColumn(text, i),
              expected: 'another name',
              found: key,
            });
          }
          keys.add(key);
          refuseMore(keys.size, MAX_KEYS, 'keys in one object', i);
          expectKey = false;
        }
        i = end;
        break;
      }
      default:
    }
  }
}

function unescaped(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw));
  } catch {
    return raw;
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}
