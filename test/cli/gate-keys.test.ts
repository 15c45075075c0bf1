/** Keys, signed certificates and starter files through the built command line. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisionSchema } from '../../src/gate/decision.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { runCli } from '../helpers/run-cli.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });
const read = (name: string) => readFileSync(at(name), 'utf8');

const POLICY = `napcert-policy: 1
models:
  - name: tiny
    model: tiny.onnx
    naps: tiny.nap.json
    require:
      - { kind: non-misclassification, classes: [0] }
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-keys-'));
  // logits (1 + relu(x0 - 1/2), relu(x1 - 1/2)): class 0 holds behind its NAP, see verify.test.ts.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
  const rows = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? `1,${i / 100},0` : `${i / 100},1,1`));
  writeFileSync(at('data.csv'), `x0,x1,label\n${rows.join('\n')}\n`);
  writeFileSync(at('policy.yaml'), POLICY);
  const mined = await cli('mine', 'tiny.onnx', '--data', 'data.csv', '--delta', '1', '-o', 'tiny.nap.json');
  expect(mined.code).toBe(0);
  for (const name of ['release', 'other']) expect((await cli('keygen', '-o', name)).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('keygen', () => {
  it('writes a private key for its owner only, and never over a file', async () => {
    if (process.platform !== 'win32') expect(statSync(at('release.key.pem')).mode & 0o777).toBe(0o600);
    expect(read('release.key.pem')).toContain('PRIVATE KEY');
    expect(read('release.pub.pem')).toContain('PUBLIC KEY');
    const before = read('release.key.pem');
    const again = await cli('keygen', '-o', 'release');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('keys are never overwritten');
    rmSync(at('other.key.pem'));
    expect((await cli('keygen', '-o', 'other')).code).toBe(2);
    expect(existsSync(at('other.key.pem'))).toBe(false);
    expect(read('release.key.pem')).toBe(before);
  });
});

describe('signed certificates', () => {
  const check = (file: string, ...args: string[]) =>
    cli('check', file, '--model', 'tiny.onnx', '--json', ...args);

  it('verify --sign-key, check --verify-key', async () => {
    const claim = ['--naps', 'tiny.nap.json', '--property', 'non-misclassification', '--class', '0'];
    const made = await cli('verify', 'tiny.onnx', ...claim, '-o', 'c.json', '--sign-key', 'release.key.pem');
    expect(made.code).toBe(0);
    const good = await check('c.dsse.json', '--verify-key', 'other.pub.pem', 'release.pub.pem');
    expect(good.code).toBe(0);
    const document = DOCUMENTS.check.parse(JSON.parse(good.stdout));
    expect(document).toMatchObject({ verdict: 'valid', signature: { verified: true } });
    expect(document.certificate.sha256).toBe(
      DOCUMENTS.check.parse(JSON.parse((await check('c.json')).stdout)).certificate.sha256,
    );
    const envelope = read('c.dsse.json');
    writeFileSync(at('cut.dsse.json'), envelope.slice(0, -20));
    writeFileSync(at('twice.dsse.json'), envelope.replace('{', '{ "payload": "",'));
    for (const [file, key] of [
      ['c.dsse.json', 'other.pub.pem'],
      ['c.json', 'release.pub.pem'],
      ['cut.dsse.json', 'release.pub.pem'],
      ['twice.dsse.json', 'release.pub.pem'],
    ] as const) {
      const bad = await check(file, '--verify-key', key);
      expect(bad.code).toBe(4);
      const rejected = DOCUMENTS.check.parse(JSON.parse(bad.stdout));
      expect(rejected).toMatchObject({
        verdict: 'invalid',
        properties: [],
        rejection: { rule: 'signature' },
      });
    }
    expect((await check('missing.dsse.json', '--verify-key', 'release.pub.pem')).code).toBe(2);
    const keyless = await check('c.dsse.json');
    expect(keyless.code).toBe(2);
    expect(keyless.stderr).toContain('--verify-key');
  });

  it('sign makes the same envelope from the file, and refuses other files', async () => {
    const made = await cli('sign', 'c.json', '--key', 'release.key.pem', '-o', 'again.dsse.json');
    expect(made.code).toBe(0);
    // Ed25519 signatures are deterministic.
    expect(read('again.dsse.json')).toBe(read('c.dsse.json'));
    for (const file of ['tiny.nap.json', 'c.dsse.json']) {
      expect((await cli('sign', file, '--key', 'release.key.pem', '-o', 'no.json')).code).toBe(2);
    }
    expect((await cli('sign', 'c.json', '--key', 'release.pub.pem', '-o', 'no.json')).code).toBe(2);
    expect((await check('c.dsse.json', '--verify-key', 'release.key.pem')).code).toBe(2);
  });

  it('the gate signs, and reuses what is signed; a wrong signature is rejected', async () => {
    const gate = async (...args: string[]) => {
      const { code, stdout } = await cli('gate', 'policy.yaml', '--json', ...args);
      return { code, ...decisionSchema.parse(JSON.parse(stdout)) };
    };
    const first = await gate('--sign-key', 'release.key.pem');
    expect(first.code).toBe(0);
    const summary = JSON.parse(read('policy.gate/summary.vsa.dsse.json'));
    expect(JSON.parse(Buffer.from(summary.payload, 'base64').toString()).predicateType).toBe(
      'https://slsa.dev/verification_summary/v1',
    );
    const signed = ['--no-prove', '--verify-key', 'release.pub.pem'];
    const again = await gate(...signed);
    expect(again.code).toBe(0);
    expect(again.models[0]!.certificate).toMatchObject({ origin: 'reused', signature: 'verified' });
    const envelope = first.models[0]!.certificate!.file.replace(/\.json$/, '.dsse.json');
    const genuine = read(envelope);
    const foreign = await gate('--no-prove', '--verify-key', 'other.pub.pem');
    expect(foreign.code).toBe(4);
    writeFileSync(at(envelope), JSON.stringify({ ...JSON.parse(genuine), signatures: [] }));
    expect((await gate(...signed)).code).toBe(4);
    rmSync(at(envelope));
    expect((await gate(...signed)).code).toBe(3);
    // A run that does not sign leaves no signed summary of an earlier one.
    expect(existsSync(at('policy.gate/summary.vsa.dsse.json'))).toBe(false);
  });
});

describe('init', () => {
  it('writes files that run as they are, and none over another', async () => {
    const line = ['init', 'tiny.onnx', '--data', 'data.csv', '-o', 'starter'];
    const { code, stdout } = await cli(...line, '--json');
    expect(code).toBe(0);
    const document = DOCUMENTS.init.parse(JSON.parse(stdout));
    expect(document).toMatchObject({
      policy: 'starter.policy.yaml',
      domain: { lower: 0, upper: 1 },
      classes: [0],
    });
    const gated = await cli('gate', document.policy, '--json');
    // This network never answers class 1, which therefore has no NAP.
    expect(gated.code).toBe(0);
    const decision = decisionSchema.parse(JSON.parse(gated.stdout));
    expect(decision.models[0]!.requirements.map(({ status }) => status)).toEqual(['met']);
    expect(decision.models[0]!.recall.map(({ status }) => status)).toEqual(['met']);
    const before = read(document.policy);
    expect((await cli(...line)).code).toBe(2);
    expect(read(document.policy)).toBe(before);
    expect((await cli(...line, '--force')).code).toBe(0);
  });
});
