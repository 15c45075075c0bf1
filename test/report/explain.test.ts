/** Certificates in plain words: nothing is called proved that the checker did not accept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/api/explain.js';
import { explainSchema } from '../../src/report/documents/explain.js';
import { explainText } from '../../src/report/text/explain.js';
import {
  HOSTILE,
  hostileCertificate,
  type ReportFolder,
  reportFolder,
  trustingCertificate,
  validCertificate,
  wrongCertificate,
} from './certificates.js';

let files: ReportFolder;
beforeAll(() => {
  files = reportFolder();
});
afterAll(() => files.remove());

describe('explain', () => {
  it('a valid certificate: what is proved, what is refuted, and what is said about nothing', async () => {
    const certificate = files.write('valid.json', validCertificate());
    const document = await explain({ certificate, model: files.model });
    expect(explainSchema.parse(document)).toEqual(document);
    expect(document.verdict).toBe('valid');
    // The margins of test/forged/base.ts: at least 0.4375 and 1.125; the lesser is the property's.
    expect(document.proved[0]).toBe(
      'No input of the domain that follows the NAP of class 0 is classified as 1 or 2. Its own logit leads by at least 0.4375.',
    );
    expect(document.refuted).toHaveLength(1);
    expect(document.proved.filter((text) => text.includes('this says nothing'))).toHaveLength(1);
    expect(document.notShown).toEqual([]);
    expect(document.notClaimed.join(' ')).toMatch(/outside the domain \(every input number in \[-1, 1\]\)/);
  });

  it('speaks of an operator only where the model has it, or may have it', async () => {
    const certificate = files.write('operators.json', validCertificate());
    const known = await explain({ certificate, model: files.model });
    const unknown = await explain({ certificate });
    expect(known.arithmetic.join()).not.toContain('BatchNormalization');
    expect(known.arithmetic).toHaveLength(unknown.arithmetic.length - 1);
    expect(unknown.arithmetic.join()).toContain('BatchNormalization');
  });

  it('a rejected one and one without its model prove nothing', async () => {
    const wrong = files.write('wrong.json', wrongCertificate());
    const rejected = await explain({ certificate: wrong, model: files.model });
    const alone = await explain({ certificate: files.write('alone.json', validCertificate()) });
    for (const { proved, refuted, notShown } of [rejected, alone]) {
      expect({ proved, refuted }).toEqual({ proved: [], refuted: [] });
      expect(notShown).toHaveLength(6);
    }
    expect([rejected.verdict, alone.verdict]).toEqual(['invalid', 'unchecked']);
    const said = JSON.stringify(alone);
    expect(said.split('no model was given')).toHaveLength(2);
  });

  it('who is trusted is named', async () => {
    const certificate = files.write('trusting.json', trustingCertificate());
    const document = await explain({ certificate, model: files.model });
    expect(document.trusted.join()).toContain('someone 1.0');
    expect(document.notShown).toHaveLength(1);
  });

  it("the author's words are told apart from what was checked", async () => {
    const certificate = files.write('hostile.json', hostileCertificate());
    const { stated, refuted, ...document } = await explain({ certificate, model: files.model });
    const quoted = JSON.stringify(HOSTILE);
    expect(stated).toContain(`The model is called ${JSON.stringify(`${HOSTILE}.onnx`)}.`);
    expect(stated.join()).toContain(`Samples of ${quoted}`);
    expect(refuted).toEqual([expect.stringContaining(`(labelled ${quoted} in the certificate)`)]);
    for (const part of ['proved', 'notShown', 'inputs', 'arithmetic', 'notClaimed', 'trusted'] as const) {
      expect(document[part].join()).not.toContain('add-mask');
    }
    // The label of a point is part of its claim's sentence.
    expect(stated.join()).toMatch(/names are labels/);
  });

  it('text fits 40 columns where words do', async () => {
    const certificate = files.write('valid.json', validCertificate());
    const text = explainText(await explain({ certificate, model: files.model }), 40);
    const long = text.split('\n').filter((line) => line.length > 40 && !/\S{36}|napcert check/.test(line));
    expect(long).toEqual([]);
  });
});
