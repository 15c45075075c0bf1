/**
 * One claim about a mined NAP, as queries of both versions of VNN-LIB: both are unsat, as `verify` says that the claim
 * holds. In version 1.0 the literals are signs of outputs of another model.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { runCli } from '../helpers/run-cli.js';

const MODEL = 'models/mnist-code-128x4.onnx';
const FOLDER = mkdtempSync(join(tmpdir(), 'napcert-exported-'));
const file = (name: string): string => join(FOLDER, name);
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

async function succeeded(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args);
  expect(code, stderr).toBe(EXIT.ok);
  return stdout;
}

it('a claim that holds is unsat in both versions', async () => {
  const naps = file('code.nap.json');
  await succeeded('mine', MODEL, '--data', 'mnist', '--samples', 'correct', '--delta', '0.99', '-o', naps);
  const claim = ['--class', '3', '--competitor', '5', '--property', 'non-misclassification'];
  await succeeded('verify', MODEL, '--naps', naps, '--data', 'mnist', ...claim, '-o', file('cert.json'));
  const asked = ['export', MODEL, '--naps', naps, ...claim];
  const exposed = file('exposed.onnx');
  await succeeded(...asked, '--format', 'vnnlib2', '-o', file('2.vnnlib'));
  await succeeded(...asked, '--format', 'vnnlib1', '--exposed-model', exposed, '-o', file('1.vnnlib'));
  for (const [query, model] of [
    ['2.vnnlib', MODEL],
    ['1.vnnlib', exposed],
  ] as const) {
    const { stdout, stderr } = await runCli(['vnnlib', 'verify', file(query), '--network', `f=${model}`]);
    expect(stdout, `${query} ${stderr}`).toMatch(/^unsat\b/);
  }
});
