/** verify and check on networks that can be worked out by hand, and their exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { ROOT, runCli } from '../helpers/run-cli.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const cli = (...args: string[]) => runCli(args, { cwd: folder });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-verify-'));
  // z = x - 1/2, so that the regions of the NAPs have an interior in the unit box.
  const centred = { ...TINY.initializers, b1: vector(-0.5, -0.5) };
  writeFileSync(join(folder, 'fair.onnx'), tinyModel({ initializers: centred }));
  // logits (1 + relu(z0), relu(z1)): a head start of 1 for class 0.
  writeFileSync(join(folder, 'biased.onnx'), tinyModel({ initializers: { ...centred, b2: vector(1, 0) } }));
  writeFileSync(join(folder, 'data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
  for (const name of ['fair', 'biased']) {
    const args = ['--data', 'data.csv', '--delta', '1', '-o', `${name}.nap.json`];
    expect(await cli('mine', `${name}.onnx`, ...args)).toMatchObject({ code: 0 });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function verify(model: string, ...args: string[]) {
  const common = ['--naps', `${model}.nap.json`, '--json', '--quiet', '-o', 'out.json'];
  const { code, stdout } = await cli('verify', `${model}.onnx`, ...common, ...args);
  const document = DOCUMENTS.verify.parse(JSON.parse(stdout));
  const certificate = parseCertificate(readFileSync(join(folder, 'out.json'), 'utf8'), 'out.json');
  return { code, document, certificate };
}

async function check(certificate: string, model: string, ...args: string[]) {
  const { code, stdout } = await cli('check', certificate, '--model', model, '--json', '--quiet', ...args);
  return { code, document: DOCUMENTS.check.parse(JSON.parse(stdout)) };
}

describe('verify and check in the unit box', () => {
  it('class 0 of the biased network: its NAP forces relu(z1) = 0, and 1 + relu(z0) > 0: holds, 0', async () => {
    const { code, document } = await verify('biased', '--class', '0', '--property', 'non-misclassification');
    expect(document.counts).toEqual({ holds: 1, violated: 0, unknown: 0, vacuous: 0 });
    expect(code).toBe(0);
    const checked = await check('out.json', 'biased.onnx', '--naps', 'biased.nap.json');
    const trusted = document.properties.some(({ obligations }) =>
      obligations.some((o) => o.trusted.length > 0),
    );
    expect(checked.document.verdict).toBe(trusted ? 'incomplete' : 'valid');
    expect(checked.code).toBe(trusted ? 3 : 0);
  });

  it('class 1 of the biased network: (1/4, 3/4) follows its NAP and has logits (1, 1/4): violated, 1', async () => {
    const { code, document, certificate } = await verify('biased', '--class', '1', '--competitor', '0');
    expect(document.properties.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['non-misclassification/1', 'violated'],
      ['non-ambiguity/0-1', 'holds'],
    ]);
    expect(code).toBe(1);
    const evidence = certificate.predicate.obligations.find(({ id }) => id === 'non-misclassification/1/0')!;
    if (evidence.evidence.kind !== 'counterexample') throw new Error('no counterexample');
    const [x0, x1] = evidence.evidence.replay.point as [number, number];
    // Follows the NAP inside the box, and there logit 0 = 1 is at least logit 1 = x1 - 1/2.
    expect(x0).toBeGreaterThanOrEqual(0);
    expect(x0).toBeLessThanOrEqual(0.5);
    expect(x1).toBeGreaterThan(0.5);
    expect(x1).toBeLessThanOrEqual(1);
  });

  it('the fair network ties only at x0 = 1/2, the boundary of the NAP, so neither answer is true in both forms: 3', async () => {
    const { code, document } = await verify('fair', '--property', 'non-misclassification', '--class', '0');
    expect(document.properties.map(({ verdict }) => verdict)).toEqual(['unknown']);
    expect(code).toBe(3);
  });

  it('prints a table for people and names the certificate', async () => {
    const args = ['--naps', 'biased.nap.json', '--data', 'data.csv', '-o', 'table.json'];
    const { code, stdout } = await cli('verify', 'biased.onnx', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ +violated +non-misclassification\/1 /m);
    expect(stdout).toContain('Certificate: table.json');
    const checked = await cli('check', 'table.json', '--model', 'biased.onnx');
    expect(checked.stdout).toMatch(/^(valid|incomplete)\n/);
  });
});

describe('check rejects with 4', () => {
  beforeAll(async () => {
    const args = ['--naps', 'biased.nap.json', '--class', '1', '-o', 'good.json'];
    expect((await cli('verify', 'biased.onnx', ...args)).code).toBe(1);
  });

  it('a certificate of another model', async () => {
    const { code, document } = await check('good.json', 'fair.onnx');
    expect({ code, verdict: document.verdict }).toEqual({ code: 4, verdict: 'invalid' });
    expect(document.rejection?.place).toBe('model.sha256');
  });

  it('a violated property that is passed off as one that holds', async () => {
    const text = readFileSync(join(folder, 'good.json'), 'utf8');
    writeFileSync(join(folder, 'forged.json'), text.replaceAll('"violated"', '"holds"'));
    const { code, stdout } = await cli('check', 'forged.json', '--model', 'biased.onnx');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^invalid\n/);
  });
});

describe('Ctrl-C during verify', () => {
  it('keeps what was decided and ends with 130', async () => {
    const model = join(ROOT, 'models', 'mnist-64x2.onnx');
    const mined = ['--data', 'mnist', '--limit', '500', '--delta', '1', '-o', 'mnist.nap.json', '--quiet'];
    expect(await cli('mine', model, ...mined)).toMatchObject({ code: 0 });
    const args = ['verify', model, '--naps', 'mnist.nap.json', '--json', '-o', 'partial.json'];
    const { code, stdout, stderr } = await runCli(args, {
      cwd: folder,
      started: (child) => {
        const interrupt = (text: string): void => {
          if (!text.includes('deciding')) return;
          child.stderr?.off('data', interrupt);
          child.kill('SIGINT');
        };
        child.stderr?.on('data', interrupt);
      },
    });
    expect(stderr).toContain('interrupted: keeping what was decided');
    expect(code).toBe(130);
    expect(DOCUMENTS.verify.parse(JSON.parse(stdout)).interrupted).toBe(true);
    const certificate = parseCertificate(readFileSync(join(folder, 'partial.json'), 'utf8'), 'partial.json');
    expect(certificate.predicate.interrupted).toBe(true);
    expect(certificate.predicate.properties.some(({ verdict }) => verdict === 'unknown')).toBe(true);
  });
});
