/** The example specs/examples/release-gate through the built command line: each release gets the answer it deserves. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { decisionSchema } from '../../src/gate/decision.js';
import { sha256 } from '../../src/util/digest.js';
import { copyExample, EXAMPLE, gate } from '../cli/gate-example.js';
import { ROOT, runCli } from '../helpers/run-cli.js';

let folder: string;
const at = (...path: string[]) => join(folder, EXAMPLE, ...path);
beforeAll(() => {
  folder = copyExample();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.sequential('the release gate', () => {
  it('a good release passes (0), and the certificates are valid', async () => {
    const { code, decision } = await gate(folder, 'policy.yaml');
    expect({ code, outcome: decision.outcome }).toEqual({ code: 0, outcome: 'passed' });
    const rows = decision.models.flatMap(({ requirements }) => requirements);
    expect(rows.map(({ id, status, reused }) => [id, status, reused])).toEqual([
      ['non-misclassification/0', 'met', false],
      ['non-misclassification/3', 'met', false],
      ['non-ambiguity/0-3', 'met', false],
      ['scalar-invariance', 'met', false],
    ]);
    expect(rows[0]!.source).toEqual({ file: join(EXAMPLE, 'release.spec.yaml'), line: 9 });
    const [digits, brightness] = decision.models;
    expect(digits!.certificate).toMatchObject({ origin: 'proved', check: 'valid', rejection: null });
    // Measured by `napcert coverage` as well: 1,824 of the 1,996 held-out digits follow the NAP of their class.
    expect(digits!.recall).toMatchObject([{ measured: { count: 1824, of: 1996 }, status: 'met' }]);
    for (const { certificate, sha256: model } of [digits!, brightness!]) {
      const bytes = readFileSync(join(folder, certificate!.file));
      expect(sha256(bytes)).toBe(certificate!.sha256);
      expect(parseCertificate(bytes.toString(), 'c').subject[0]!.digest.sha256).toBe(model);
    }
  });

  it('again: everything is reused and checked again, nothing is decided', async () => {
    const { code, decision } = await gate(
      folder,
      'policy.yaml',
      '--baseline',
      at('policy.gate'),
      '--no-prove',
    );
    expect(code).toBe(0);
    for (const { certificate, requirements, redo } of decision.models) {
      expect(certificate).toMatchObject({ origin: 'reused', check: 'valid' });
      expect(requirements.every(({ reused }) => reused)).toBe(true);
      expect(redo).toEqual([]);
    }
    expect(decision.baseline!.models.map(({ change, requirements }) => [change, requirements])).toEqual([
      ['same', []],
      ['same', []],
    ]);
  });

  it('writes the decision and a verification summary over the certificates', () => {
    const decision = decisionSchema.parse(
      JSON.parse(readFileSync(at('policy.gate', 'decision.json'), 'utf8')),
    );
    const summary = JSON.parse(readFileSync(at('policy.gate', 'summary.vsa.json'), 'utf8'));
    expect(summary.predicate.verificationResult).toBe('PASSED');
    expect(summary.predicate.inputAttestations.map((one: { digest: object }) => one.digest)).toEqual(
      decision.models.flatMap(({ certificate, specification, naps }) =>
        [certificate, specification, naps].flatMap((one) => (one === null ? [] : [{ sha256: one.sha256 }])),
      ),
    );
    expect(summary.subject.map((one: { digest: { sha256: string } }) => one.digest.sha256)).toEqual(
      decision.models.map(({ sha256: digest }) => digest),
    );
  });

  it('a tampered certificate is stopped (4), and not replaced', async () => {
    const [name] = readdirSync(at('policy.gate')).filter((file) => /^digits-.*\.cert\.json$/.test(file));
    const path = at('policy.gate', name!);
    const genuine = readFileSync(path, 'utf8');
    const certificate = parseCertificate(genuine, path);
    // A better margin than was proved.
    const { evidence } = certificate.predicate.obligations.find(({ verdict }) => verdict === 'unsat')!;
    if (evidence.kind !== 'proof') throw new Error('no proof');
    evidence.margin = 1000;
    const forged = JSON.stringify(certificate);
    writeFileSync(path, forged);
    const { code, decision } = await gate(folder, 'policy.yaml');
    expect({ code, outcome: decision.outcome }).toEqual({ code: 4, outcome: 'rejected' });
    expect(decision.models[0]!.certificate).toMatchObject({ check: 'invalid' });
    expect(decision.models[0]!.requirements.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(readFileSync(path, 'utf8')).toBe(forged);
    writeFileSync(path, genuine.slice(0, 5000));
    expect((await gate(folder, 'policy.yaml', '--no-prove')).code).toBe(4);
    expect((await gate(folder, 'policy.yaml', '--no-prove', '--exit-zero')).code).toBe(0);
    rmSync(path);
    const missing = await gate(folder, 'policy.yaml', '--no-prove');
    expect({ code: missing.code, outcome: missing.decision.outcome }).toEqual({
      code: 3,
      outcome: 'inconclusive',
    });
    writeFileSync(path, genuine);
  });

  it('a slow property is inconclusive (3)', async () => {
    const { code, decision } = await gate(folder, 'slow.yaml');
    expect({ code, outcome: decision.outcome }).toEqual({ code: 3, outcome: 'inconclusive' });
    expect(decision.models[0]!.requirements).toMatchObject([{ status: 'unknown', reused: false }]);
    expect(decision.reasons[0]).toContain('not decided');
  });

  it('a model other than the one the NAPs are of: says what must be done anew, and does not pass', async () => {
    const policy = readFileSync(at('policy.yaml'), 'utf8').replace(
      'mnist-code-128x4.onnx\n    naps',
      'mnist-64x2.onnx\n    naps',
    );
    writeFileSync(at('stale.yaml'), policy);
    const { code, decision } = await gate(folder, 'stale.yaml', '-o', at('policy.gate'));
    expect(code).toBe(3);
    const [digits] = decision.models;
    expect(digits!.requirements.map(({ status }) => status)).toEqual(['missing', 'missing', 'missing']);
    expect(digits!.redo[0]).toContain('mine them anew');
    expect(digits!.redo[1]).toMatch(
      /^non-misclassification\/0: the model changed \([0-9a-f]{12} to [0-9a-f]{12}\)/,
    );
  });

  it('a poisoned model is stopped (1) with a picture of a counterexample', async () => {
    const script = join(ROOT, 'models', 'poison.mjs');
    const poisoned = join(folder, 'out', 'poisoned.onnx');
    execFileSync(process.execPath, [script, join(folder, 'models', 'mnist-code-128x4.onnx'), poisoned]);
    const mined = [
      'mine',
      poisoned,
      '--data',
      'mnist',
      '--split',
      'mine',
      '--limit',
      '3000',
      '--samples',
      'correct',
    ];
    const output = ['--delta', '0.99', '-o', join(folder, 'out', 'poisoned.nap.json')];
    expect((await runCli([...mined, ...output], { cwd: folder })).code).toBe(0);
    const policy = readFileSync(at('poisoned.yaml'), 'utf8');
    // The samples that this run mined from; with others, nothing shows that the recall is on held-out ones.
    writeFileSync(at('poisoned.yaml'), policy.replace('split: mine }', 'split: mine, limit: 3000 }'));
    const { code, decision } = await gate(folder, 'poisoned.yaml');
    expect({ code, outcome: decision.outcome }).toEqual({ code: 1, outcome: 'failed' });
    const [model] = decision.models;
    // The backdoor does not show in clean data.
    expect(model!.recall).toMatchObject([{ status: 'met' }]);
    expect(model!.certificate).toMatchObject({ check: 'valid' });
    const [zero] = model!.requirements;
    expect(zero).toMatchObject({ id: 'non-misclassification/0', status: 'violated' });
    const picture = join(folder, zero!.counterexample!.picture!);
    expect(existsSync(picture)).toBe(true);
    const png = PNG.sync.read(readFileSync(picture));
    // The trigger is the top left pixel, black in every clean digit.
    expect(png.data[0]).toBeGreaterThan(0);
  });
});
