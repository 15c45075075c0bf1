import type { Command } from 'commander';
import { keygenText } from '../../report/text/keygen.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions {
  readonly output: string;
}

export function registerKeygen(program: Command): void {
  const command = program
    .command('keygen')
    .description('Make an Ed25519 key pair for signing certificates. Existing files are never overwritten.');
  withRequiredOption(
    command,
    '-o, --output <name>',
    'writes NAME.key.pem (private, readable by you only) and NAME.pub.pem (public)',
  );
  withCommonOptions(command, ['keygen -o release']).action((flags: Flags) =>
    run(flags, async () => {
      const { keygen } = await import('../../api/keys.js');
      return { document: keygen(flags.output), text: keygenText, exitCode: EXIT.ok };
    }),
  );
}
