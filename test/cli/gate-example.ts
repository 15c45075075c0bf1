/** A copy of the repository's example in a folder of its own, where files may be replaced. */
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decisionSchema } from '../../src/gate/decision.js';
import { ROOT, runCli } from '../helpers/run-cli.js';

export const EXAMPLE = join('specs', 'examples', 'release-gate');

export function copyExample(): string {
  const folder = mkdtempSync(join(tmpdir(), 'napcert-gate-'));
  mkdirSync(join(folder, 'models'));
  mkdirSync(join(folder, 'out'));
  cpSync(join(ROOT, EXAMPLE), join(folder, EXAMPLE), {
    recursive: true,
    filter: (path) => !path.endsWith('.gate'),
  });
  for (const name of ['mnist-code-128x4.onnx', 'mnist-64x2.onnx', 'mnist-64x2-zero-bias.onnx']) {
    cpSync(join(ROOT, 'models', name), join(folder, 'models', name));
  }
  return folder;
}

/** `napcert gate POLICY` of the example in that folder, and its document. */
export async function gate(folder: string, policy: string, ...args: string[]) {
  const line = ['gate', join(EXAMPLE, policy), '--json', '--quiet', ...args];
  const { code, stdout, stderr } = await runCli(line, { cwd: folder });
  if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
  return { code, stderr, decision: decisionSchema.parse(JSON.parse(stdout)) };
}
