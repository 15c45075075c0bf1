/** Text of a specification file to data, with errors that carry line and column. */
import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { InputError } from '../util/errors.js';
import { readAs } from '../util/file-kind.js';
import { parseStrictJson } from '../util/strict-json.js';
import { nearestKey } from './nearest-key.js';
import { type SpecFile, specFileSchema } from './spec-file.js';
import { refuseDeepNesting } from './yaml-depth.js';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_JSON_BYTES = 64 * 1024 * 1024;
/** A specification nests less than ten levels; what is beyond is refused before it is built. */
const MAX_DEPTH = 50;

/**
 * Parses YAML (JSON is YAML). Duplicate keys, unknown keys, tags and wrong types are InputErrors that name
 * file, line and column, the expected and the found.
 */
export function parseSpec(text: string, file: string): SpecFile {
  return readAs('specification', file, text, () => parseYaml(text, file, specFileSchema));
}

/** Shared by every YAML file of napcert: syntax, then schema, both with places. */
export function parseYaml<T extends z.ZodType>(text: string, file: string, schema: T): z.infer<T> {
  const json = parseJson(text, file, schema);
  if (json !== null) return json.value;
  if (text.length > MAX_BYTES) {
    throw new InputError('file is too large', {
      file,
      expected: `at most ${MAX_BYTES} bytes of YAML, or JSON`,
      found: `${text.length}`,
    });
  }
  refuseDeepNesting(text, file, MAX_DEPTH);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    // Checked below: the library compares every two keys of a map.
    uniqueKeys: false,
    schema: 'core',
    prettyErrors: false,
    logLevel: 'error',
  });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new InputError(syntax.message.split('\n')[0]!, {
      file,
      place: `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`,
      expected: 'valid YAML or JSON',
    });
  }
  refuseRepeatedKeys(document, lines, file);
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new InputError('aliases are not allowed here', { file, found: String(error) });
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = deepestIssue(result.error.issues);
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  // An unknown key is the culprit itself, not the map it stands in.
  const unknownKey = issue.code === 'unrecognized_keys';
  if (unknownKey) path.push(issue.keys[0]!);
  throw new InputError(clip(issue.message), {
    file,
    place: `${placeOf(document, lines, path, unknownKey)}${path.length > 0 ? ` (${pathText(path)})` : ''}`,
    expected: clip(expectation(issue) + (unknownKey ? suggestion(schema, data, path) : '')),
    found: describe(valueAt(data, path)),
  });
}

function suggestion(schema: z.ZodType, data: unknown, path: readonly PropertyKey[]): string {
  const key = nearestKey(schema, data, path);
  return key === null ? '' : `; did you mean "${key}"?`;
}

/**
 * The value of a text that is right JSON, much sooner than as YAML; null for any other text. What is wrong with small
 * text is left to the YAML reader, which knows lines and columns of values.
 * @throws InputError for JSON too long to be read as YAML
 */
function parseJson<T extends z.ZodType>(
  text: string,
  file: string,
  schema: T,
): { readonly value: z.infer<T> } | null {
  if (!/^\s*\{\s*["}]/.test(text.slice(0, 1000))) return null;
  try {
    const data = parseStrictJson(text, file, { maxBytes: MAX_JSON_BYTES, maxDepth: MAX_DEPTH });
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    if (text.length <= MAX_BYTES) return null;
    const issue = deepestIssue(result.error.issues);
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    const place = path.length > 0 ? pathText(path) : 'top level';
    throw new InputError(clip(issue.message), { file, place, expected: clip(expectation(issue)) });
  } catch (error) {
    if (error instanceof InputError && text.length <= MAX_BYTES) return null;
    throw error;
  }
}

/** Keys are compared as they will be property names: `1` and `"1"` are the same. */
function refuseRepeatedKeys(document: Document, lines: LineCounter, file: string): void {
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = String(isScalar(key) ? key.value : key);
        const isPrototype = name === '__proto__';
        if (isPrototype || seen.has(name)) {
          const { line, col } = lines.linePos(isNode(key) ? (key.range?.[0] ?? 0) : 0);
          throw new InputError(isPrototype ? 'a key that is not allowed' : 'Map keys must be unique', {
            file,
            place: `line ${line}, column ${col}`,
            expected: 'valid YAML or JSON with each key once',
            found: clip(JSON.stringify(name)),
          });
        }
        seen.add(name);
      }
    },
  });
}

function clip(text: string): string {
  return text.length > 400 ? `${text.slice(0, 397)}...` : text;
}

type Issue = z.core.$ZodIssue;

/**
 * The issue that says most: a misspelt key before the missing one, and within a union the issue that got furthest,
 * with the fewest unknown keys.
 */
function deepestIssue(issues: readonly Issue[]): Issue {
  const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  if (first.code !== 'invalid_union' || first.errors.length === 0) return first;
  const nested = first.errors
    .filter((alternative) => alternative.length > 0)
    .map((alternative): Issue => {
      const issue = deepestIssue(alternative);
      return { ...issue, path: [...first.path, ...issue.path] };
    });
  const deepest = nested.sort((a, b) => depth(b) - depth(a) || unknownKeys(a) - unknownKeys(b))[0];
  return deepest !== undefined && depth(deepest) > first.path.length ? deepest : first;
}

function depth(issue: Issue): number {
  return issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0);
}

function unknownKeys(issue: Issue): number {
  return issue.code === 'unrecognized_keys' ? issue.keys.length : 0;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `no key named ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) {
        return issue.options.map((value) => JSON.stringify(value)).join(' or ');
      }
      return 'note' in issue && typeof issue.note === 'string' ? issue.note : 'one of the documented forms';
    case 'too_small':
      return `${issue.inclusive === false ? '>' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** Line and column of the value at the path, or of the last key itself. */
function placeOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  atKey: boolean,
): string {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(item.key) === String(part));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      if (atKey && depth === path.length - 1) break;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
    } else break;
    if (isNode(node)) offset = node.range?.[0] ?? offset;
  }
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}
