/** Completion scripts, generated from the real program and run by a real bash. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { placedCommands } from '../../src/api/completion/command-tree.js';
import { completionScript, SHELLS } from '../../src/api/completion/completion.js';
import { commandTree } from '../../src/cli/command-tree.js';
import { createProgram } from '../../src/cli/program.js';

const TREE = commandTree(createProgram());
const hasBash = spawnSync('bash', ['--version']).status === 0;

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

  it.each(SHELLS)('%s is accepted by its shell (where it is installed)', (shell) => {
    if (spawnSync(shell, ['--version']).status !== 0) return;
    const { status, stderr } = spawnSync(shell, ['-n'], {
      input: completionScript(shell, TREE),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
