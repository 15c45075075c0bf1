import type { Command } from 'commander';
import type { CheckDocument } from '../../report/documents/check.js';
import { checkText } from '../../report/text/check.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions {
  readonly model: string;
  readonly naps?: string;
  readonly verifyKey?: readonly string[];
}

const CODES: Readonly<Record<CheckDocument['verdict'], ExitCode>> = {
  valid: EXIT.ok,
  incomplete: EXIT.inconclusive,
  invalid: EXIT.rejected,
};

export function registerCheck(program: Command): void {
  const command = program
    .command('check')
    .description(
      'Re-prove a certificate in exact arithmetic, trusting neither the solvers nor the run that wrote it. ' +
        'Prints valid, incomplete (a named step is taken on trust; exit code 3) or invalid (exit code 4).',
    )
    .argument('<certificate>', 'certificate written by `napcert verify`');
  withRequiredOption(command, '--model <file>', 'the ONNX file that the certificate speaks about')
    .option('--naps <file>', 'NAP file that must be the one of the certificate')
    .option(
      '--verify-key <file...>',
      'public keys: the certificate must be a signed envelope with a signature by one of them',
    );
  withCommonOptions(command, [
    'check model.cert.json --model model.onnx',
    'check model.cert.json --model model.onnx --naps model.nap.json --json',
    'check model.cert.dsse.json --model model.onnx --verify-key release.pub.pem',
  ]).action((certificate: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { check } = await import('../../api/check.js');
      const { model, naps, verifyKey } = flags;
      const document = await check(
        {
          certificate,
          model,
          ...(naps === undefined ? {} : { naps }),
          ...(verifyKey === undefined ? {} : { verifyKeys: verifyKey }),
        },
        progress,
      );
      return { document, text: checkText, exitCode: CODES[document.verdict] };
    }),
  );
}
