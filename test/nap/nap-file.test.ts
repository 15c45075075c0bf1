import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatNapFile, parseNapFile, readNapFile } from '../../src/nap/nap-file.js';
import { assertNapMatchesModel } from '../../src/nap/nap-literals.js';
import { type NapFile, napJsonSchema } from '../../src/nap/nap-schema.js';
import { faultOf } from '../helpers/fault-of.js';
import { SHA, sample } from './sample-file.js';

/** The sample as plain JSON data, changed. */
// biome-ignore lint/suspicious/noExplicitAny: malformed documents on purpose
function broken(change: (file: any) => void): string {
  const file = JSON.parse(formatNapFile(sample()));
  change(file);
  return JSON.stringify(file);
}

const folder = mkdtempSync(join(tmpdir(), 'nap-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('NAP files', () => {
  it('survive writing and reading', () => {
    const path = join(folder, 'a.nap.json');
    writeFileSync(path, formatNapFile(sample()));
    expect(readNapFile(path)).toEqual(sample());
  });

  it('are written with the same bytes whatever the order of keys, number lists on one line', () => {
    const file = sample();
    const turned = Object.fromEntries(Object.entries(file).reverse()) as unknown as NapFile;
    expect(formatNapFile(turned)).toBe(formatNapFile(file));
    expect(formatNapFile(file)).toContain('"active": [0, 3],\n');
    expect(formatNapFile(file).endsWith('}\n')).toBe(true);
  });

  it('have the JSON schema that specs/nap.schema.json holds', async () => {
    await expect(napJsonSchema()).toMatchFileSnapshot('../../specs/nap.schema.json');
    expect(
      JSON.parse(readFileSync(new URL('../../specs/nap.schema.json', import.meta.url), 'utf8')),
    ).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', additionalProperties: false });
  });

  it.each<[string, string, RegExp, string | undefined]>([
    ['empty text', '', /not valid JSON/, 'end of file'],
    ['nested deeply', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, /nested too deeply/, 'line 1, column 21'],
    [
      'a repeated key',
      formatNapFile(sample()).replace('{', '{"delta": "0.7",'),
      /duplicate key "delta"/,
      'line 7, column 3',
    ],
    ['truncated JSON', formatNapFile(sample()).slice(0, 500), /not valid JSON/, 'line 14, column 6'],
    ['no object', '[]', /expected object/i, undefined],
    ['another format', broken((f) => (f.format = 'napcert-nap/2')), /napcert-nap\/1/, 'format'],
    ['unknown key', broken((f) => (f.detla = 1)), /detla/, undefined],
    ['unknown nested key', broken((f) => (f.classes[0].literal = [])), /literal/, 'classes[0]'],
    ['missing model', broken((f) => delete f.model), /expected object/i, 'model'],
    ['digest too short', broken((f) => (f.model.sha256 = 'abc')), /64/, 'model.sha256'],
    ['digest in capitals', broken((f) => (f.model.sha256 = SHA.toUpperCase())), /64/, 'model.sha256'],
    ['delta as number', broken((f) => (f.delta = 0.99)), /string/, 'delta'],
    ['delta too small', broken((f) => (f.delta = '0.4')), /out of range/, 'delta'],
    ['delta no decimal', broken((f) => (f.delta = '99%')), /plain decimal/, 'delta'],
    ['delta not canonical', broken((f) => (f.delta = '0.990')), /canonical/, 'delta'],
    ['other meaning', broken((f) => (f.deltaMeaning = 'exception rate')), /expected/i, 'deltaMeaning'],
    ['unknown grouping', broken((f) => (f.grouping = 'cluster')), /label/, 'grouping'],
    [
      'negative index',
      broken((f) => (f.classes[0].literals[0].active[0] = -1)),
      /0/,
      'classes[0].literals[0].active[0]',
    ],
    [
      'fractional index',
      broken((f) => (f.classes[0].literals[0].active[0] = 0.5)),
      /int/,
      'classes[0].literals[0].active[0]',
    ],
    [
      'index as text',
      broken((f) => (f.classes[0].literals[0].active[0] = '0')),
      /number/,
      'classes[0].literals[0].active[0]',
    ],
    [
      'unsorted indices',
      broken((f) => (f.classes[0].literals[0].active = [3, 0])),
      /ascending/,
      'classes[0].literals[0].active[1]',
    ],
    [
      'repeated index',
      broken((f) => (f.classes[0].literals[1].inactive = [2, 2])),
      /repeated/,
      'classes[0].literals[1].inactive[1]',
    ],
    [
      'active and inactive',
      broken((f) => (f.classes[0].literals[0].inactive = [0, 1])),
      /both active and inactive/,
      'classes[0].literals[0]',
    ],
    [
      'tensor listed twice',
      broken((f) => (f.classes[0].literals[1].tensor = 'h1')),
      /listed twice/,
      'classes[0].literals[1]',
    ],
    ['class repeated', broken((f) => (f.classes[1].class = 0)), /ascending/, 'classes[1].class'],
    [
      'class without samples that has a NAP',
      broken((f) => (f.classesWithoutSamples = [2])),
      /both/,
      'classesWithoutSamples[0]',
    ],
    ['support 0', broken((f) => (f.classes[0].support = 0)), /1/, 'classes[0].support'],
    [
      'recall above 1',
      broken((f) => (f.classes[0].statistics.mining.recall.value = 1.5)),
      /1/,
      'classes[0].statistics.mining.recall.value',
    ],
    [
      'overlap of a class that is not there',
      broken((f) => (f.overlap[0].classes = [0, 1])),
      /two classes of the file/,
      'overlap[0].classes',
    ],
    [
      'overlap that contradicts itself',
      broken((f) => (f.overlap[0].disjoint = true)),
      /contradictions/,
      'overlap[0].disjoint',
    ],
  ])('are refused with file and place: %s', (_, text, message, place) => {
    const error = faultOf(() => parseNapFile(text, 'x.nap.json'));
    expect(error.fault.file).toBe('x.nap.json');
    expect(error.message).toMatch(message);
    expect(error.fault.place).toBe(place);
  });

  it('are refused if they cannot be read', () => {
    expect(faultOf(() => readNapFile(join(folder, 'missing.nap.json'))).fault.file).toMatch(/missing/);
    expect(faultOf(() => readNapFile(folder)).message).toMatch(/cannot read/);
  });

  it('of another model are refused', () => {
    assertNapMatchesModel(sample(), SHA);
    const error = faultOf(() => assertNapMatchesModel(sample(), 'cd'.repeat(32), 'x.nap.json'));
    expect(error.fault).toMatchObject({ file: 'x.nap.json', place: 'model.sha256' });
    expect(error.fault.found).toContain('tiny.onnx');
  });
});
