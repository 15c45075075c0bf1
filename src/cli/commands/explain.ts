import type { Command } from 'commander';
import type { ExplainDocument } from '../../report/documents/explain.js';
import { explainText } from '../../report/text/explain.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { textColumns } from '../help.js';

interface Flags extends CommonOptions {
  readonly model?: string;
}

const CODES: Readonly<Record<ExplainDocument['verdict'], ExitCode>> = {
  valid: EXIT.ok,
  incomplete: EXIT.inconclusive,
  unchecked: EXIT.inconclusive,
  invalid: EXIT.rejected,
};

export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description(
      'Check a certificate and say in plain words what it shows: about which inputs, in which arithmetic, and what it does ' +
        'not. Exit code 0 if it is valid, 3 if it is incomplete or its model is not there, 4 if it is rejected.',
    )
    .argument('<certificate>', 'certificate written by `napcert verify`')
    .option('--model <file>', 'its ONNX file; without one, a file of its name beside the certificate');
  withCommonOptions(command, ['explain model.cert.json --model model.onnx']).action(
    (certificate: string, flags: Flags) =>
      run(flags, async ({ progress }) => {
        const { explain } = await import('../../api/explain.js');
        const { model } = flags;
        const document = await explain({ certificate, ...(model === undefined ? {} : { model }) }, progress);
        const width = textColumns(process.stdout);
        return {
          document,
          text: (shown: ExplainDocument) => explainText(shown, width),
          exitCode: CODES[document.verdict],
        };
      }),
  );
}
