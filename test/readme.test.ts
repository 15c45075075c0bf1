/**
 * The commands of the README, run in order as a reader would: every block fenced as `sh` (but `npm` lines), in a copy of what
 * the commands read, through the built command line. `NAPCERT_README=1` runs them all; without it only those that need
 * seconds at most.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './helpers/run-cli.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = [...README.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]!);
/** A block that starts a server is one script. */
const SERVED = BLOCKS.filter((block) => block.includes('redis-server'));
const REDIS = spawnSync('redis-server', ['--version']).status === 0;
/** Lines, those that end with a backslash joined with the next. */
const LINES = BLOCKS.filter((block) => !SERVED.includes(block))
  .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
  .filter((line) => /^(napcert|mkdir|cp) /.test(line));
const WHOLE = process.env['NAPCERT_README'] === '1';
/** What the first run of a reader needs seconds for, even on a busy machine. */
const QUICK = /^(mkdir|napcert (inspect|completion)) /;

/** What the text before or after a block announces: `exit code 1`, else a proof, a finding or an open question. */
const ANSWERS = [0, 1, 3];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-readme-'));
  for (const name of ['models', 'specs']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  const command = join(folder, 'bin', 'napcert');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin', 'napcert.js')}' "$@"\n`);
  chmodSync(command, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('README', () => {
  it('has blocks to run', () => {
    expect(LINES.length).toBeGreaterThan(5);
  });

  it.each(LINES.filter((line) => WHOLE || QUICK.test(line)))('%s', { timeout: 600_000 }, (line) => {
    const { status, stdout, stderr } = run(line);
    expect(ANSWERS, `${stdout.slice(-500)}\n${stderr.slice(-1000)}`).toContain(status);
  });

  it.skipIf(!WHOLE || !REDIS).each(SERVED)('with a server: %s', { timeout: 600_000 }, (block) => {
    // What the block starts must not outlive it, also where a line of it fails.
    const { status, stdout, stderr } = run(`set -e
trap 'trap - EXIT; kill $! 2>/dev/null || true; redis-cli -p 7379 shutdown nosave 2>/dev/null || true' EXIT
mkdir -p out
${block}`);
    expect(status, `${stdout.slice(-500)}\n${stderr.slice(-1000)}`).toBe(0);
  });
});

function run(script: string): SpawnSyncReturns<string> {
  return spawnSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      NO_COLOR: '1',
    },
  });
}
