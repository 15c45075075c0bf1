/** What a hostile author or a run that did not pass may leave behind, through the built command line. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { decisionSchema } from '../../src/gate/decision.js';
import { runCli } from '../helpers/run-cli.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const cli = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });
const read = (name: string) => readFileSync(at(name), 'utf8');
const write = (name: string, text: string) => writeFileSync(at(name), text);

async function gate(policy: string, ...args: string[]) {
  const { code, stdout, stderr } = await cli('gate', policy, '--json', ...args);
  if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
  return { code, ...decisionSchema.parse(JSON.parse(stdout)) };
}

const policy = (rest: string, head = ''): string => `napcert-policy: 1
${head}models:
  - name: tiny
    model: tiny.onnx
    naps: tiny.nap.json
${rest}`;
const CLASS_0 = '    require: [{ kind: non-misclassification, classes: [0] }]\n';
const SIGN = ['--sign-key', 'k.key.pem'];
const VERIFY = ['--verify-key', 'k.pub.pem'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-audit-'));
  // logits (1 + relu(x0 - 1/2), relu(x1 - 1/2)): class 0 holds behind its NAP, and no input is of class 1.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
  const rows = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? `1,${i / 100},0` : `${i / 100},1,1`));
  write('data.csv', `x0,x1,label\n${rows.join('\n')}\n`);
  const line = ['mine', 'tiny.onnx', '--data', 'data.csv', '--split', 'first:10'];
  expect((await cli(...line, '--delta', '1', '-o', 'tiny.nap.json')).code).toBe(0);
  expect((await cli('keygen', '-o', 'k')).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('trusted steps', () => {
  const HOLE = {
    rule: 'hole',
    reason: 'solver-trusted',
    solver: 'glpk 5.0',
    status: 'infeasible',
    scope: 'everything',
  } as const;

  /** A certificate of the gate whose proofs are replaced by one trusted step each. */
  function forge(name: string): string {
    const certificate = parseCertificate(read(name), name);
    const proofs = certificate.predicate.obligations.flatMap(({ id, evidence }) =>
      evidence.kind === 'proof' ? [{ id, evidence }] : [],
    );
    for (const { evidence } of proofs) {
      evidence.proof = { kind: 'inline', steps: [{ ...HOLE }] };
      evidence.holes = 1;
      evidence.margin = null;
      delete (evidence as { core?: unknown }).core;
    }
    delete certificate.predicate.shared;
    certificate.predicate.holes = proofs.map(
      ({ id }) => `${id}: ${HOLE.solver} is believed (${HOLE.status}; ${HOLE.scope})`,
    );
    return JSON.stringify(certificate);
  }

  it.each([
    ['that the policy does not allow', ''],
    ['that the policy allows', 'holes: [glpk]\n'],
  ])('of a file that was there, %s: never signed, and proved anew', async (_, head) => {
    write('p.yaml', policy(CLASS_0, head));
    rmSync(at('p.gate'), { recursive: true, force: true });
    expect((await gate('p.yaml')).code).toBe(0);
    const [name] = readdirSync(at('p.gate')).filter((file) => file.endsWith('.cert.json'));
    const path = join('p.gate', name!);
    write(path, forge(path));
    const checked = await cli('check', path, '--model', 'tiny.onnx', '--json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: 'incomplete' });
    const kept = await gate('p.yaml', '--no-prove', ...SIGN);
    expect(kept).toMatchObject({ code: 3, outcome: 'inconclusive' });
    const envelope = at(path.replace(/\.json$/, '.dsse.json'));
    expect(existsSync(envelope)).toBe(false);
    expect((await gate('p.yaml', '--no-prove', ...VERIFY)).code).toBe(3);
    const anew = await gate('p.yaml', ...SIGN);
    expect(anew).toMatchObject({ code: 0, models: [{ certificate: { origin: 'proved', check: 'valid' } }] });
    expect(existsSync(envelope)).toBe(true);
    expect((await gate('p.yaml', '--no-prove', ...VERIFY)).code).toBe(0);
  });

  it('that somebody signed, and the policy does not allow, are proved anew', async () => {
    write('p.yaml', policy(CLASS_0));
    rmSync(at('p.gate'), { recursive: true, force: true });
    await gate('p.yaml');
    const [name] = readdirSync(at('p.gate')).filter((file) => file.endsWith('.cert.json'));
    const path = join('p.gate', name!);
    write(path, forge(path));
    expect((await cli('sign', path, '--key', 'k.key.pem')).code).toBe(0);
    expect((await gate('p.yaml', '--no-prove', ...VERIFY)).models[0]!.requirements).toMatchObject([
      { status: 'hole' },
    ]);
    expect(await gate('p.yaml', ...VERIFY)).toMatchObject({
      code: 0,
      models: [{ certificate: { origin: 'proved' } }],
    });
  });
});

describe('what a run leaves that did not pass', () => {
  const FILES = ['decision.json', 'summary.vsa.json', 'summary.vsa.dsse.json'];
  const passing = async () => {
    write('p.yaml', policy(CLASS_0));
    expect((await gate('p.yaml', ...SIGN)).code).toBe(0);
    expect(FILES.every((file) => existsSync(at('p.gate', file)))).toBe(true);
  };

  it.each<[string, () => void]>([
    ['an unreadable model', () => write('p.yaml', policy(CLASS_0).replace('tiny.onnx', 'none.onnx'))],
    ['a wrong policy', () => write('p.yaml', 'napcert-policy: 2\n')],
  ])('%s: nothing that says passed', async (_, spoil) => {
    await passing();
    spoil();
    expect((await cli('gate', 'p.yaml')).code).toBe(2);
    expect(FILES.filter((file) => existsSync(at('p.gate', file)))).toEqual([]);
  });

  it('a missing baseline or key: nothing that says passed', async () => {
    for (const args of [
      ['--baseline', 'none.json'],
      ['--sign-key', 'none.pem'],
    ]) {
      await passing();
      expect((await cli('gate', 'p.yaml', ...args)).code).toBe(2);
      expect(FILES.filter((file) => existsSync(at('p.gate', file)))).toEqual([]);
    }
  });

  it('without a key the old signed summary goes', async () => {
    await passing();
    expect((await gate('p.yaml')).code).toBe(0);
    expect(FILES.filter((file) => existsSync(at('p.gate', file)))).toEqual(FILES.slice(0, 2));
  });

  it('a file of the policy is never removed', async () => {
    await passing();
    write(join('p.gate', 'summary.vsa.json'), policy(CLASS_0));
    const { code } = await cli('gate', join('p.gate', 'summary.vsa.json'), '-o', 'p.gate');
    expect(code).toBe(2);
    expect(read(join('p.gate', 'summary.vsa.json'))).toBe(policy(CLASS_0));
  });
});

describe('recall counts on samples that were kept out of mining', () => {
  const recall = async (data: string, mining: string | null, minimum = 0.1) => {
    const line = mining === null ? '' : `    mining: ${mining}\n`;
    write('r.yaml', policy(`${line}    recall: [{ data: ${data}, minimum: ${minimum} }]\n`));
    const { outcome, models } = await gate('r.yaml');
    return { outcome, ...models[0]!.recall[0]! };
  };
  const MINED = '{ path: data.csv, split: "first:10" }';

  it('others pass, and the same ones do not, however they are named', async () => {
    expect(await recall('{ path: data.csv, split: "last:10" }', MINED)).toMatchObject({
      outcome: 'passed',
      status: 'met',
      dataset: { samples: 10 },
    });
    for (const same of ['split: "first:10"', 'split: "0:10"', 'limit: 10', 'split: "2:8"']) {
      expect(await recall(`{ path: data.csv, ${same} }`, MINED)).toMatchObject({
        outcome: 'failed',
        status: 'not-held-out',
        measured: null,
      });
    }
  });

  it('a copy of the samples, with other labels, is recognised', async () => {
    const [head, ...rows] = read('data.csv').trim().split('\n');
    write(
      'copy.csv',
      `${head}\n${rows
        .slice(0, 10)
        .map((row) => row.replace(/\d$/, '0'))
        .join('\n')}\n`,
    );
    expect(await recall('{ path: copy.csv }', MINED)).toMatchObject({ status: 'not-held-out' });
  });

  it('of an overlap only the rest is measured', async () => {
    expect(await recall('{ path: data.csv }', MINED)).toMatchObject({
      status: 'met',
      dataset: { samples: 10 },
      measured: { of: 10 },
      detail: '10 samples that the NAPs were mined from are left out',
    });
  });

  it('unnamed, unreadable or other mining samples: not shown, unless the policy accepts that', async () => {
    const data = '{ path: data.csv, split: "last:10" }';
    for (const mining of [null, '{ path: none.csv }', '{ path: data.csv, split: "first:9" }']) {
      expect(await recall(data, mining)).toMatchObject({ outcome: 'inconclusive', status: 'missing' });
    }
    expect(await recall(data, 'unknown-accepted')).toMatchObject({
      outcome: 'passed',
      status: 'met',
      detail: 'that the samples are held out is taken on trust',
    });
  });
});

describe('what a requirement means', () => {
  it('classes without NAP are not left out of "every class"', async () => {
    const { outcome, models, reasons } = await gateOf('    require: [{ kind: non-misclassification }]\n');
    expect(outcome).toBe('inconclusive');
    // Only class 0 is ever predicted, so mining by prediction leaves class 1 without NAP.
    const [, gap] = models[0]!.requirements;
    expect(gap).toMatchObject({ id: 'non-misclassification/classes-without-nap', status: 'missing' });
    expect(reasons.join()).toContain('class 1 has no NAP');
  });

  it('a reference that the model misclassifies does not count, unless the class is named', async () => {
    const robust = (more: string) =>
      `    require: [{ kind: local-robustness, reference: { data: data.csv, sample: 1 }, epsilon: 0.01${more} }]\n`;
    const wrong = await gateOf(robust(''));
    expect(wrong).toMatchObject({ outcome: 'inconclusive' });
    expect(wrong.models[0]!.requirements).toMatchObject([{ status: 'missing' }]);
    expect(wrong.reasons[0]).toContain('the label of data.csv#1 is 1, the model says 0');
    expect(await gateOf(robust(', class: 0'))).toMatchObject({ outcome: 'passed' });
  });

  async function gateOf(rest: string) {
    const line = ['mine', 'tiny.onnx', '--data', 'data.csv', '--group-by', 'prediction', '--delta', '1'];
    const mined = await cli(...line, '--allow-empty-classes', '-o', 'one.nap.json');
    expect(mined.stderr).toBe('');
    write('q.yaml', policy(rest).replace('tiny.nap.json', 'one.nap.json'));
    return gate('q.yaml');
  }
});
