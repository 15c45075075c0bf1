import type { Command } from 'commander';
import { signText } from '../../report/text/sign.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions {
  readonly key: string;
  readonly output?: string;
}

export function registerSign(program: Command): void {
  const command = program
    .command('sign')
    .description('Sign a certificate, or another in-toto statement, into a DSSE envelope.')
    .argument('<statement>', 'certificate, or summary of the gate');
  withRequiredOption(command, '--key <file>', 'private key written by `napcert keygen`').option(
    '-o, --output <file>',
    'envelope to write (default: beside the statement, NAME.dsse.json)',
  );
  withCommonOptions(command, ['sign model.cert.json --key release.key.pem']).action(
    (statement: string, flags: Flags) =>
      run(flags, async () => {
        const { signFile } = await import('../../api/sign.js');
        const { key, output } = flags;
        const document = signFile({ statement, key, ...(output === undefined ? {} : { output }) });
        return { document, text: signText, exitCode: EXIT.ok };
      }),
  );
}
