/** The paper's effect on the shipped models: with biases the accuracy falls with the brightness, without it stays. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/api/check.js';
import { debias } from '../../src/api/debias.js';
import { invariance } from '../../src/api/invariance.js';
import { scalars } from '../../src/api/scalars.js';

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));
const FOLDER = mkdtempSync(join(tmpdir(), 'napcert-invariance-'));
const modelFile = (name: string): string => join(MODELS, `${name}.onnx`);
const dataset = { limit: 1000 };

describe.each(['mnist-64x2', 'mnist-conv'])('%s and its twin without biases', (name) => {
  const zeroBias = modelFile(`${name}-zero-bias`);
  const biased = modelFile(name);

  it('is proved invariant without biases: a blank image ties, and the certificate is valid', async () => {
    const output = join(FOLDER, `${name}-zero-bias.json`);
    const found = await invariance({ model: zeroBias, preprocessing: 'scale', output });
    expect(found).toMatchObject({ verdict: 'scalar-invariant', degree: 1, proved: true, pair: null });
    expect(found.zeroImage).toEqual({
      logits: new Array(10).fill('0'),
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
    expect(await check({ certificate: output, model: zeroBias })).toMatchObject({ verdict: 'valid' });
  });

  it('is refuted with biases by a replayed pair, which the checker accepts and nothing forged', async () => {
    const output = join(FOLDER, `${name}.json`);
    const found = await invariance({ model: biased, data: 'mnist', dataset, output });
    expect(found).toMatchObject({ verdict: 'not-invariant', proved: false, preprocessing: 'not-stated' });
    expect(found.pair!.classes[0]).not.toBe(found.pair!.classes[1]);
    expect(found.pair!.runtimeClasses).toEqual(found.pair!.classes);
    expect(await check({ certificate: output, model: biased })).toMatchObject({ verdict: 'valid' });
    const original = JSON.parse(readFileSync(output, 'utf8'));
    const forge = async (change: (property: Record<string, unknown>) => void): Promise<string> => {
      const copy = structuredClone(original);
      change(copy.predicate.properties[0]);
      const file = join(FOLDER, 'forged.json');
      writeFileSync(file, JSON.stringify(copy));
      return (await check({ certificate: file, model: biased })).verdict;
    };
    expect(await forge(() => {})).toBe('valid');
    expect(
      await forge((property) => {
        property['verdict'] = 'holds';
        property['scaling'] = undefined;
      }),
    ).toBe('invalid');
    expect(await forge((property) => Object.assign(property['scaling'] as object, { factor: 1 }))).toBe(
      'invalid',
    );
    expect(await forge((property) => Object.assign(property['scaling'] as object, { classes: [0, 0] }))).toBe(
      'invalid',
    );
    expect(
      await forge((property) =>
        Object.assign(property, { witnesses: [{ class: 0, point: [0], source: '' }] }),
      ),
    ).toBe('invalid');
    expect(
      await forge((property) => Object.assign(property['property'] as object, { preprocessing: 'none' })),
    ).toBe('invalid');
  });

  it('loses more than 60 points at s = 0.01 with biases and nothing without', async () => {
    const at = async (model: string) => {
      const { accuracy } = await scalars({ model, data: 'mnist', dataset, factors: [1, 0.01], max: '1' });
      return accuracy.map((row) => row.accuracy);
    };
    const [bright, dark] = await at(biased);
    expect(bright! - dark!).toBeGreaterThan(0.6);
    const [zeroBright, zeroDark] = await at(zeroBias);
    expect(zeroDark).toBe(zeroBright);
    expect(zeroBright).toBeGreaterThan(0.95);
  });

  it('becomes invariant when its biases are set to 0, at a measured price', async () => {
    const output = join(FOLDER, `${name}-debiased.onnx`);
    const found = await debias({ model: biased, data: 'mnist', dataset, output });
    expect(found).toMatchObject({ verdict: 'scalar-invariant', left: null });
    const after = found.accuracy!.after.map((row) => row.correct);
    expect(new Set(after).size).toBe(1);
    expect(after[0]).toBeLessThan(found.accuracy!.before[0]!.correct);
    expect(await invariance({ model: output })).toMatchObject({ verdict: 'scalar-invariant', proved: true });
    expect(readFileSync(output).length).toBe(readFileSync(biased).length);
  });
});
