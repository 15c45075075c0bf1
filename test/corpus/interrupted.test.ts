/**
 * What a run leaves on disk when it is killed without a word, and what `merge` makes of that. Once, such a certificate listed only
 * the properties that were decided, and merging two of them gave one that was not interrupted and held altogether.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../src/api/check.js';
import { explain } from '../../src/api/explain.js';
import { merge } from '../../src/api/merge.js';
import { mine } from '../../src/api/mine.js';
import { report } from '../../src/api/report.js';
import { type VerifyFilesOptions, verifyFiles } from '../../src/api/verify-files.js';
import type { Certificate } from '../../src/certificate/certificate.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkText } from '../../src/report/text/check.js';
import { mergeText } from '../../src/report/text/merge.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const path = (name: string): string => join(folder, name);
const read = (name: string): Certificate => parseCertificate(readFileSync(path(name), 'utf8'), name);
const verdicts = ({ predicate }: Certificate): (readonly [string, string])[] =>
  predicate.properties.map(({ id, verdict }) => [id, verdict] as const);

// logits (1 + relu(z0), relu(z1)) with z = x - 1/2: class 0 holds; (1/4, 3/4) refutes class 1; no input follows both NAPs.
const TRUTH = [
  ['non-misclassification/0', 'holds'],
  ['non-misclassification/1', 'violated'],
  ['non-ambiguity/0-1', 'holds'],
] as const;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-interrupted-'));
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(path('m.onnx'), tinyModel({ initializers }));
  writeFileSync(path('data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
  await mine({
    model: path('m.onnx'),
    data: path('data.csv'),
    samples: 'all',
    grouping: 'label',
    deltas: ['1'],
    output: path('m.nap.json'),
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = (output: string, more: Partial<VerifyFilesOptions> = {}): VerifyFilesOptions => ({
  model: path('m.onnx'),
  naps: path('m.nap.json'),
  claims: {},
  engine: 'auto',
  solver: 'glpk',
  timeoutSeconds: 60,
  jobs: 1,
  output: path(output),
  ...more,
});

/** The file that is there when a run ends right after its first property: what it saves before anybody can stop it. */
async function killed(output: string, more: Partial<VerifyFilesOptions> = {}): Promise<Certificate> {
  const kill = (): never => {
    throw new Error('killed');
  };
  await expect(verifyFiles(options(output, more), undefined, undefined, kill)).rejects.toThrow('killed');
  return read(output);
}

const mergeOf = (output: string, ...parts: string[]) =>
  merge({
    model: path('m.onnx'),
    naps: path('m.nap.json'),
    certificates: parts.map(path),
    output: path(output),
  });
const checkOf = (name: string) => check({ certificate: path(name), model: path('m.onnx') });

describe('the certificate of a run that was killed', () => {
  it('lists everything that was asked: what was not reached is unknown, and says why', async () => {
    const certificate = await killed('killed.json');
    expect(certificate.predicate.interrupted).toBe(true);
    expect(verdicts(certificate)).toEqual([TRUTH[0], [TRUTH[1][0], 'unknown'], [TRUTH[2][0], 'unknown']]);
    const results = new Map(certificate.predicate.obligations.map((one) => [one.id, one]));
    for (const { obligations } of certificate.predicate.properties.slice(1)) {
      expect(obligations).not.toHaveLength(0);
      for (const id of obligations) {
        expect(results.get(id)).toMatchObject({
          verdict: 'unknown',
          evidence: { kind: 'none', reason: 'interrupted' },
        });
      }
    }
  });

  it('is incomplete for the checker, and is called interrupted', async () => {
    const document = await checkOf('killed.json');
    expect(document).toMatchObject({ verdict: 'incomplete', interrupted: true, rejection: null });
    expect(checkText(document)).toContain('was interrupted: it decides 1 of 3 properties');
    const { notShown } = await explain({ certificate: path('killed.json'), model: path('m.onnx') });
    expect(notShown[0]).toMatch(/was interrupted, and leaves 2 of 3 properties undecided/);
  });

  it('is gone on from, and what it has is kept if that run is killed too', async () => {
    const document = await verifyFiles(options('killed.json'));
    expect(document.interrupted).toBe(false);
    expect(document.properties[0]!.obligations.map(({ earlier }) => earlier)).toEqual([true]);
    expect(verdicts(read('killed.json'))).toEqual(TRUTH);
    const again = await killed('killed.json');
    expect(again.predicate.interrupted).toBe(true);
    expect(verdicts(again)).toEqual(TRUTH);
    const checked = await checkOf('killed.json');
    // Everything that it lists is decided, so that nothing is left to go on with.
    expect(checked).toMatchObject({ verdict: 'valid', interrupted: true });
    expect(checkText(checked)).toContain('was interrupted: it decides 3 of 3 properties');
  });
});

describe('merge of a certificate whose run was killed', () => {
  it('is interrupted where the parts leave something open', async () => {
    await killed('s1.json', { shard: { index: 1, count: 2 } });
    await killed('s2.json', { shard: { index: 2, count: 2 } });
    const document = await mergeOf('both.json', 's1.json', 's2.json');
    expect(document).toMatchObject({ interrupted: true, counts: { holds: 1, violated: 0, unknown: 2 } });
    expect(mergeText(document)).toContain('was interrupted, and no other one decides');
    expect(read('both.json').predicate.interrupted).toBe(true);
    expect(await checkOf('both.json')).toMatchObject({ verdict: 'incomplete', interrupted: true });
  });

  it('is called interrupted in every report for CI systems', async () => {
    const says = /both\.json: its run was interrupted, and leaves 2 of 3 properties undecided/;
    const texts = new Map<string, string>();
    for (const format of ['github', 'summary', 'sarif', 'junit'] as const) {
      const { text } = await report({ certificates: [path('both.json')], models: [path('m.onnx')], format });
      texts.set(format, text!);
    }
    expect(texts.get('github')).toMatch(new RegExp(`^::warning title=napcert::.*${says.source}`));
    // Markdown has character references for every sign.
    expect(texts.get('summary')).toContain('its run was interrupted');
    const { runs } = JSON.parse(texts.get('sarif')!);
    const notes = runs[0].invocations[0].toolExecutionNotifications.map(
      ({ message }: { message: { text: string } }) => message.text,
    );
    expect(notes).toContainEqual(expect.stringMatching(says));
    expect(texts.get('junit')).toMatch(
      new RegExp(`<property name="interrupted" value="[^"]*${says.source}"/>`),
    );
  });

  it('is interrupted where no run came to its end, whatever they list', async () => {
    for (const name of ['s1', 's2']) {
      const certificate = structuredClone(read(`${name}.json`));
      const { predicate } = certificate;
      predicate.properties = predicate.properties.slice(0, 1);
      const own = new Set(predicate.properties[0]!.obligations);
      predicate.obligations = predicate.obligations.filter(({ id }) => own.has(id));
      writeFileSync(path(`${name}-short.json`), formatCertificate(certificate));
    }
    const document = await mergeOf('short.json', 's1-short.json', 's2-short.json');
    expect(document).toMatchObject({ interrupted: true, counts: { holds: 1, unknown: 0 } });
    expect(mergeText(document)).toContain('it decides what they list');
    expect(read('short.json').predicate.interrupted).toBe(true);
  });

  it('is not where a run that ended and the parts decide everything', async () => {
    await killed('first.json');
    await verifyFiles(options('second.json'));
    const document = await mergeOf('whole.json', 'first.json', 'second.json');
    expect(document.interrupted).toBe(false);
    expect(verdicts(read('whole.json'))).toEqual(TRUTH);
    expect(await checkOf('whole.json')).toMatchObject({ verdict: 'valid', interrupted: false });
  });
});
