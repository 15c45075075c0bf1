/**
 * The package as users get it: packed, installed into an empty project, imported and run; then the same without the
 * native part of onnxruntime, on which checking must not depend.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../helpers/run-cli.js';
import { TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

let project: string;
let installed: boolean;
let reason = '';
const ENV = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', NO_COLOR: '1' };

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'napcert-package-'));
  writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}\n');
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  const install = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--omit=dev', join(project, tarball)],
    {
      cwd: project,
      env: ENV,
      encoding: 'utf8',
    },
  );
  installed = install.status === 0;
  reason = install.stderr;
  writeFileSync(join(project, 'tiny.onnx'), tinyModel());
  writeFileSync(join(project, 'tiny.csv'), TINY_CSV);
}, 600_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

function node(code: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: project,
    env: ENV,
    encoding: 'utf8',
  });
}

function napcert(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(join(project, 'node_modules', '.bin', 'napcert'), args, {
    cwd: project,
    env: ENV,
    encoding: 'utf8',
  });
}

const FLOW = `
import { check, mine, verify } from 'napcert';
const mined = await mine({ model: 'tiny.onnx', data: 'tiny.csv', deltas: ['1'], output: 'tiny.nap.json' });
const decided = await verify({ model: 'tiny.onnx', naps: 'tiny.nap.json', output: 'tiny.cert.json',
  claims: { domain: { kind: 'box', lower: -1, upper: 1 } } });
const checked = await check({ certificate: 'tiny.cert.json', model: 'tiny.onnx' });
console.log(JSON.stringify([mined.results.length, decided.counts, checked.verdict]));
`;

describe('the packed package', () => {
  it('installs into an empty project', () => {
    expect(installed, reason).toBe(true);
  });

  it('mines, verifies and checks through `import { mine, verify, check } from "napcert"`', () => {
    const { status, stdout, stderr } = node(FLOW);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // By hand: class 0 is z0 on, z1 off, so relu(z0) >= 0 = relu(z1), but a tie at z0 = 0 keeps the closed proof open;
    // whatever is decided, the certificate must check.
    const [files, counts, verdict] = JSON.parse(stdout) as [number, Record<string, number>, string];
    expect(files).toBe(1);
    expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(3);
    expect(counts['violated']).toBe(0);
    expect(['valid', 'incomplete']).toContain(verdict);
  });

  it('ships types for what it exports', () => {
    writeFileSync(
      join(project, 'use.mts'),
      `import { check, type CheckDocument } from 'napcert';\nexport const f = (x: CheckDocument): string => x.verdict;\nvoid check;\n`,
    );
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [
      tsc,
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      'use.mts',
    ];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  it('runs its command line, with every file that it needs', () => {
    expect(napcert('--version').status).toBe(0);
    const { status, stdout } = napcert('inspect', 'tiny.onnx', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'napcert-inspect/1' });
  });
});

describe('without the native part of onnxruntime', () => {
  beforeAll(() => {
    const bin = join(project, 'node_modules', 'onnxruntime-node', 'bin');
    expect(existsSync(bin)).toBe(true);
    rmSync(bin, { recursive: true });
    cpSync(join(project, 'tiny.cert.json'), join(project, 'kept.cert.json'));
  });

  it('check, explain and report still work', () => {
    const checked = napcert('check', 'kept.cert.json', '--model', 'tiny.onnx', '--json', '--quiet');
    expect(['valid', 'incomplete']).toContain((JSON.parse(checked.stdout) as { verdict: string }).verdict);
    const imported = node("import { check } from 'napcert'; console.log(typeof check)");
    expect(imported).toMatchObject({ status: 0, stdout: 'function\n' });
    expect([0, 3]).toContain(napcert('explain', 'kept.cert.json', '--model', 'tiny.onnx').status);
    const report = napcert('report', 'kept.cert.json', '--model', 'tiny.onnx', '-o', 'report.html');
    expect([0, 3]).toContain(report.status);
    expect(existsSync(join(project, 'report.html'))).toBe(true);
  });

  it('inspect shows what the file says, and what is missing, with exit code 2', () => {
    const { status, stdout, stderr } = napcert('inspect', 'tiny.onnx', '--json', '--quiet');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'napcert-inspect/1', supported: false });
    expect(stderr).toMatch(/^error: .*onnxruntime-node cannot be loaded/);
  });

  it.each([
    ['evaluate', 'tiny.onnx', '--data', 'tiny.csv'],
    ['mine', 'tiny.onnx', '--data', 'tiny.csv', '--delta', '1', '-o', 'other.nap.json'],
    ['verify', 'tiny.onnx', '--naps', 'tiny.nap.json', '-o', 'other.cert.json'],
  ])('%s says what is missing, with exit code 2', (...args) => {
    const { status, stdout, stderr } = napcert(...args, '--quiet');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*onnxruntime-node cannot be loaded/);
  });

  it('doctor finds it', () => {
    const { stdout } = napcert('doctor', '--json', '--quiet');
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    expect(ok).toBe(false);
    expect(checks.filter((check) => !check.ok).map(({ name }) => name)).toEqual(['onnxruntime']);
  });
});
