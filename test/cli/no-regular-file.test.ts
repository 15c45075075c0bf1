/** Pipes and devices are refused before they are opened: reading one could wait for ever. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/run-cli.js';
import { TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-pipe-'));
  writeFileSync(join(folder, 'tiny.onnx'), tinyModel());
  writeFileSync(join(folder, 'tiny.csv'), TINY_CSV);
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

// Nobody writes to the pipe, so a command that opened it would not end.
describe.skipIf(process.platform === 'win32').concurrent('a pipe without a writer', () => {
  it.each([
    ['as model', ['inspect', 'pipe']],
    ['as data', ['evaluate', 'tiny.onnx', '--data', 'pipe']],
    ['as NAP file', ['coverage', 'tiny.onnx', '--naps', 'pipe', '--data', 'tiny.csv']],
    ['as specification', ['verify', 'tiny.onnx', '--spec', 'pipe', '-o', 'never.json']],
    ['as certificate', ['check', 'pipe', '--model', 'tiny.onnx']],
    ['as output', ['verify', 'tiny.onnx', '-o', 'pipe']],
  ])('%s ends with 2', async (_, args) => {
    const { code, stderr } = await runCli([...args, '--quiet'], { cwd: folder });
    expect(stderr).toMatch(/pipe|neither file nor folder/);
    expect(code).toBe(2);
  });

  it.runIf(process.platform === 'linux')('a device ends with 2', async () => {
    const { code, stderr } = await runCli(['inspect', '/dev/zero', '--quiet']);
    expect(stderr).toContain('a device');
    expect(code).toBe(2);
  });
});
