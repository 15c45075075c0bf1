/** Files that change while the gate is at work: what was read once, and checked, is what is decided about. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { gate } from '../../src/api/gate/gate.js';
import { mine } from '../../src/api/mine.js';
import type { Progress } from '../../src/api/progress.js';
import type { Certificate } from '../../src/certificate/certificate.js';
import { sha256 } from '../../src/util/digest.js';
import { InputError } from '../../src/util/errors.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

const reads = vi.hoisted(() => [] as string[]);
vi.mock('../../src/util/read-regular-file.js', async (original) => {
  const actual = await original<typeof import('../../src/util/read-regular-file.js')>();
  const readRegularFile: typeof actual.readRegularFile = (path, options) => {
    reads.push(path);
    return actual.readRegularFile(path, options);
  };
  return { ...actual, readRegularFile };
});
vi.mock('../../src/dataset/read-file.js', async (original) => {
  const actual = await original<typeof import('../../src/dataset/read-file.js')>();
  const readContent: typeof actual.readContent = (path, cap) => {
    reads.push(path);
    return actual.readContent(path, cap);
  };
  return { ...actual, readContent };
});

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const timesRead = (name: string): number => reads.filter((path) => resolve(path) === at(name)).length;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-reads-'));
  // logits (1 + relu(x0 - 1/2), relu(x1 - 1/2)): class 0 holds behind its NAP, class 1 loses to 0 behind its own.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
  const rows = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? `1,${i / 100},0` : `${i / 100},1,1`));
  for (const [name, part] of [
    ['mined.csv', rows.slice(0, 10)],
    ['held.csv', rows.slice(10)],
  ] as const) {
    writeFileSync(at(name), `x0,x1,label\n${part.join('\n')}\n`);
  }
  const data = { data: at('mined.csv'), deltas: ['1'], grouping: 'label', samples: 'all' } as const;
  await mine({ model: at('tiny.onnx'), ...data, output: at('tiny.nap.json') });
});
afterAll(() => rmSync(folder, { recursive: true }));

const SPEC = (label: number): string =>
  `napcert: 1\nproperties:\n  - { kind: non-misclassification, classes: [${label}] }\n`;

beforeEach(() => {
  writeFileSync(at('spec.yaml'), SPEC(0));
  writeFileSync(
    at('p.yaml'),
    'napcert-policy: 1\nmodels:\n  - name: tiny\n    model: tiny.onnx\n    naps: tiny.nap.json\n    specification: spec.yaml\n' +
      '    mining: { path: mined.csv }\n    recall: [{ data: { path: held.csv }, minimum: 0.5 }]\n',
  );
  rmSync(at('p.gate'), { recursive: true, force: true });
  reads.length = 0;
});

/** Does something at the first step whose words match. */
function at1st(words: RegExp, action: () => void): Progress {
  let isDone = false;
  const step = (what: string): void => {
    if (isDone || !words.test(what)) return;
    isDone = true;
    action();
  };
  return { step, note: () => {} };
}

function certificatePath(): string {
  const name = readdirSync(at('p.gate')).find((file) => file.endsWith('.cert.json'));
  return at('p.gate', name!);
}

/** The same certificate with the opposite verdicts: wrong, whatever it was. */
function forged(path: string): string {
  const certificate = JSON.parse(readFileSync(path, 'utf8')) as Certificate;
  for (const property of certificate.predicate.properties) property.verdict = 'violated';
  return JSON.stringify(certificate);
}

describe('a certificate that is swapped', () => {
  it('behind the check is not what is decided about: the decision names the bytes that were checked', async () => {
    await gate({ policy: at('p.yaml') });
    const path = certificatePath();
    const honest = readFileSync(path);
    const swap = at1st(/^checking .*cert\.json/, () => writeFileSync(path, forged(path)));
    const decision = await gate({ policy: at('p.yaml') }, swap);
    expect(sha256(readFileSync(path))).not.toBe(sha256(honest));
    expect(decision.outcome).toBe('passed');
    expect(decision.models[0]!.certificate).toMatchObject({ sha256: sha256(honest), check: 'valid' });
    expect(decision.models[0]!.requirements[0]).toMatchObject({ status: 'met', reused: true });
    // The next run meets the swapped file, and stops.
    expect(await gate({ policy: at('p.yaml') })).toMatchObject({ outcome: 'rejected', exitCode: 4 });
  });

  it('before the check is rejected', async () => {
    await gate({ policy: at('p.yaml') });
    const path = certificatePath();
    const swap = at1st(/^reading .*cert\.json/, () => writeFileSync(path, forged(path)));
    expect(await gate({ policy: at('p.yaml') }, swap)).toMatchObject({ outcome: 'rejected', exitCode: 4 });
  });

  it('between writing and checking, for one as valid, is noticed: nobody else decides for this run', async () => {
    await gate({ policy: at('p.yaml') });
    const other = at('other.json');
    writeFileSync(other, `${readFileSync(certificatePath(), 'utf8')}\n`);
    rmSync(at('p.gate'), { recursive: true });
    const swap = at1st(/^reading .*cert\.json/, () => copyFileSync(other, certificatePath()));
    const refusal = gate({ policy: at('p.yaml') }, swap);
    await expect(refusal).rejects.toThrow(InputError);
    await expect(refusal).rejects.toThrow(/changed while it was checked/);
  });
});

describe('each file of the policy', () => {
  it('is read once: policy, specification, held-out samples', async () => {
    const decision = await gate({ policy: at('p.yaml') });
    expect(decision.outcome).toBe('passed');
    expect(['p.yaml', 'spec.yaml', 'held.csv'].map((name) => [name, timesRead(name)])).toEqual([
      ['p.yaml', 1],
      ['spec.yaml', 1],
      ['held.csv', 1],
    ]);
  });

  it('may change afterwards, and the decision is about what was read', async () => {
    const swap = at1st(/^deciding/, () => {
      writeFileSync(at('spec.yaml'), SPEC(1));
      writeFileSync(at('p.yaml'), 'napcert-policy: 1\nmodels: []\n');
    });
    const { models } = await gate({ policy: at('p.yaml') }, swap);
    expect(models[0]!.specification!.sha256).toBe(sha256(SPEC(0)));
    expect(models[0]!.requirements.map(({ id, status }) => [id, status])).toEqual([
      ['non-misclassification/0', 'met'],
    ]);
  });
});
