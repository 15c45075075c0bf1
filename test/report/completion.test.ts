/** Completion scripts, generated from the real program and run by a real bash. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placedCommands } from '../../src/api/completion/command-tree.js';
import { completionScript, SHELLS } from '../../src/api/completion/completion.js';
import { commandTree } from '../../src/cli/command-tree.js';
import { createProgram } from '../../src/cli/program.js';

const TREE = commandTree(createProgram());
const hasBash = spawnSync('bash', ['--version']).status === 0;
/** Runs a command on a terminal of its own, with the input as what is typed. */
const hasTerminal = hasBash && spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** What bash offers after these words; the last one is where the cursor is. */
function offered(...words: readonly string[]): string[] {
  const script = `${completionScript('bash', TREE)}
COMP_WORDS=(napcert "$@"); COMP_CWORD=$#
_napcert
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!hasBash)('bash (skipped where there is none)', () => {
  it('offers every command, and no other', () => {
    const names = createProgram().commands.map((command) => command.name());
    expect(
      offered('')
        .filter((word) => !word.startsWith('-'))
        .sort(),
    ).toEqual(names.sort());
    expect(offered('che')).toEqual(['check']);
  });

  it('offers the options of the command that was typed', () => {
    for (const { path, command } of placedCommands(TREE)) {
      const options = command.options.flatMap(({ flags }) => flags).sort();
      expect(offered(...path, '-').sort(), path.join(' ')).toEqual(options);
    }
  });

  it('offers the values of an option, and nothing (so files) where it takes any', () => {
    expect(offered('verify', 'm.onnx', '--engine', '')).toEqual(['auto', 'bab', 'milp']);
    expect(offered('verify', 'm.onnx', '--solver', 'h')).toEqual(['highs']);
    expect(offered('verify', 'm.onnx', '-o', '')).toEqual([]);
    expect(offered('completion', 'z')).toEqual(['zsh']);
    expect(offered('export', 'm.onnx', '--format', '')).toEqual([
      'lp',
      'mps',
      'vnnlib1',
      'vnnlib2',
      'marabou',
    ]);
  });

  it('offers the values of an option behind an equals sign, which bash makes a word of its own', () => {
    expect(offered('verify', '--engine', '=')).toEqual(['auto', 'bab', 'milp']);
    expect(offered('verify', '--engine', '=', 'm')).toEqual(['milp']);
    expect(offered('verify', '--engine', '=', 'milp', '--solver', 'h')).toEqual(['highs']);
  });

  it.skipIf(!hasTerminal)('completes what is typed at the Tab key (skipped where `script` is not)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'napcert-completion-'));
    try {
      writeFileSync(join(folder, 'napcert.bash'), completionScript('bash', TREE));
      writeFileSync(join(folder, 'digits.onnx'), '');
      const typed = [
        'source ./napcert.bash',
        `napcert() { printf 'got <%s>\\n' "$*"; }`,
        'napcert che\tdig\t',
        'napcert export --format mar\t',
        'napcert verify --engine=mi\t',
        'exit',
      ];
      const { stdout } = spawnSync('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
        cwd: folder,
        encoding: 'utf8',
        input: `${typed.join('\n')}\n`,
        timeout: 30_000,
      });
      expect(stdout.match(/got <[^>%]*>/g)).toEqual([
        'got <check digits.onnx>',
        'got <export --format marabou>',
        'got <verify --engine=milp>',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the other shells', () => {
  it.each(['zsh', 'fish'] as const)('%s names every command and option', (shell) => {
    const script = completionScript(shell, TREE);
    for (const { path, command } of placedCommands(TREE)) {
      if (path.length > 0) expect(script).toContain(path.at(-1));
      for (const { flags } of command.options) {
        for (const flag of flags)
          expect(script).toContain(shell === 'fish' ? flag.replace(/^--?/, '') : flag);
      }
    }
  });

  it('fish describes a command by its whole first sentence, colons and all', () => {
    const tree = {
      name: 'napcert',
      description: '',
      options: [],
      choices: [],
      commands: [
        { name: 'look', description: 'Look: at a, and b. More.', options: [], choices: [], commands: [] },
      ],
    };
    expect(completionScript('fish', tree)).toContain(`-a look -d 'Look: at a, and b'\n`);
  });

  it.each(SHELLS)('%s is accepted by its shell (where it is installed)', (shell) => {
    if (spawnSync(shell, ['--version']).status !== 0) return;
    const { status, stderr } = spawnSync(shell, ['-n'], {
      input: completionScript(shell, TREE),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
