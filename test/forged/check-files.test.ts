/** From files to a verdict, as `napcert check` does it: model, certificate, proof file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../src/api/check.js';
import { formatCertificate } from '../../src/certificate/read-certificate.js';
import { InputError } from '../../src/util/errors.js';
import { baseCertificate, MODEL_BYTES, stepsOf, withProofFile } from './base.js';

const folder = mkdtempSync(join(tmpdir(), 'napcert-check-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, data: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
};
const model = file('tiny.onnx', MODEL_BYTES);

describe('check', () => {
  it('calls a proved certificate valid', async () => {
    const certificate = file('valid.json', formatCertificate(baseCertificate()));
    const document = await check({ certificate, model });
    expect(document).toMatchObject({ verdict: 'valid', holes: [], rejection: null });
    expect(document.properties.map(({ claimed }) => claimed)).toEqual([
      'holds',
      'holds',
      'holds',
      'holds',
      'violated',
      'vacuous',
    ]);
  });

  it('reads the proof file beside the certificate', async () => {
    const { certificate, bytes } = withProofFile();
    const path = file('filed.json', formatCertificate(certificate));
    expect(await check({ certificate: path, model })).toMatchObject({
      verdict: 'invalid',
      rejection: { found: 'no such file or folder' },
    });
    file('proofs.jsonl.gz', bytes);
    expect(await check({ certificate: path, model })).toMatchObject({ verdict: 'valid' });
  });

  it('says which step fails, what it needs and what it found', async () => {
    const forged = baseCertificate();
    stepsOf(forged, 'non-misclassification/0/1').shift();
    const certificate = file('forged.json', formatCertificate(forged));
    expect(await check({ certificate, model })).toMatchObject({
      verdict: 'invalid',
      rejection: {
        place: 'obligation non-misclassification/0/1, step 0',
        rule: 'lin',
        expected: 'an upper bound < 0',
      },
    });
  });

  it('refuses a file that is no certificate', async () => {
    const certificate = file('other.json', '{"_type":1,"_type":2}');
    await expect(check({ certificate, model })).rejects.toThrow(InputError);
  });
});
