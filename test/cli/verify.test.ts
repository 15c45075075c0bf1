/** verify and check on networks that can be worked out by hand, and their exit codes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { tensor } from '../../src/onnx/encode.js';
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
  const common = ['--naps', `${model}.nap.json`, '--json', '--quiet', '--fresh', '-o', 'out.json'];
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
    // The point that refutes the claim is in the certificate; whoever wants to see it is told how.
    expect(stdout).toContain('--counterexamples FOLDER');
    const again = await cli('verify', 'biased.onnx', ...args, '--counterexamples', '.');
    expect(again.stdout).not.toContain('FOLDER');
    const checked = await cli('check', 'table.json', '--model', 'biased.onnx');
    expect(checked.stdout).toMatch(/^(valid|incomplete)\n/);
  });
});

describe('claims that need NAPs', () => {
  const SPEC =
    'napcert: 1\nproperties:\n- kind: non-misclassification\n- kind: local-robustness\n  reference: { input: [1, 0] }\n  epsilon: 0.01\n';

  it.each([
    ['without any choice', [], 'non-misclassification needs NAPs'],
    ['chosen by name', ['--property', 'non-ambiguity'], '--property non-ambiguity: non-ambiguity needs NAPs'],
    [
      'of a specification',
      ['--spec', 'needs.yaml'],
      'needs.yaml: properties[0]: non-misclassification needs',
    ],
  ])('are refused %s where there is no NAP file', async (_, args, message) => {
    writeFileSync(join(folder, 'needs.yaml'), SPEC);
    const { code, stdout, stderr } = await cli('verify', 'biased.onnx', ...args, '-o', 'never.json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/expected: .*--naps/);
  });
});

describe('restricted claims', () => {
  // Three classes: logits (relu(z0), relu(z1), 0) of z = x - 1/2, with the NAPs of the data.
  beforeAll(async () => {
    const w2 = tensor('float32', [2, 3], Float32Array.of(1, 0, 0, 0, 1, 0));
    const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), w2, b2: vector(0, 0, 0.1) };
    const outputs = [{ name: 'logits', type: 'float32', dims: ['batch', 3] }] as const;
    writeFileSync(join(folder, 'three.onnx'), tinyModel({ initializers, outputs }));
    writeFileSync(join(folder, 'three.csv'), 'x0,x1,label\n1,0,0\n0,1,1\n0.2,0.2,2\n');
    const args = ['--data', 'three.csv', '--delta', '1', '-o', 'three.nap.json'];
    expect(await cli('mine', 'three.onnx', ...args)).toMatchObject({ code: 0 });
  });

  it('--class and --competitor choose pairs too, and what is left out is said', async () => {
    const { document } = await verify('three', '--class', '0', '--competitor', '2');
    expect(document.properties.map(({ id, onlyAgainst }) => [id, onlyAgainst])).toEqual([
      ['non-misclassification/0', [2]],
      ['non-ambiguity/0-2', null],
    ]);
    const text = await cli('check', 'out.json', '--model', 'three.onnx');
    expect(text.stdout).toContain('non-misclassification/0 (only against 2)');
    const { document: checked } = await check('out.json', 'three.onnx');
    expect(checked.properties.map(({ onlyAgainst }) => onlyAgainst)).toEqual([[2], null]);
    const all = await verify('three', '--class', '0');
    expect(all.document.properties[0]!.onlyAgainst).toBeNull();
    expect(all.document.properties.map(({ id }) => id)).toContain('non-ambiguity/0-1');
  });

  it.each([
    [['--class', '1', '--competitor', '1'], 'no competitor is left for class 1'],
    [['--class', '0,1', '--competitor', '1'], 'no competitor is left for class 1'],
    [['--property', 'non-ambiguity', '--class', '1', '--competitor', '1'], 'nothing to decide'],
  ])('%j leaves a class with nothing', async (choice, message) => {
    const args = ['--naps', 'three.nap.json', '-o', 'never.json', ...choice];
    const { code, stderr } = await cli('verify', 'three.onnx', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('scalar invariance', () => {
  it('shows the pair of inputs that refutes it', async () => {
    // Class 0 has a head start: (0.25, 0.75) is class 0, and a brighter one is class 1.
    const args = ['--property', 'scalar-invariance', '--data', 'data.csv', '-o', 'scaling.json', '--fresh'];
    const { code, stdout } = await cli('verify', 'biased.onnx', ...args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/violated +scalar-invariance .* is class [01], [\d.e-]+ times it is class [01]$/m);
    const json = await cli('verify', 'biased.onnx', ...args, '--json');
    const [property] = DOCUMENTS.verify.parse(JSON.parse(json.stdout)).properties;
    const { classes } = property!.scaling!;
    expect([...classes].sort()).toEqual([0, 1]);
  });

  it('says what proved it where there is no obligation', async () => {
    const model = join(ROOT, 'models', 'mnist-64x2-zero-bias.onnx');
    const args = ['--property', 'scalar-invariance', '-o', 'zero-bias.json'];
    const { code, stdout } = await cli('verify', model, ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/holds +scalar-invariance .*proved from the graph$/m);
    expect(stdout).toContain('1 property: 1 holds,');
  });
});

describe('--pictures', () => {
  it('names a folder that is missing, and says so where the input is no picture', async () => {
    const args = ['verify', 'biased.onnx', '--naps', 'biased.nap.json', '-o', 'pictures.json', '--pictures'];
    const missing = await cli(...args, 'nodir');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('nodir: --pictures');
    expect((await cli(...args, '.')).stdout).toContain('No pictures: the input of the model is no picture.');
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
    const { stdout } = await cli('check', 'good.json', '--model', 'fair.onnx');
    expect(stdout).toMatch(/^invalid\n\nAnother model was given: fair\.onnx /);
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
    const args = ['verify', model, '--naps', 'mnist.nap.json', '-o', 'partial.json'];
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
    expect(stdout).toMatch(/^\d+ properties not reached; run the same command again\.$/m);
    // At most the one that was being decided.
    expect((stdout.match(/^ +unknown /gm) ?? []).length).toBeLessThanOrEqual(1);
    const certificate = parseCertificate(readFileSync(join(folder, 'partial.json'), 'utf8'), 'partial.json');
    expect(certificate.predicate.interrupted).toBe(true);
    expect(certificate.predicate.properties.some(({ verdict }) => verdict === 'unknown')).toBe(true);
  });
});
