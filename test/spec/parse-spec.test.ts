/** Specification files: what is read, and that every mistake is reported where it is. */
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.js';
import { specJsonSchema } from '../../src/spec/spec-file.js';
import { InputError } from '../../src/util/errors.js';
import { faultOf as refusal } from '../helpers/fault-of.js';

const HEAD = 'napcert: 1\n';
const PROPERTY = 'properties:\n  - kind: non-misclassification\n';

describe('a specification file', () => {
  it('has defaults: the unit box, all classes, no NAP for local robustness', () => {
    expect(parseSpec(HEAD + PROPERTY, 'a.yaml')).toEqual({
      napcert: 1,
      domain: { lower: 0, upper: 1 },
      properties: [{ kind: 'non-misclassification' }],
    });
    const robust = `${HEAD}properties:\n  - {kind: local-robustness, reference: {input: [0, 1]}, epsilon: 0.1}\n`;
    expect(parseSpec(robust, 'a.yaml').properties[0]).toMatchObject({ nap: false });
  });

  it('may be JSON, and may say everything', () => {
    const everything = {
      napcert: 1,
      model: 'm.onnx',
      naps: 'm.nap.json',
      domain: 'unbounded',
      properties: [
        { kind: 'non-misclassification', classes: [0, 1], competitors: [2] },
        { kind: 'non-ambiguity', pairs: [[0, 1]] },
        {
          kind: 'local-robustness',
          reference: { data: 'mnist', sample: 17 },
          class: 3,
          competitors: [5],
          epsilon: 0.05,
          nap: true,
        },
      ],
    };
    expect(parseSpec(JSON.stringify(everything), 'a.json')).toEqual(everything);
    expect(parseSpec(`${HEAD}domain: {lower: [0, 0], upper: [1, 2]}\n${PROPERTY}`, 'a.yaml').domain).toEqual({
      lower: [0, 0],
      upper: [1, 2],
    });
  });

  it('has the JSON schema that specs/spec.schema.json holds (vitest -u writes it)', async () => {
    const text = `${JSON.stringify(specJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../specs/spec.schema.json');
  });
});

/** Name, text, place (line and column, with the path where there is one), and what the error says. */
const MISTAKES: readonly (readonly [string, string, RegExp, RegExp])[] = [
  ['an empty file', '', /line 1, column 1/, /object/],
  ['a list', '- 1\n', /line 1, column 1/, /object/],
  ['text', 'hello\n', /line 1, column 1/, /object/],
  ['no version', PROPERTY, /line 1, column 1/, /1/],
  ['another version', `napcert: 2\n${PROPERTY}`, /line 1, column 10 \(napcert\)/, /1/],
  ['a version as text', `napcert: "1"\n${PROPERTY}`, /line 1, column 10 \(napcert\)/, /1/],
  ['no properties', HEAD, /line 1, column 1/, /array/],
  [
    'an empty list of properties',
    `${HEAD}properties: []\n`,
    /line 2, column 13 \(properties\)/,
    /at least 1/,
  ],
  ['an unknown key', `${HEAD}${PROPERTY}colour: red\n`, /line 4, column 1/, /no key named "colour"/],
  [
    'an unknown key of a property',
    `${HEAD}${PROPERTY}    klass: 1\n`,
    /line 4, column 5/,
    /no key named "klass"/,
  ],
  ['an unknown kind', `${HEAD}properties:\n  - kind: fairness\n`, /line 3, column 11/, /non-ambiguity/],
  ['a property without kind', `${HEAD}properties:\n  - classes: [1]\n`, /line 3, column 5/, /non-ambiguity/],
  ['a negative class', `${HEAD}${PROPERTY}    classes: [0, -1]\n`, /line 4, column 18/, /at least 0/],
  ['a class that is no integer', `${HEAD}${PROPERTY}    classes: [1.5]\n`, /line 4, column 15/, /int/],
  ['a class as text', `${HEAD}${PROPERTY}    classes: [one]\n`, /line 4, column 15/, /number|int/],
  ['no classes', `${HEAD}${PROPERTY}    classes: []\n`, /line 4, column 14/, /at least 1/],
  [
    'a pair of three',
    `${HEAD}properties:\n  - kind: non-ambiguity\n    pairs: [[0, 1, 2]]\n`,
    /line 4, column 1[23]/,
    /2/,
  ],
  ['a negative epsilon', robust('epsilon: -0.1'), /line 5, column 14 \(properties\[0\]\.epsilon\)/, /> 0/],
  ['an epsilon of zero', robust('epsilon: 0'), /line 5, column 14/, /> 0/],
  ['an epsilon that is not a number', robust('epsilon: .nan'), /line 5, column 14/, /number/],
  ['an infinite epsilon', robust('epsilon: .inf'), /line 5, column 14/, /number/],
  ['no epsilon', robust('nap: true'), /line 3, column 5/, /number/],
  ['nap as text', robust('epsilon: 0.1\n    nap: "yes"'), /line 6, column 10/, /boolean/],
  ['half a domain', `${HEAD}domain: {lower: 0}\n${PROPERTY}`, /line 2, column 9/, /number|forms|one of/],
  [
    'a domain of another name',
    `${HEAD}domain: everything\n${PROPERTY}`,
    /line 2, column 9/,
    /unbounded|forms|one of/,
  ],
  ['a key twice', `${HEAD}${PROPERTY}napcert: 1\n`, /line 4, column 1/, /valid YAML/],
  ['an open bracket', `${HEAD}properties: [\n`, /line [23], column/, /valid YAML/],
  ['a tab as indent', `${HEAD}properties:\n\t- kind: non-ambiguity\n`, /line [23], column/, /valid YAML/],
  [
    'a sample that is negative',
    `${HEAD}properties:\n  - kind: local-robustness\n    reference: {data: mnist, sample: -1}\n    epsilon: 0.1\n`,
    /line 4, column (16|38)/,
    /at least 0|forms|one of/,
  ],
];

function robust(rest: string): string {
  return `${HEAD}properties:\n  - kind: local-robustness\n    reference: {input: [0, 1]}\n    ${rest}\n`;
}

describe('mistakes in a specification file', () => {
  it.each(MISTAKES)('%s is an error with file, place and what was expected', (_, text, place, expected) => {
    let fault: InputError['fault'] | null = null;
    try {
      parseSpec(text, 'wrong.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      fault = (error as InputError).fault;
    }
    expect(fault).toMatchObject({ file: 'wrong.yaml' });
    expect(fault?.place).toMatch(place);
    expect(fault?.expected).toMatch(expected);
  });

  it('aliases, which could grow without limit, are refused', () => {
    const bomb = `${HEAD}model: &a m.onnx\nnaps: *a\n${PROPERTY}`;
    expect(() => parseSpec(bomb, 'bomb.yaml')).toThrow(InputError);
  });
});

describe('a misspelt key', () => {
  it.each([
    ['properties:\n- { kind: non-misclassification, clas: [1] }\n', 'classes'],
    ['properties:\n- { kind: local-robustness, clas: 1, reference: { input: [0] }, epsilon: 1 }\n', 'class'],
    ['domian: unbounded\nproperties:\n- kind: non-ambiguity\n', 'domain'],
    ['properties:\n- { kind: local-robustness, reference: { data: x, smaple: 0 }, epsilon: 1 }\n', 'sample'],
  ])('%j: the nearest key of that place is named', (text, key) => {
    expect(faultOf(text).expected).toContain(`did you mean "${key}"?`);
  });

  it('is not guessed at when it is far from all keys', () => {
    expect(faultOf('zzzzzzzz: 1\nproperties:\n- kind: non-ambiguity\n').expected).not.toContain(
      'did you mean',
    );
  });
});

function faultOf(text: string): InputError['fault'] {
  return refusal(() => parseSpec(HEAD + text, 'a.yaml')).fault;
}
