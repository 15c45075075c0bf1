/** YAML that is built to exhaust a reader: it is refused, and at once. */
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.js';
import { InputError } from '../../src/util/errors.js';
import { faultOf as refusal } from '../helpers/fault-of.js';

const faultOf = (text: string) => refusal(() => parseSpec(text, 'a.yaml'));

const staircase = (step: (level: number) => string): string =>
  Array.from({ length: 800 }, (_, i) => ' '.repeat(i) + step(i)).join('\n');

describe('oversized YAML', () => {
  // Without a limit the first of these ended the whole process: the library's recursion met the end of the stack.
  it.each([
    ['lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['open lists', '['.repeat(10_000)],
    ['lists with commas', '[,'.repeat(10_000)],
    ['maps', '{a: '.repeat(10_000)],
    ['maps without spaces', '{"a":'.repeat(10_000)],
    ['dashes', '- '.repeat(10_000)],
    ['question marks', '? '.repeat(10_000)],
    ['keys on a line', 'a: '.repeat(10_000)],
    ['indented maps', staircase(() => 'a:')],
    ['indented lists', staircase(() => '-')],
    ['lists in maps, in the same column', staircase((i) => (i % 2 === 0 ? 'a:' : '- b:'))],
    ['lists in flow maps', '{a: [ '.repeat(10_000)],
    ['behind a comment', `# [[[\n${'['.repeat(10_000)}`],
    ['behind a quoted bracket', `"[": ${'['.repeat(10_000)}`],
  ])('nested deeply is refused: %s', (_, text) => {
    const { message, fault } = faultOf(text);
    expect(message).toBe('nested too deeply');
    expect(fault).toMatchObject({ file: 'a.yaml', place: expect.stringMatching(/^line \d+, column \d+$/) });
  });

  it('has no limit on what only looks nested', () => {
    const name = `"${'['.repeat(500)}"`;
    const spec = `napcert: 1\nmodel: ${name} # ${'['.repeat(500)}\nproperties:\n${'- kind: non-ambiguity\n'.repeat(500)}`;
    expect(parseSpec(spec, 'a.yaml')).toMatchObject({ model: '['.repeat(500) });
  });

  const robust = (count: number): string =>
    `"kind": "local-robustness", "epsilon": 0.1, "reference": {"input": [${'0.5,'.repeat(count - 1)}0.5]}`;

  it('with more than 200,000 values is refused before it is built', () => {
    const { message, fault } = faultOf(`napcert: 1\nproperties: [{${robust(200_001)}}]`);
    expect(message).toBe('too many values for YAML');
    expect(fault.place).toMatch(/^line 2, column \d+$/);
  });

  it('that is JSON may have more, and its faults are named all the same', () => {
    const json = (more = ''): string => `{"napcert": 1, "properties": [{${robust(2_000_000)}${more}}]}`;
    const spec = parseSpec(json(), 'a.json');
    expect(spec.properties[0]).toMatchObject({ kind: 'local-robustness', epsilon: 0.1 });
    const wrong = json(', "colour": 1').replace('[0.5', '["x"').replace(', "colour": 1', '');
    expect(() => parseSpec(wrong, 'a.json')).toThrow(InputError);
    expect(() => parseSpec(json(', "colour": 1'), 'a.json')).toThrow(/colour/);
    expect(() => parseSpec(json(', "kind": "cone"'), 'a.json')).toThrow(/duplicate key/);
  });

  it.each(['__proto__: {}\n', '{"__proto__": {}}', '{"napcert": 1, "properties": [{"__proto__": 1}]}'])(
    'with a prototype is refused: %s',
    (text) => {
      expect(faultOf(text).message).toBe('a key that is not allowed');
    },
  );

  it('with control characters in a name is refused', () => {
    const reference = '{"input": [0], "name": "x\\u001b[2K"}';
    const text = `napcert: 1\nproperties: [{kind: local-robustness, epsilon: 0.1, reference: ${reference}}]`;
    expect(faultOf(text).fault.file).toBe('a.yaml');
  });

  // The library compares every two keys of a map: a minute for this one.
  it('with many keys is refused', () => {
    const { message } = faultOf(Array.from({ length: 40_000 }, (_, i) => `k${i}: 1`).join('\n'));
    expect(message).toMatch(/Unrecognized keys/);
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    ['a: 1\na: 2\n', 'line 2, column 1'],
    ['{"a": 1, "\\u0061": 2}', 'line 1, column 10'],
    ['1: 1\n"1": 2\n', 'line 2, column 1'],
    ['b: [{c: 1, c: 1}]\n', 'line 1, column 12'],
  ])('with a repeated key is refused: %j', (text, place) => {
    const error = faultOf(text);
    expect(error.message).toBe('Map keys must be unique');
    expect(error.fault.place).toBe(place);
  });
});
