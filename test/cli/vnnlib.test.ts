/** vnnlib, vnncomp and export of queries as a user runs them, on a network that can be worked out by hand. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, tensor } from '../../src/onnx/encode.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { runCli } from '../helpers/run-cli.js';

let folder = '';
const cli = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });
/** y0 = relu(x0 + x1), y1 = relu(x0 - x1). */
const MODEL = encodeModel({
  inputs: [{ name: 'x', type: 'float32', dims: [1, 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 2] }],
  initializers: { w: tensor('float32', [2, 2], [1, 1, 1, -1]) },
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['z'] },
    { op: 'Relu', inputs: ['z'], outputs: ['y'] },
  ],
});
const HEAD =
  '(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)\n' +
  '(assert (>= X_0 0.1))(assert (<= X_0 1))(assert (>= X_1 0.1))(assert (<= X_1 1))\n';
/** At x1 = 0.1, y1 = x0 - 0.1 can exceed 0.8 up to 0.9, and y0 is never below y1, as x1 > 0. */
const SAT = `${HEAD}(assert (> Y_1 0.8))`;
const UNSAT = `${HEAD}(assert (>= Y_1 Y_0))`;
const SAT_2 = `(vnnlib-version <2.0>)
(declare-network f (declare-input X real [1,2]) (declare-hidden Z real [1,2] "z") (declare-output Y real [1,2]))
(assert (>= X[0,0] 0.1))(assert (<= X[0,0] 1.0))(assert (>= X[0,1] 0.1))(assert (<= X[0,1] 1.0))
(assert (> Z[0,1] 0.0))(assert (> Y[0,1] 0.8))`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-vnnlib-'));
  mkdirSync(join(folder, 'b/toy/onnx'), { recursive: true });
  mkdirSync(join(folder, 'b/toy/vnnlib'), { recursive: true });
  mkdirSync(join(folder, 'found'));
  writeFileSync(join(folder, 'm.onnx'), MODEL);
  writeFileSync(join(folder, 'b/toy/onnx/m.onnx.gz'), gzipSync(MODEL));
  for (const [name, text] of Object.entries({ sat: SAT, unsat: UNSAT, sat2: SAT_2, bad: `${HEAD}(assert` })) {
    writeFileSync(join(folder, `${name}.vnnlib`), text);
    writeFileSync(join(folder, `b/toy/vnnlib/${name}.vnnlib`), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Strictly: the box by its decimals, the output by onnxruntime on the original file. */
async function isCounterexample(x: readonly number[]): Promise<boolean> {
  const session = await InferenceSession.create(MODEL);
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(x), [1, 2]) });
  const exact = x.every((value) => Math.fround(value) === value && value >= 0.1 && value <= 1);
  return exact && (y!.data as Float32Array)[1]! > 0.8;
}

describe('vnnlib verify', () => {
  it('sat: the verdict alone on the first line, then an assignment that onnxruntime confirms; 1', async () => {
    const { code, stdout, stderr } = await cli('vnnlib', 'verify', 'sat.vnnlib', '--network', 'f=m.onnx');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const [first, ...rest] = stdout.split('\n');
    expect(first).toBe('sat');
    const values = [...rest.join('\n').matchAll(/\(([XY])_(\d) +(\S+?)\)/g)];
    expect(values.map(([, name, index]) => `${name}${index}`)).toEqual(['X0', 'X1', 'Y0', 'Y1']);
    expect(await isCounterexample(values.slice(0, 2).map(([, , , value]) => Number(value)))).toBe(true);
  });

  it('sat of version 2.0: a header per tensor and one value a line', async () => {
    const { code, stdout } = await cli('vnnlib', 'verify', 'sat2.vnnlib', '--network', 'f=m.onnx');
    expect(code).toBe(1);
    const lines = stdout.trim().split('\n');
    expect([0, 1, 4, 7].map((n) => lines[n])).toEqual([
      'sat',
      'X real [1,2]',
      'Z real [1,2]',
      'Y real [1,2]',
    ]);
    expect(lines.length).toBe(10);
    expect(await isCounterexample(lines.slice(2, 4).map(Number))).toBe(true);
  });

  it('unsat: one line, and a certificate that the checker accepts; 0', async () => {
    const args = ['--network', 'f=m.onnx', '-o', 'unsat.cert.json'];
    const { code, stdout } = await cli('vnnlib', 'verify', 'unsat.vnnlib', ...args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'unsat\n' });
    const checked = await cli('check', 'unsat.cert.json', '--model', 'm.onnx');
    expect(checked.code).toBe(0);
  });

  it('a wrong query: 2, with line and column on stderr and nothing on stdout', async () => {
    const { code, stdout, stderr } = await cli('vnnlib', 'verify', 'bad.vnnlib', '--network', 'f=m.onnx');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/line 3, column \d+/);
  });

  it('supports: one line per item, and one capability at a time', async () => {
    const run = (...args: string[]) => runCli(['vnnlib', 'supports', ...args], { cwd: folder });
    expect(await run('--vnnlib-versions')).toEqual({ code: 0, stdout: '1.0\n2.0\n', stderr: '' });
    expect((await run('--onnx-operators')).stdout.split('\n')).toContain('Relu');
    expect((await run()).code).toBe(2);
  });
});

describe('vnncomp run', () => {
  const rows = (): string[][] =>
    readFileSync(join(folder, 'results.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));

  it('answers every row, says why one is in error, and keeps what is there', async () => {
    const list = ['sat', 'unsat', 'sat2', 'bad', 'missing'].map((q) => `onnx/m.onnx,vnnlib/${q}.vnnlib,30`);
    writeFileSync(
      join(folder, 'b/toy/instances.csv'),
      `${list.join('\n')}\nonnx/m.onnx,vnnlib/sat.vnnlib,-1\n`,
    );
    const args = ['vnncomp', 'run', 'b', '-o', 'results.csv', '--counterexamples', 'found'];
    const { code, stderr, stdout } = await runCli(args, { cwd: folder });
    expect(stdout).toContain('1 unsat, 2 sat, 0 timeout, 0 unknown, 3 error');
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.vnnlib: .*line 3, column \d+/);
    expect(stderr).toMatch(/missing\.vnnlib: /);
    expect(rows().map((row) => row[4])).toEqual(['sat', 'unsat', 'sat', 'error', 'error', 'error']);
    expect(rows()[0]!.slice(0, 4)).toEqual(['toy', 'toy/onnx/m.onnx', 'toy/vnnlib/sat.vnnlib', '0']);
    for (const row of rows()) expect(Number(row[5])).toBeGreaterThanOrEqual(0);

    const before = readFileSync(join(folder, 'results.csv'), 'utf8');
    writeFileSync(join(folder, 'b/toy/instances.csv'), `${list.slice(0, 3).join('\n')}\n`);
    const again = await cli(...args, '--json');
    expect(again.code).toBe(0);
    expect(DOCUMENTS.vnncomp.parse(JSON.parse(again.stdout))).toMatchObject({ kept: 3, rows: [] });
    expect(readFileSync(join(folder, 'results.csv'), 'utf8')).toBe(before);
  });

  it("counterexamples are in the competition's and the standard's format", async () => {
    const text = readFileSync(join(folder, 'found/toy/m_sat.counterexample'), 'utf8');
    expect(text).toMatch(/^sat\n\(\(X_0 {2}\S+\)\n\(X_1 {2}\S+\)\n\(Y_0 {2}\S+\)\n\(Y_1 {2}\S+\)\)\n$/);
    const values = [...text.matchAll(/X_\d +(\S+?)\)/g)].map(([, value]) => Number(value));
    expect(await isCounterexample(values)).toBe(true);
    // A query with hidden nodes: only inputs and outputs are in the competition's list.
    const flat = readFileSync(join(folder, 'found/toy/m_sat2.counterexample'), 'utf8');
    expect([...flat.matchAll(/\(([XY])_\d /g)].map(([, name]) => name).join('')).toBe('XXYY');
    const tensors = readFileSync(join(folder, 'found/toy/m_sat2.assignment'), 'utf8').split('\n');
    expect(tensors.slice(0, 2)).toEqual(['sat', 'X real [1,2]']);
    expect(existsSync(join(folder, 'found/toy/m_unsat.counterexample'))).toBe(false);
  });

  it('refuses a results file that is something else, an unknown category, and a factor of 0', async () => {
    writeFileSync(join(folder, 'other.csv'), 'a,b\n');
    expect((await cli('vnncomp', 'run', 'b', '-o', 'other.csv')).stderr).toContain('--fresh');
    expect((await cli('vnncomp', 'run', 'b', '-o', 'r.csv', '--categories', 'x')).stderr).toContain('toy');
    expect((await cli('vnncomp', 'run', 'b', '-o', 'r.csv', '--timeout-factor', '0')).code).toBe(2);
    expect((await cli('vnncomp', 'run', 'b/toy/instances.csv', '-o', 'b/toy/instances.csv')).code).toBe(2);
    const nowhere = await cli('vnncomp', 'run', 'b', '-o', 'r.csv', '--counterexamples', 'nowhere');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringMatching(/nowhere: .*\n.*existing folder/),
    ]);
    expect(readFileSync(join(folder, 'other.csv'), 'utf8')).toBe('a,b\n');
  });
});

describe('verify --maximize-epsilon', () => {
  it('brackets the largest epsilon around a point whose distance to a tie is 1/2, and certifies it', async () => {
    // y0 - y1 = 2 x1 where x0 >= x1, and x0 + x1 elsewhere: at (1/2, 1/2) the first tie of the unit square is x1 = 0.
    const spec = `napcert: 1
properties:
  - kind: local-robustness
    reference: { input: [0.5, 0.5], name: middle }
    epsilon: 0.1
`;
    writeFileSync(join(folder, 'balls.yaml'), spec);
    const args = ['--spec', 'balls.yaml', '--maximize-epsilon', '-o', 'e.cert.json', '--json'];
    const { code, stdout, stderr } = await cli('verify', 'm.onnx', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { epsilons, properties } = DOCUMENTS.verify.parse(JSON.parse(stdout));
    const [{ proved, refuted }] = epsilons as [NonNullable<typeof epsilons>[number]];
    expect(proved!).toBeGreaterThan(0.49);
    expect(proved!).toBeLessThan(0.5);
    expect(refuted!).toBeGreaterThanOrEqual(0.5);
    expect(refuted!).toBeLessThan(0.51);
    expect(properties.map(({ id, verdict }) => [id, verdict])).toEqual([
      [`local-robustness/middle/e${proved}`, 'holds'],
    ]);
    expect((await cli('check', 'e.cert.json', '--model', 'm.onnx')).code).toBe(0);
  });

  it('is for local robustness only', async () => {
    const other = ['--property', 'scalar-invariance', '--maximize-epsilon', '-o', 'x.cert.json'];
    const { code, stderr } = await cli('verify', 'm.onnx', ...other);
    expect(code).toBe(2);
    expect(stderr).toContain('--property local-robustness');
  });
});

describe('export of queries', () => {
  it('one that verifiers of version 1.0 read, another for 2.0, and one for Marabou', async () => {
    writeFileSync(join(folder, 'data.csv'), 'x0,x1,label\n0.5,0.5,0\n0.75,0.5,0\n0.5,0.75,0\n');
    const mined = ['--data', 'data.csv', '--delta', '1', '--allow-empty-classes', '-o', 'm.nap.json'];
    expect((await cli('mine', 'm.onnx', ...mined)).code).toBe(0);
    const claim = ['m.onnx', '--naps', 'm.nap.json', '--class', '0', '--property', 'non-misclassification'];
    const write = (...args: string[]) => cli('export', ...claim, ...args);
    expect((await write('--format', 'vnnlib1', '-o', 'one.vnnlib')).stderr).toContain('--exposed-model');
    const exposed = ['--format', 'vnnlib1', '--exposed-model', 'exposed.onnx', '-o', 'one.vnnlib'];
    expect((await write(...exposed)).code).toBe(0);
    expect((await write('--format', 'vnnlib2', '-o', 'two.vnnlib')).code).toBe(0);
    expect((await write('--format', 'marabou', '-o', 'm.ipq')).code).toBe(0);
    expect(readFileSync(join(folder, 'two.vnnlib'), 'utf8')).toContain('(declare-hidden H0 real [1,2] "z")');
    // A tie at the origin of the unit square is in the region: both find it.
    const one = await cli('vnnlib', 'verify', 'one.vnnlib', '--network', 'f=exposed.onnx');
    const two = await cli('vnnlib', 'verify', 'two.vnnlib', '--network', 'f=m.onnx');
    expect([one.stdout.split('\n')[0], two.stdout.split('\n')[0]]).toEqual(['sat', 'sat']);
  });
});
