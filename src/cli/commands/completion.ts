import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../../api/completion/completion.js';
import { VERSION } from '../../api/version.js';
import type { CompletionDocument } from '../../report/documents/completion.js';
import { commandTree } from '../command-tree.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

export function registerCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('Print a script that completes commands, options and their values with the Tab key.')
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(SHELLS));
  withCommonOptions(command, [
    'completion bash > ~/.local/share/bash-completion/completions/napcert',
    'completion zsh > ~/.zfunc/_napcert',
    'completion fish > ~/.config/fish/completions/napcert.fish',
  ]).action((shell: Shell, flags: CommonOptions) =>
    run<CompletionDocument>(flags, async () => ({
      document: {
        format: 'napcert-completion/1',
        napcert: VERSION,
        shell,
        script: completionScript(shell, commandTree(program)),
      },
      text: () => completionScript(shell, commandTree(program)),
      exitCode: EXIT.ok,
    })),
  );
}
