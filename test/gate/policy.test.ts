/** Policy files: what is read, what is refused and where; the published schema says the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { linesOf } from '../../src/gate/places.js';
import { policyJsonSchema, policySchema } from '../../src/gate/policy.js';
import { parseYaml } from '../../src/spec/parse-spec.js';
import { describeInputError, InputError } from '../../src/util/errors.js';

const HEAD = 'napcert-policy: 1\nmodels:\n  - name: digits\n    model: m.onnx\n';
const GOOD = `${HEAD}    require:\n      - kind: scalar-invariance\n`;

function refusal(text: string): string {
  try {
    parseYaml(text, 'release.yaml', policySchema);
  } catch (error) {
    if (error instanceof InputError) return describeInputError(error);
    throw error;
  }
  throw new Error('not refused');
}

describe('a policy', () => {
  it('has strict defaults: nothing is trusted, and undecided does not pass', () => {
    expect(parseYaml(GOOD, 'p', policySchema)).toMatchObject({
      arithmetic: 'real',
      unknown: 'inconclusive',
      holes: [],
      budget: { obligation: 60 },
    });
  });

  it.each([
    ['a misspelt key', GOOD.replace('require:', 'requires:'), 'line 5, column 5', 'did you mean "require"?'],
    ['a misspelt top key', `${GOOD}arithmetics: real\n`, 'line 7, column 1', 'did you mean "arithmetic"?'],
    ['unknown that passes', `${GOOD}unknown: pass\n`, 'line 7', '"inconclusive" or "fail"'],
    [
      'a minimum above 1',
      `${HEAD}    recall:\n      - data: { path: mnist }\n        minimum: 85\n`,
      'line 7',
      'at most 1',
    ],
    ['nothing required', HEAD, 'line 3', 'a specification, properties under require'],
    ['only advisory', `${HEAD}    advisory:\n      - kind: scalar-invariance\n`, 'line 3', 'a specification'],
    [
      'a name twice',
      `${GOOD}${GOOD.slice(GOOD.indexOf('  - name'))}`,
      'line 7',
      'a name that no other model has',
    ],
    ['a name that is a path', GOOD.replace('name: digits', 'name: ../digits'), 'line 3', 'letters, digits'],
    ['two domains', `${GOOD}    specification: s.yaml\n    domain: unbounded\n`, 'line 8', 'no domain here'],
    ['a key twice', `${GOOD}unknown: fail\nunknown: fail\n`, 'line 8', 'each key once'],
    ['no YAML', 'napcert-policy: [1\n', 'line', 'valid YAML'],
    ['another version', GOOD.replace('policy: 1', 'policy: 2'), 'line 1', '1'],
  ])('is refused with its place: %s', (_, text, place, words) => {
    const message = refusal(text);
    expect(message).toContain(`release.yaml: ${place}`);
    expect(message).toContain(words);
  });
});

describe('the published schema', () => {
  it('is that of the program (vitest -u writes it)', async () => {
    await expect(policyJsonSchema()).toMatchFileSnapshot('../../specs/policy.schema.json');
  });

  it('accepts the examples in an independent validator', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(policyJsonSchema()));
    for (const name of ['policy', 'poisoned', 'slow']) {
      const file = fileURLToPath(new URL(`../../specs/examples/release-gate/${name}.yaml`, import.meta.url));
      const text = readFileSync(file, 'utf8');
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
      expect(() => parseYaml(text, file, policySchema)).not.toThrow();
    }
    expect(validate({ 'napcert-policy': 1, models: [], extra: 1 })).toBe(false);
  });
});

it('lines are those of the text', () => {
  const lineOf = linesOf(GOOD);
  expect(lineOf(['models', 0, 'require', 0])).toBe(6);
  expect(lineOf(['models', 0, 'name'])).toBe(3);
  expect(lineOf(['models', 1])).toBeNull();
});
