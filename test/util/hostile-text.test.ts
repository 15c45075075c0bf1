/** Readers at the trust border refuse hostile text early, and what is printed forges nothing. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eagerList } from '../../src/util/eager-list.js';
import { InputError } from '../../src/util/errors.js';
import { loggable, loggableData, loggableJson, PLAIN_TEXT, printable } from '../../src/util/plain-text.js';
import { parseStrictJson } from '../../src/util/strict-json.js';
import { commandsIn } from '../helpers/log-commands.js';

function messageOf(text: string): string {
  try {
    parseStrictJson(text, 'a.json');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('strict JSON', () => {
  it.each(['{"__proto__": {}}', '{"a": {"\\u005f_proto__": 1}}'])('refuses a prototype: %s', (text) => {
    expect(messageOf(text)).toMatch(/key that is not allowed/);
  });

  it('has it as a value', () => {
    expect(parseStrictJson('["__proto__"]', 'a.json')).toEqual(['__proto__']);
  });

  it.each([
    ['objects', `[${'{},'.repeat(4_000_000)}{}]`, /too many lists and objects/],
    ['lists', `[${'[],'.repeat(4_000_000)}[]]`, /too many lists and objects/],
    ['values', `[${'1,'.repeat(20_000_000)}1]`, /too many values/],
    ['keys', `{${Array.from({ length: 200_001 }, (_, i) => `"${i}":1`).join(',')}}`, /too many keys/],
  ])('refuses millions of %s', (_, text, message) => {
    expect(messageOf(text)).toMatch(message);
  });
});

describe('lists that end at the first wrong item', () => {
  const schema = eagerList(z.strictObject({ a: eagerList(z.int()).min(1).max(2).describe('numbers') }))
    .min(1)
    .optional();

  it('read what z.array reads', () => {
    expect(schema.parse([{ a: [1, 2] }, { a: [3] }])).toEqual([{ a: [1, 2] }, { a: [3] }]);
    expect(schema.parse(undefined)).toBeUndefined();
    for (const wrong of [[], [{ a: [] }], [{ a: [1, 2, 3] }], {}, null]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });

  it('have one issue, with its path', () => {
    const { error } = schema.safeParse([{ a: [1] }, { a: [1, 'x'] }, { a: ['y'] }, 'z']);
    expect(error?.issues.map(({ path }) => path)).toEqual([[1, 'a', 1]]);
  });

  it('have the JSON Schema of z.array', () => {
    const plain = z.array(z.int()).min(1).max(2).describe('numbers');
    expect(z.toJSONSchema(eagerList(z.int()).min(1).max(2).describe('numbers'))).toEqual(
      z.toJSONSchema(plain),
    );
  });
});

describe('printable text', () => {
  it.each([
    ['escape sequence', 'a\u001b[2Kb', 'a\\u001b[2Kb'],
    ['line break', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['C1 control', 'a\u009b2Kb', 'a\\u009b2Kb'],
    ['line separator', 'a\u2028b', 'a\\u2028b'],
    ['right-to-left override', 'a\u202eb', 'a\\u202eb'],
    ['isolate', 'a\u2066b', 'a\\u2066b'],
  ])('shows a hidden %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(PLAIN_TEXT.test(text)).toBe(false);
    expect(loggableData({ list: [text, 1, null] })).toEqual({ list: [shown, 1, null] });
  });

  it('leaves other text alone', () => {
    const text = 'Grüße/mnist#17 — 数字';
    expect(printable(text)).toBe(text);
    expect(loggable(text)).toBe(text);
    expect(PLAIN_TEXT.test(text)).toBe(true);
  });
});

describe('text in the log of a CI system', () => {
  const COMMANDS = [
    '::error::x',
    '  ::stop-commands::x',
    'a claim about ::set-env name=A::x',
    '##[error]x',
    'in the middle ##[group]x',
    '###[error]x',
    '##vso[task.complete result=Failed]x',
    "##teamcity[buildStatus status='SUCCESS']",
  ];

  it.each(COMMANDS)('commands nothing, and can be read: %s', (text) => {
    const shown = loggable(text);
    expect(commandsIn(text.replaceAll(/ (?=::)/g, '\n'))).toHaveLength(1);
    // Wherever a long line is broken at a blank.
    expect(commandsIn(shown.replaceAll(' ', '\n'))).toEqual([]);
    expect(JSON.parse(`"${shown}"`)).toBe(text);
    expect(loggable(shown)).toBe(shown);
  });

  it.each(['std::vector', 'fe80::1', 'a ## b', '# [1]', '#[x]', 'f##'])('%s stays as it is', (text) => {
    expect(loggable(text)).toBe(text);
  });

  it('as JSON it is the same text for programs', () => {
    const texts = [...COMMANDS, 'a\u001b[2Kb', 'a\u009bb', 'a\u202eb\u2028c', 'tag \u{e0041}', '\u{1d173}'];
    const json = loggableJson(JSON.stringify({ texts, '##[key]': 1 }, null, 2));
    expect(JSON.parse(json)).toEqual({ texts, '##[key]': 1 });
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(commandsIn(json)).toEqual([]);
  });
});
