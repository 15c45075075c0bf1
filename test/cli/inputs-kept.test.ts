/** No command writes over what it reads, under whatever name the file is given. */
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/run-cli.js';
import { TINY_CSV, tinyModel } from '../helpers/tiny-model.js';

let folder: string;
const cli = (...args: readonly string[]) => runCli(args, { cwd: folder });
const path = (name: string): string => join(folder, name);
const INPUTS = ['tiny.onnx', 'tiny.csv', 'spec.yaml', 'tiny.nap.json', 'other.csv'] as const;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-inputs-'));
  writeFileSync(path('tiny.onnx'), tinyModel());
  writeFileSync(path('tiny.csv'), TINY_CSV);
  writeFileSync(path('other.csv'), TINY_CSV);
  const reference = 'kind: local-robustness, epsilon: 0.1, reference: {data: other.csv, sample: 0}';
  writeFileSync(path('spec.yaml'), `napcert: 1\nproperties: [{${reference}}]\n`);
  expect(
    (await cli('mine', 'tiny.onnx', '--data', 'tiny.csv', '--delta', '1', '-o', 'tiny.nap.json')).code,
  ).toBe(0);
  linkSync(path('tiny.csv'), path('hard.csv'));
  symlinkSync(path('tiny.csv'), path('soft.csv'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const verify = ['verify', 'tiny.onnx', '--naps', 'tiny.nap.json'];
const scalars = ['scalars', 'tiny.onnx', '--data', 'tiny.csv', '--sample', '0'];
const mine = ['mine', 'tiny.onnx', '--data', 'tiny.csv', '--delta', '1', '-o'];

describe('an output that is an input is refused, and the input stays', () => {
  it.each([
    [...mine, 'tiny.csv'],
    [...mine, './tiny.onnx'],
    [...mine, 'hard.csv'],
    [...mine, 'soft.csv'],
    [...mine, 'other.csv', '--held-out-data', 'other.csv'],
    [...verify, '-o', 'tiny.onnx', '--fresh'],
    [...verify, '-o', 'tiny.nap.json', '--fresh'],
    [...verify, '-o', 'tiny.csv', '--data', 'tiny.csv', '--fresh'],
    ['verify', 'tiny.onnx', '--spec', 'spec.yaml', '-o', 'spec.yaml', '--fresh'],
    ['verify', 'tiny.onnx', '--spec', 'spec.yaml', '-o', 'other.csv', '--fresh'],
    ['debias', 'tiny.onnx', '-o', 'tiny.onnx'],
    [...scalars, '--picture', 'tiny.csv'],
    [...scalars, '--accuracy-picture', 'tiny.onnx'],
    ['invariance', 'tiny.onnx', '-o', 'tiny.onnx'],
    ['cone', 'tiny.onnx', '--data', 'tiny.csv', '-o', 'tiny.csv'],
    [
      'export',
      'tiny.onnx',
      ...['--naps', 'tiny.nap.json', '--class', '0', '--competitor', '1'],
      ...['--property', 'non-misclassification', '--format', 'lp', '-o', 'tiny.nap.json'],
    ],
  ])('%s %s %s %s %s %s %s %s', async (...args) => {
    const before = INPUTS.map((name) => readFileSync(path(name), 'hex'));
    const { code, stdout, stderr } = await cli(...args, '--quiet');
    expect(stderr).toContain('the output would replace an input');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(INPUTS.map((name) => readFileSync(path(name), 'hex'))).toEqual(before);
  });
});
