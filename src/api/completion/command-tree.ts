/** Commands and options as plain data, whatever parses them. */
export interface OptionNode {
  /** `-o` and `--output`, or one of them. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface CommandNode {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** Values of the first argument, where it has a fixed list. */
  readonly choices: readonly string[];
}

/** A command with the names that lead to it below the program: `vnnlib verify`. */
export interface PlacedCommand {
  readonly path: readonly string[];
  readonly command: CommandNode;
}

/** All commands below the program, each after the one that holds it; the program itself has the empty path. */
export function placedCommands(root: CommandNode, path: readonly string[] = []): readonly PlacedCommand[] {
  return [
    { path, command: root },
    ...root.commands.flatMap((command) => placedCommands(command, [...path, command.name])),
  ];
}

/** Words that may come next: subcommands, fixed values, options. */
export function nextWords({ commands, choices, options }: CommandNode): readonly string[] {
  return [...commands.map(({ name }) => name), ...choices, ...options.flatMap(({ flags }) => flags)];
}
