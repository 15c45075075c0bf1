import type { Command } from 'commander';
import type { GuardDocument } from '../../report/documents/guard.js';
import { guardText } from '../../report/text/guard.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions {
  readonly certificate: string;
  readonly naps?: string;
  readonly verifyKey?: readonly string[];
  readonly output: string;
}

export function registerGuard(program: Command): void {
  const command = program
    .command('guard')
    .description(
      'Write the model with three more outputs, for use at run time: which NAPs an input follows, the Hamming distance ' +
        'to each, and whether its class is certified, that is, the proved NAP of the predicted class is followed. The ' +
        'certificate is checked first (exit code 4 if it is rejected, 3 if some class is not proved).',
    )
    .argument('<model>', 'ONNX classifier');
  withRequiredOption(command, '--certificate <file>', 'certificate written by `napcert verify`')
    .option('--naps <file>', 'NAP file that must be the one of the certificate')
    .option(
      '--verify-key <file...>',
      'public keys: the certificate must be a signed envelope with a signature by one of them',
    );
  withRequiredOption(command, '-o, --output <file>', 'ONNX file to write');
  withCommonOptions(command, [
    'guard model.onnx --certificate model.cert.json -o guarded.onnx',
    'guard model.onnx --certificate model.cert.json --naps model.nap.json -o guarded.onnx --json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { guard } = await import('../../api/guard/guard.js');
      const { certificate, naps, verifyKey, output } = flags;
      const document = await guard(
        {
          model,
          certificate,
          ...(naps === undefined ? {} : { naps }),
          ...(verifyKey === undefined ? {} : { verifyKeys: verifyKey }),
          output,
        },
        progress,
      );
      return { document, text: guardText, exitCode: exitCodeOf(document) };
    }),
  );
}

function exitCodeOf({ certificate, classes }: GuardDocument): ExitCode {
  if (certificate.verdict === 'invalid') return EXIT.rejected;
  return classes.every(({ certified }) => certified) ? EXIT.ok : EXIT.inconclusive;
}
