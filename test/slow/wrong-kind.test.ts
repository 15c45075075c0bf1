/** Every kind of file where another is expected, through the built command line: said in one sentence, exit code 2. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../helpers/run-cli.js';

const MODEL = join(ROOT, 'models', 'toy-2d.onnx');
const CSV = join(ROOT, 'models', 'toy-2d.csv');

let folder: string;
const at = (name: string): string => join(folder, name);

/** File, and what it must be called; null for a text that may be anything. */
const FILES = {
  nap: ['n.nap.json', 'a NAP file'],
  certificate: ['c.cert.json', 'a certificate'],
  envelope: ['c.cert.dsse.json', 'a signed envelope'],
  decision: ['p.gate/decision.json', 'a decision of the gate'],
  summary: ['p.gate/summary.vsa.json', 'a verification summary'],
  policy: ['p.policy.yaml', 'a policy of the gate'],
  specification: ['s.yaml', 'a specification'],
  model: ['m.onnx', 'an ONNX model'],
  query: ['q.vnnlib', 'a VNN-LIB query'],
  'private-key': ['k.key.pem', 'a private key'],
  'public-key': ['k.pub.pem', 'a public key'],
  png: ['x.png', 'a PNG picture'],
  gzip: ['x.gz', 'a file compressed with gzip'],
  zip: ['x.zip', 'a zip or .npz archive'],
  binary: ['x.bin', 'a binary file'],
} as const;
type Kind = keyof typeof FILES;
const KINDS = Object.keys(FILES) as Kind[];

/** What reads which kind; the last word of the list is where the file goes. */
const READERS: readonly (readonly [
  expected: Kind,
  line: (file: string) => string[],
  also?: readonly Kind[],
])[] = [
  ['nap', (file) => ['verify', at('m.onnx'), '--naps', file, '-o', at('o.json')]],
  ['certificate', (file) => ['check', file, '--model', at('m.onnx')], ['envelope']],
  ['certificate', (file) => ['explain', file], ['envelope']],
  ['certificate', (file) => ['report', file, '--format', 'json'], ['envelope']],
  ['specification', (file) => ['verify', at('m.onnx'), '--spec', file, '-o', at('o.json')]],
  ['policy', (file) => ['gate', file, '-o', at('o.gate')]],
  ['decision', (file) => ['gate', at('p.policy.yaml'), '--baseline', file, '-o', at('o.gate')]],
  ['decision', (file) => ['report', '--gate', file, '--format', 'json']],
  ['model', (file) => ['inspect', file], ['binary']],
  ['query', (file) => ['vnnlib', 'verify', file, '--network', `f=${at('m.onnx')}`], ['gzip']],
  ['private-key', (file) => ['sign', at('c.cert.json'), '--key', file], ['binary', 'envelope']],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-kinds-'));
  copyFileSync(MODEL, at('m.onnx'));
  copyFileSync(CSV, at('d.csv'));
  writeFileSync(at('x.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  writeFileSync(at('x.gz'), Buffer.from('1f8b08000000000000036300', 'hex'));
  writeFileSync(at('x.zip'), Buffer.from('504b0304140000000000', 'hex'));
  writeFileSync(at('x.bin'), Buffer.from([0xfe, 0xed, 0xfa, 0xcf, 0, 0, 0, 1, 2, 3]));
  writeFileSync(at('q.vnnlib'), '; a query\n(declare-const X_0 Real)\n(assert (>= X_0 0))\n');
  writeFileSync(at('s.yaml'), '# claims\nnapcert: 1\nproperties:\n  - kind: non-misclassification\n');
  writeFileSync(
    at('p.policy.yaml'),
    'napcert-policy: 1\nmodels:\n  - name: toy\n    model: m.onnx\n    naps: n.nap.json\n    require: [{ kind: non-misclassification, classes: [0] }]\n',
  );
  const made = [
    ['mine', at('m.onnx'), '--data', at('d.csv'), '--delta', '0.9', '-o', at('n.nap.json')],
    ['verify', at('m.onnx'), '--naps', at('n.nap.json'), '-o', at('c.cert.json')],
    ['keygen', '-o', at('k')],
    ['sign', at('c.cert.json'), '--key', at('k.key.pem')],
    ['gate', at('p.policy.yaml'), '-o', at('p.gate')],
  ];
  for (const line of made) {
    const { code, stderr } = await runCli(line);
    if (code !== 0 && code !== 1 && code !== 3) throw new Error(`${line[0]}: exit ${code}: ${stderr}`);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

for (const [k, [expected, line, also = []]] of READERS.entries()) {
  describe(`${expected} expected (${k})`, () => {
    const others = KINDS.filter((kind) => kind !== expected && !also.includes(kind));
    it.each(others)('%s', async (kind) => {
      const [name, description] = FILES[kind];
      const { code, stdout, stderr } = await runCli([...line(at(name)), '--quiet']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(at(name));
      expect(stderr).toMatch(new RegExp(`found: +${description}`));
      expect(stderr).not.toMatch(/Invalid input|expected (object|string|number)/i);
    });
  });
}

it('a damaged file of the right kind keeps the error that names the place', async () => {
  writeFileSync(at('damaged.nap.json'), '{ "format": "napcert-nap/1", "model": 3 }');
  const { code, stderr } = await runCli([
    'verify',
    at('m.onnx'),
    '--naps',
    at('damaged.nap.json'),
    '-o',
    at('o'),
  ]);
  expect(code).toBe(2);
  expect(stderr).not.toContain('another kind');
});
