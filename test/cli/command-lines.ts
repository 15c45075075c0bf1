/** Command lines in texts, compared with what the program accepts. */
import { createProgram } from '../../src/cli/program.js';

/** Words of every line that starts with `napcert`, single quotes removed. */
export function commandLines(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('napcert '))
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!));
}

/** Subcommands and options of a command line that `--help` does not know. */
export function unknownParts([, name, ...rest]: readonly string[]): string[] {
  const top = createProgram().commands.find((candidate) => candidate.name() === name);
  if (top === undefined) return [`${name}`];
  const command = top.commands.find((candidate) => candidate.name() === rest[0]) ?? top;
  return rest
    .filter((word) => /^--?[a-z]/.test(word))
    .filter((word) => !command.options.some(({ short, long }) => short === word || long === word))
    .map((word) => `${name} ${word}`);
}
