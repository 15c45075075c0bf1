/** Help fits the terminal, is grouped, and marks what must be given. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { firstSentence, terminalColumns, textColumns, wrappedCommandLine } from '../../src/cli/help.js';
import { createProgram } from '../../src/cli/program.js';
import { runCli } from '../helpers/run-cli.js';

const COMMANDS = createProgram().commands;

const tooLong = (text: string, width: number): string[] =>
  text.split('\n').filter((line) => line.length > width);

describe('layout', () => {
  it('the list of commands has at most 80 columns where nobody says how many there are', async () => {
    const { stdout } = await runCli(['--help']);
    expect(tooLong(stdout, 80)).toEqual([]);
  });

  it.each(COMMANDS.flatMap((command) => [command, ...command.commands]))(
    'help of $_name, too, words that are longer aside',
    (command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      expect(text).toContain('Usage: napcert');
      expect(tooLong(text, 80)).toEqual([]);
    },
  );

  it('every command stands in a group, once', async () => {
    const { stdout } = await runCli(['--help']);
    const groups = stdout.split('\n\n').filter((part) => /^[A-Z].*:\n {2}[a-z]/.test(part));
    for (const command of [...COMMANDS.map((one) => one.name()), 'help']) {
      const holders = groups.filter((part) => new RegExp(`^  ${command} `, 'm').test(part));
      expect(holders, command).toHaveLength(1);
      expect(holders[0]).not.toMatch(/^(Commands|Options):/);
    }
  });

  it('a terminal that reports no columns counts as 80, and one of 200 has no lines of 200', () => {
    expect(terminalColumns({ isTTY: true, columns: 0 })).toBe(80);
    expect(terminalColumns({ isTTY: true, columns: 60 })).toBe(60);
    expect(terminalColumns({ isTTY: false, columns: 60 })).toBeUndefined();
    expect(textColumns({ isTTY: true, columns: 200 })).toBe(100);
  });
});

describe('required options', () => {
  it('are exactly those without which the command refuses', async () => {
    for (const name of ['mine', 'coverage', 'check', 'learn', 'export', 'merge', 'worker']) {
      const command = COMMANDS.find((one) => one.name() === name)!;
      const required = command.options
        .filter(({ helpGroupHeading }) => helpGroupHeading === 'Required options:')
        .map(({ flags }) => flags);
      const given = command.registeredArguments.map(() => 'x');
      const asked: string[] = [];
      // Each run names the first option that is missing; given that one, the next.
      for (let i = 0; i < required.length; i++) {
        const { code, stderr } = await runCli([name, ...given]);
        expect(code).toBe(2);
        const [, flags] = /required option '(.+?)'/.exec(stderr) ?? [];
        asked.push(`${flags}`);
        given.push(
          /--[\w-]+/.exec(`${flags}`)![0],
          name === 'export' && flags!.includes('format') ? 'lp' : '1',
        );
      }
      expect(asked.sort(), name).toEqual(required.sort());
      expect(required.length).toBeGreaterThan(0);
    }
  });

  it('come first in the help', async () => {
    const { stdout } = await runCli(['mine', '--help']);
    const [, block] = /\nRequired options:\n(.*?)\n\nOptions:\n/s.exec(stdout) ?? [];
    expect([...`${block}`.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1])).toEqual([
      '--data',
      '--delta',
      '--output',
    ]);
  });
});

describe('examples', () => {
  const line = "napcert mine model.onnx --data 'my data' --delta 1.0,0.99 -o 'model {delta}.nap.json'";

  it('broken at any width, a shell reads the same words', () => {
    const words = (text: string) =>
      spawnSync('sh', ['-c', `napcert() { printf '%s\\n' "$@"; }\n${text}`], { encoding: 'utf8' }).stdout;
    expect(words(line)).toContain('model {delta}.nap.json\n');
    for (let width = 1; width <= 100; width++) {
      expect(words(wrappedCommandLine(line, width, '    '))).toBe(words(line));
    }
  });

  it('stay on one line where they fit', () => {
    expect(wrappedCommandLine(line, line.length, '  ')).toBe(line);
    expect(
      wrappedCommandLine(line, 40, '  ')
        .split('\n')
        .every((part) => part.length <= 40),
    ).toBe(true);
  });
});

describe('the first sentence of a description', () => {
  it('ends at a full stop or question mark, not at a number or a name', () => {
    expect(firstSentence('Decide it. Exit code 0.')).toBe('Decide it.');
    expect(firstSentence('Could it be? It asks.')).toBe('Could it be?');
    expect(firstSentence('For VNN-LIB 1.0 and policy.yaml too')).toBe('For VNN-LIB 1.0 and policy.yaml too');
  });
});
