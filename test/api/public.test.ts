/** The functions that programs import: options that are not known are refused, and messages say where. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as napcert from '../../src/api/index.js';
import { TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-public-'));
  writeFileSync(at('tiny.onnx'), tinyModel());
  writeFileSync(at('tiny.csv'), TINY_CSV);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Loose = (options: unknown) => Promise<unknown>;
const { mine, verify, check, coverage, explain, report } = napcert as unknown as Record<string, Loose>;

async function refusal(call: Promise<unknown>): Promise<napcert.InputError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof napcert.InputError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('options', () => {
  const mined = { model: 'm.onnx', data: 'd.csv', deltas: ['1'], output: 'never.nap.json' };
  const verified = { model: 'm.onnx', output: 'never.cert.json' };

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    ['mine', () => mine!({ ...mined, delta: '1' }), 'options.delta', /One of model, data.*deltas/],
    [
      'mine, nested',
      () => mine!({ ...mined, dataset: { lables: 'x' } }),
      'options.dataset.lables',
      /labels\?/,
    ],
    ['verify', () => verify!({ ...verified, timeout: 3 }), 'options.timeout', /timeoutSeconds/],
    [
      'verify, near',
      () => verify!({ ...verified, aritmetic: 'float32' }),
      'options.aritmetic',
      /^arithmetic\?/,
    ],
    [
      'verify, claims',
      () => verify!({ ...verified, claims: { class: [3] } }),
      'options.claims.class',
      /classes\?/,
    ],
    ['verify, outside claims', () => verify!({ ...verified, classes: [3] }), 'options.classes', /claims/],
    ['verify, inside work', () => verify!({ ...verified, resolved: {} }), 'options.resolved', /One of/],
    ['check', () => check!({ certificate: 'c', model: 'm', nap: 'n' }), 'options.nap', /naps\?/],
    [
      'check, key',
      () => check!({ certificate: 'c', model: 'm', verifyKey: 'k' }),
      'options.verifyKey',
      /verifyKeys\?/,
    ],
    [
      'coverage',
      () => coverage!({ model: 'm', naps: 'n', data: 'd', split: 'x' }),
      'options.split',
      /dataset/,
    ],
    ['explain', () => explain!({ certificate: 'c', models: [] }), 'options.models', /model\?/],
    ['report', () => report!({ certificates: ['c'], output: 'x.html' }), 'options.output', /targets/],
  ])('%s: one that is not known is refused, with those that are', async (_, call, place, expected) => {
    const error = await refusal(call());
    expect(error.fault).toMatchObject({ place, expected: expect.stringMatching(expected) });
    expect(error.message).toContain(place);
    expect(error.message).toMatch(/not known/);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['mine: no model', () => mine!({ ...mined, model: undefined }), 'options.model'],
    ['mine: delta as a number', () => mine!({ ...mined, deltas: [0.99] }), 'options.deltas.0'],
    ['mine: samples of no kind', () => mine!({ ...mined, samples: 'some' }), 'options.samples'],
    ['verify: no output', () => verify!({ model: 'm.onnx' }), 'options.output'],
    [
      'verify: time that is none',
      () => verify!({ ...verified, timeoutSeconds: Number.NaN }),
      'options.timeoutSeconds',
    ],
    ['verify: no time', () => verify!({ ...verified, timeoutSeconds: 0 }), 'options.timeoutSeconds'],
    ['verify: unknown engine', () => verify!({ ...verified, engine: 'trust' }), 'options.engine'],
    [
      'verify: unknown kind of claim',
      () => verify!({ ...verified, claims: { properties: ['all'] } }),
      'options.claims.properties.0',
    ],
    [
      'verify: a shard beyond the last',
      () => verify!({ ...verified, shard: { index: 3, count: 2 } }),
      'options.shard',
    ],
    [
      'check: no keys to check by',
      () => check!({ certificate: 'c', model: 'm', verifyKeys: [] }),
      'options.verifyKeys',
    ],
    ['report: unknown format', () => report!({ certificates: ['c'], format: 'pdf' }), 'options.format'],
    ['nothing', () => check!(undefined), 'options'],
  ])('%s is refused', async (_, call, place) => {
    const error = await refusal(call());
    expect(error.fault.place).toBe(place);
    expect(error.message).toContain(place);
  });

  it('nothing is read or written before', async () => {
    await refusal(verify!({ ...verified, output: at('never.json'), timeout: 1 }));
    expect(existsSync(at('never.json'))).toBe(false);
  });

  it('one that is undefined counts as not given', async () => {
    const output = at('tiny.nap.json');
    const options = {
      model: at('tiny.onnx'),
      data: at('tiny.csv'),
      deltas: ['1'],
      output,
      grouping: undefined,
    };
    expect(await mine!(options)).toMatchObject({ grouping: 'label', samples: 'all' });
  });
});

describe('errors', () => {
  it('say in their message which file, where, what was expected and found', async () => {
    const error = await refusal(
      mine!({ model: at('absent.onnx'), data: 'mnist', deltas: ['1'], output: at('x') }),
    );
    expect(error.message).toContain(at('absent.onnx'));
    expect(napcert.describeInputError(error)).toBe(error.message);
    expect(String(error)).toContain(at('absent.onnx'));
    expect(error.stack).toContain(at('absent.onnx'));
  });

  it('name line and column of a specification', async () => {
    writeFileSync(at('wrong.yaml'), 'napcert: 1\nproperties:\n  - kind: non-misclasification\n');
    const claims = { spec: at('wrong.yaml') };
    const error = await refusal(verify!({ model: at('tiny.onnx'), output: at('x.json'), claims }));
    expect(error.message).toMatch(/wrong\.yaml: line 3, column \d+/);
    expect(error.fault.file).toBe(at('wrong.yaml'));
  });
});

describe('the way from samples to a checked certificate', () => {
  it('goes through mine, verify, check, explain and report', async () => {
    const [model, naps, certificate] = [at('tiny.onnx'), at('flow.nap.json'), at('flow.cert.json')];
    await napcert.mine({ model, data: at('tiny.csv'), deltas: ['1'], output: naps });
    const claims = { classes: [0], properties: ['non-misclassification'] } as const;
    const { counts, properties } = await napcert.verify({ model, naps, output: certificate, claims });
    expect(properties.map(({ id }) => id)).toEqual(['non-misclassification/0']);
    const { verdict } = await napcert.check({ certificate, model, naps });
    expect(verdict).toBe(counts.holds + counts.violated === 1 ? 'valid' : 'incomplete');
    const words = await napcert.explain({ certificate, model });
    expect(words.proved.length).toBe(counts.holds);
    const { text } = await napcert.report({ certificates: [certificate], models: [model], format: 'junit' });
    expect(text).toContain('<testsuite');
  });
});
