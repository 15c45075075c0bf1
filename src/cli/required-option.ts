/** Options that must be given. */
import type { Command } from 'commander';
import { REQUIRED_GROUP } from './help.js';

/**
 * Adds an option that must be given. Commander's own kind is reported missing before an unknown option is, and a
 * misspelt option is most often why one is missing; this one is asked for after the unknown ones.
 */
export function withRequiredOption<T = string>(
  command: Command,
  flags: string,
  description: string,
  parser?: (text: string) => T,
): Command {
  if (parser === undefined) command.option(flags, description);
  else command.option(flags, description, parser);
  const option = command.options.at(-1)!.helpGroup(REQUIRED_GROUP);
  return command.hook('preAction', () => {
    if (command.getOptionValue(option.attributeName()) !== undefined) return;
    command.error(`error: required option '${flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  });
}
