/** The commander program as plain data, for completion. */
import type { Command } from 'commander';
import type { CommandNode } from '../api/completion/command-tree.js';

export function commandTree(command: Command): CommandNode {
  const help = { flags: ['-h', '--help'], description: 'show help', takesValue: false, choices: [] };
  return {
    name: command.name(),
    description: command.description(),
    options: [
      ...command.options.map(({ short, long, description, required, optional, argChoices }) => ({
        flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
        description,
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
      help,
    ],
    commands: command.commands.map(commandTree),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
}
