/** The process as shells and pipes see it: signals, closed pipes, large results, colours. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chalk, { chalkStderr } from 'chalk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyNoColour, wantsNoColour } from '../../src/cli/colours.js';
import { encodeModel, tensor } from '../../src/onnx/encode.js';
import { ROOT, runCli } from '../helpers/run-cli.js';
import { TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

const CLASSES = 700;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-process-'));
  writeFileSync(join(folder, 'tiny.onnx'), tinyModel());
  writeFileSync(join(folder, 'tiny.csv'), TINY_CSV);
  const weights = Float32Array.from({ length: CLASSES }, (_, i) => i);
  writeFileSync(
    join(folder, 'wide.onnx'),
    encodeModel({
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers: { w: tensor('float32', [1, CLASSES], weights) },
      inputs: [{ name: 'x', type: 'float32', dims: ['n', 1] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['n', CLASSES] }],
    }),
  );
  writeFileSync(join(folder, 'wide.csv'), `x,label\n1,${CLASSES - 1}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (args: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(args, { cwd: folder, ...options });

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends mining with %i and writes nothing', async (signal, exitCode) => {
    // The tiny model does not fit the digits, so even without the signal no file could be written.
    const { code, stdout, stderr } = await cli(
      ['mine', 'tiny.onnx', '--data', 'mnist', '--delta', '1', '-o', 'interrupted.json'],
      {
        started: (child) => {
          child.stderr?.once('data', () => child.kill(signal));
        },
      },
    );
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(/interrupted|terminated/);
    expect(existsSync(join(folder, 'interrupted.json'))).toBe(false);
  });
});

describe('stdout', () => {
  const wide = ['evaluate', 'wide.onnx', '--data', 'wide.csv', '--label-gaps', '--quiet', '--json'];

  it('a large document arrives whole', async () => {
    const { code, stdout } = await cli(wide);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(1_000_000);
    const { confusion } = JSON.parse(stdout) as { confusion: number[][] };
    expect(confusion.map((row) => row.length)).toEqual(new Array(CLASSES).fill(CLASSES));
    expect(confusion[CLASSES - 1]![CLASSES - 1]).toBe(1);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'a full disk is an error with a line of its own and code 2',
    async () => {
      const full = openSync('/dev/full', 'w');
      const args = [join(ROOT, 'bin', 'napcert.js'), ...wide];
      const options = { cwd: folder, encoding: 'utf8' as const };
      const { status, stderr } = spawnSync(process.execPath, args, {
        ...options,
        stdio: ['ignore', full, 'pipe'],
      });
      const silent = spawnSync(process.execPath, args, { ...options, stdio: ['ignore', full, full] });
      closeSync(full);
      expect(stderr).toMatch(/^error: stdout: the result cannot be printed\n.*\n +found: +ENOSPC\n$/);
      expect([status, silent.status]).toEqual([2, 2]);
    },
  );

  it('a reader that leaves early is no error', async () => {
    const { code, stderr } = await cli(wide, { started: (child) => child.stdout?.destroy() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('stderr', () => {
  const args = ['evaluate', 'tiny.onnx', '--data', 'tiny.csv'];

  it('has progress with elapsed time, line by line without control characters', async () => {
    const { stderr } = await cli(args);
    expect(stderr).toMatch(/^ +\d+\.\d s {2}reading tiny\.onnx$/m);
    for (const control of ['\r', '\u001b']) expect(stderr).not.toContain(control);
  });

  it('--quiet has none, and stdout stays the same', async () => {
    const [loud, quiet] = await Promise.all([cli(args), cli([...args, '--quiet'])]);
    expect(quiet).toEqual({ code: 0, stdout: loud.stdout, stderr: '' });
  });
});

describe('a closed stderr', () => {
  it('loses the progress and nothing else', async () => {
    const args = ['evaluate', 'tiny.onnx', '--data', 'tiny.csv'];
    const [whole, closed] = await Promise.all([
      cli([...args, '--quiet']),
      cli(args, { started: (child) => child.stderr?.destroy() }),
    ]);
    expect(closed).toMatchObject({ code: 0, stdout: whole.stdout });
  });
});

describe('NO_COLOR', () => {
  it.each([
    [{ NO_COLOR: '1' }, true],
    [{ NO_COLOR: '' }, false],
    [{}, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('%j', (env, expected) => {
    expect(wantsNoColour(env)).toBe(expected);
  });

  it('turns off both streams', () => {
    const before = [chalk.level, chalkStderr.level] as const;
    try {
      chalk.level = 1;
      chalkStderr.level = 1;
      applyNoColour({ NO_COLOR: '1' });
      expect([chalk.red('x'), chalkStderr.red('x')]).toEqual(['x', 'x']);
    } finally {
      [chalk.level, chalkStderr.level] = before;
    }
  });
});

describe('names of files', () => {
  it('cannot forge what is printed', async () => {
    const name = 'x\u001b[2K\r\nvalid\u202e.onnx';
    writeFileSync(join(folder, name), tinyModel());
    for (const args of [
      ['inspect', name],
      ['evaluate', name, '--data', 'absent.csv'],
    ]) {
      const { stdout, stderr } = await cli(args);
      for (const hidden of ['\u001b', '\r', '\nvalid', '\u202e'])
        expect(stdout + stderr).not.toContain(hidden);
      expect(stdout + stderr).toContain('x\\u001b[2K\\u000d\\u000avalid\\u202e.onnx');
    }
  });
});

describe('colours', () => {
  it('are on when forced and off by default in a pipe and with NO_COLOR', async () => {
    const args = ['inspect', 'tiny.onnx', '--quiet'];
    const plain = await cli(args, { env: { NO_COLOR: '' } });
    const forced = await cli(args, { env: { FORCE_COLOR: '1', NO_COLOR: '' } });
    const off = await cli(args);
    expect(plain.stdout).not.toContain('\u001b');
    expect(off.stdout).not.toContain('\u001b');
    expect(forced.stdout).toContain('\u001b[32mok');
  });
});

it('a checkout that is not built says what to run', () => {
  mkdirSync(join(folder, 'checkout', 'bin'), { recursive: true });
  const bin = join(folder, 'checkout', 'bin', 'napcert.js');
  copyFileSync(join(ROOT, 'bin', 'napcert.js'), bin);
  writeFileSync(join(folder, 'checkout', 'package.json'), '{"type":"module"}\n');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'demo'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^error: .*npm ci.*npm run build.*\n$/);
});
