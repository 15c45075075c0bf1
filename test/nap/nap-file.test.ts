import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DELTA_MEANING } from '../../src/nap/delta.js';
import { toTensorLiterals } from '../../src/nap/nap.js';
import { formatNapFile, parseNapFile, readNapFile } from '../../src/nap/nap-file.js';
import { assertNapMatchesModel, napDigest, naps, toPhases } from '../../src/nap/nap-literals.js';
import { type NapFile, napJsonSchema } from '../../src/nap/nap-schema.js';
import type { Network } from '../../src/network/network.js';
import { InputError } from '../../src/util/errors.js';

/** Two ReLU layers of 4 and 3 neurons, 3 classes; what the NAP code reads of a network. */
const network: Network = {
  kind: 'network',
  tensors: [
    { name: 'in', shape: [4], size: 4 },
    { name: 'h1', shape: [4], size: 4 },
    { name: 'h2', shape: [3], size: 3 },
    { name: 'out', shape: [3], size: 3 },
  ],
  layers: [
    { kind: 'relu', node: 'r1', input: 1, output: 2, slope: 0 },
    { kind: 'relu', node: 'r2', input: 2, output: 3, slope: 0 },
  ],
  input: 0,
  output: 3,
  elementType: 'float32',
  notes: [],
};

const SHA = 'ab'.repeat(32);
const followers = {
  recall: { count: 9, of: 10, value: 0.9, low: 0.596, high: 0.982 },
  otherClasses: 2,
  classifiedOtherwise: { count: 1, indices: [17] },
};

function sample(): NapFile {
  return {
    format: 'napcert-nap/1',
    model: { name: 'tiny.onnx', sha256: SHA },
    delta: '0.99',
    deltaMeaning: DELTA_MEANING,
    grouping: 'label',
    samples: 'all',
    dataset: { name: 'digits', selection: 'all', digest: SHA, count: 30 },
    heldOut: null,
    classes: [
      {
        class: 0,
        support: 10,
        literals: [
          { tensor: 'h1', active: [0, 3], inactive: [1] },
          { tensor: 'h2', active: [], inactive: [0, 2] },
        ],
        statistics: {
          mining: followers,
          heldOut: null,
          layers: [
            { tensor: 'h1', neurons: 4, active: 2, inactive: 1 },
            { tensor: 'h2', neurons: 3, active: 0, inactive: 2 },
          ],
        },
      },
      { class: 2, support: 20, literals: [], statistics: null },
    ],
    classesWithoutSamples: [1],
    overlap: [
      {
        classes: [0, 2],
        sharedLiterals: 0,
        contradictions: 0,
        disjoint: false,
        miningFollowersOfBoth: 9,
        heldOutFollowersOfBoth: null,
      },
    ],
  };
}

/** The sample as plain JSON data, changed. */
// biome-ignore lint/suspicious/noExplicitAny: malformed documents on purpose
function broken(change: (file: any) => void): string {
  const file = JSON.parse(formatNapFile(sample()));
  change(file);
  return JSON.stringify(file);
}

function faultOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
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
    ['empty text', '', /not valid JSON/, undefined],
    ['truncated JSON', formatNapFile(sample()).slice(0, 500), /not valid JSON/, undefined],
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

describe('literals of a network', () => {
  it('become phases by neuron number, and back', () => {
    const [first, second] = naps(network, sample());
    expect([...first!.phases]).toEqual([1, -1, 0, 1, -1, 0, -1]);
    expect([first!.class, second!.class]).toEqual([0, 2]);
    expect([...second!.phases]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(toTensorLiterals(network, first!.phases)).toEqual(sample().classes[0]!.literals);
  });

  const entry = (literals: { tensor: string; active: number[]; inactive: number[] }[], label = 0) => ({
    class: label,
    literals,
  });
  it.each<[string, ReturnType<typeof entry>, RegExp, string]>([
    [
      'unknown tensor',
      entry([{ tensor: 'h3', active: [0], inactive: [] }]),
      /no ReLU layer/,
      'class 0.literals[0].tensor',
    ],
    [
      'tensor that is no pre-activation',
      entry([{ tensor: 'out', active: [0], inactive: [] }]),
      /no ReLU layer/,
      'class 0.literals[0].tensor',
    ],
    [
      'index out of range',
      entry([{ tensor: 'h2', active: [], inactive: [1, 3] }]),
      /out of range/,
      'class 0.literals[0].inactive[1]',
    ],
    ['class out of range', entry([], 3), /no such class/, 'class 3.class'],
    [
      'active and inactive',
      entry([{ tensor: 'h2', active: [1], inactive: [1] }]),
      /both active and inactive/,
      'class 0.literals[0]',
    ],
    [
      'unsorted',
      entry([{ tensor: 'h2', active: [1, 0], inactive: [] }]),
      /ascending/,
      'class 0.literals[0].active[1]',
    ],
    [
      'NaN index',
      entry([{ tensor: 'h2', active: [Number.NaN], inactive: [] }]),
      /out of range/,
      'class 0.literals[0].active[0]',
    ],
  ])('are refused: %s', (_, literals, message, place) => {
    const error = faultOf(() => toPhases(network, literals));
    expect(error.message).toMatch(message);
    expect(error.fault.place).toBe(place);
  });

  it('have a digest that depends on the literals only', () => {
    const phases = toPhases(network, sample().classes[0]!);
    const emptyEntry = { class: 1, literals: [...sample().classes[0]!.literals].reverse() };
    expect(napDigest(network, toPhases(network, emptyEntry))).toBe(napDigest(network, phases));
    const seen = new Set([napDigest(network, phases)]);
    for (let neuron = 0; neuron < phases.length; neuron++) {
      for (const phase of [-1, 0, 1]) {
        const changed = Int8Array.from(phases);
        changed[neuron] = phase;
        seen.add(napDigest(network, changed));
      }
    }
    // Two other phases for each of seven neurons, and the original.
    expect(seen.size).toBe(15);
    expect(() => napDigest(network, new Int8Array(6))).toThrow(/another network/);
  });
});
