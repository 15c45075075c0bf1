import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/api/check.js';
import { type LearnOptions, learn } from '../../src/api/learn/learn.js';
import { minimizeFiles } from '../../src/api/minimize/minimize.js';
import { TINY, TINY_CSV, tinyModel, vector } from '../helpers/tiny-model.js';

const folder = mkdtempSync(join(tmpdir(), 'napcert-learn-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
// Half a point ahead for class 0: with z[1] off class 0 always wins; class 1 has a tie or worse in every own region.
writeFileSync(at('m.onnx'), tinyModel({ initializers: { ...TINY.initializers, b2: vector(0.5, 0) } }));
writeFileSync(at('d.csv'), TINY_CSV);
writeFileSync(at('h.csv'), 'x0,x1,label\n1,-2,0\n-1,2,1\n2,2.1,0\n');

const options = (name: string): LearnOptions => ({
  model: at('m.onnx'),
  data: at('d.csv'),
  domain: { kind: 'box', lower: -3, upper: 3 },
  margin: 0.001,
  seconds: 10,
  jobs: 1,
  naps: at(`${name}.nap.json`),
  certificate: at(`${name}.cert.json`),
});

describe('learn', () => {
  it('proves what can be proved, says what cannot be, and writes a valid certificate', async () => {
    const document = await learn({ ...options('a'), heldOut: { data: at('h.csv') } });
    const [zero, one] = document.classes;
    expect(zero).toMatchObject({ class: 0, verdict: 'proved', literals: 1 });
    expect(zero!.mining!.ofClass).toMatchObject({ count: 3, of: 3 });
    // Of the two held-out samples labelled 0, (2, 2.1) has z[1] > 0.
    expect(zero!.heldOut!.ofClass).toMatchObject({ count: 1, of: 2 });
    expect(zero!.margin).toBeGreaterThanOrEqual(0.001);
    expect(one).toMatchObject({ class: 1, verdict: 'none-can-exist' });
    const checked = await check({
      certificate: at('a.cert.json'),
      model: at('m.onnx'),
      naps: at('a.nap.json'),
    });
    expect(checked.verdict).toBe('valid');
  });

  it('has written its result before it reads held-out data, which change nothing', async () => {
    await expect(learn({ ...options('b'), heldOut: { data: at('missing.csv') } })).rejects.toThrow();
    expect(existsSync(at('b.cert.json'))).toBe(true);
    const literals = (name: string): unknown =>
      (
        JSON.parse(readFileSync(at(`${name}.nap.json`), 'utf8')) as { classes: { literals: unknown }[] }
      ).classes.map((entry) => entry.literals);
    expect(literals('b')).toEqual(literals('a'));
  });

  it('refuses to replace a certificate', async () => {
    await expect(learn(options('a'))).rejects.toThrow('the output is a certificate already');
  });

  it('minimises what it learned or was given, with a valid certificate of its own', async () => {
    const given = readFileSync(at('a.nap.json'), 'utf8');
    const larger = given.replace(/"active": \[\]/, '"active": [0]');
    expect(larger).not.toBe(given);
    writeFileSync(at('large.nap.json'), larger);
    const document = await minimizeFiles({
      model: at('m.onnx'),
      naps: at('large.nap.json'),
      domain: { kind: 'box', lower: -3, upper: 3 },
      method: 'core',
      margin: 0.001,
      seconds: 10,
      output: at('small.nap.json'),
      certificate: at('small.cert.json'),
    });
    expect(document.classes).toMatchObject([
      { verdict: 'proved', before: 2, after: 1, minimal: 'inclusion' },
    ]);
    const checked = await check({
      certificate: at('small.cert.json'),
      model: at('m.onnx'),
      naps: at('small.nap.json'),
    });
    expect(checked.verdict).toBe('valid');
  });
});
