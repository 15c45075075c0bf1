/** Samples of mining are found among those of recall by their numbers, so that another scale may not hide them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../../src/api/gate/gate.js';
import { mine } from '../../src/api/mine.js';
import { InputError } from '../../src/util/errors.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string): string => join(folder, name);

const ROWS = (values: readonly number[]): string =>
  `x0,x1,label\n${values.map((x, i) => (i % 2 === 0 ? `255,${x},0` : `${x},255,1`)).join('\n')}\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-scale-'));
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
  writeFileSync(at('mined.csv'), ROWS([0, 10, 20, 30]));
  writeFileSync(at('held.csv'), ROWS([5, 15, 25, 35]));
  await mine({
    model: at('tiny.onnx'),
    data: at('mined.csv'),
    dataset: { scale: 'unit' },
    deltas: ['1'],
    grouping: 'label',
    samples: 'all',
    output: at('tiny.nap.json'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function policy(mining: string, ...recall: readonly string[]): string {
  writeFileSync(
    at('p.yaml'),
    [
      'napcert-policy: 1',
      'models:',
      '  - name: tiny',
      '    model: tiny.onnx',
      '    naps: tiny.nap.json',
      `    mining: ${mining}`,
      '    recall:',
      ...recall.map((data) => `      - { data: ${data}, minimum: 0.01 }`),
      '',
    ].join('\n'),
  );
  return at('p.yaml');
}
const UNIT = '{ path: mined.csv, scale: unit }';

async function refusal(path: string): Promise<InputError> {
  const thrown = await gate({ policy: path }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(InputError);
  return thrown as InputError;
}

describe('the samples of recall', () => {
  it('of mining itself are not held out', async () => {
    const { outcome, models } = await gate({ policy: policy(UNIT, UNIT) });
    expect(outcome).toBe('failed');
    expect(models[0]!.recall).toMatchObject([{ status: 'not-held-out', measured: null }]);
  });

  it('others under the same scale are', async () => {
    const { models } = await gate({ policy: policy(UNIT, '{ path: held.csv, scale: unit }') });
    expect(models[0]!.recall).toMatchObject([{ status: 'met', measured: { of: 4 } }]);
  });

  it.each([['{ path: mined.csv, scale: raw }'], ['{ path: mined.csv }']])(
    'scaled in another way are refused with their place: %s',
    async (data) => {
      const error = await refusal(policy(UNIT, '{ path: held.csv, scale: unit }', data));
      expect(error.message).toMatch(/scaled in another way/);
      expect(error.fault).toMatchObject({ file: at('p.yaml') });
      expect(error.fault.place).toContain('models.0.recall.1.data.scale');
      expect(error.fault.place).toMatch(/^line 9: /);
    },
  );
});

describe('a scale that is not said', () => {
  it('is that of the kind of numbers: said on one side only, it is the same', async () => {
    await mine({
      model: at('tiny.onnx'),
      data: at('mined.csv'),
      deltas: ['1'],
      grouping: 'label',
      samples: 'all',
      output: at('tiny.nap.json'),
    });
    const { models } = await gate({
      policy: policy(
        '{ path: mined.csv }',
        '{ path: held.csv, scale: raw }',
        '{ path: mined.csv, scale: raw }',
      ),
    });
    expect(models[0]!.recall.map(({ status }) => status)).toEqual(['met', 'not-held-out']);
  });
});
