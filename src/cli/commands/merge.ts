import type { Command } from 'commander';
import { mergeText } from '../../report/text/merge.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { exitCodeOf } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions {
  readonly naps?: string;
  readonly output: string;
  readonly fresh?: true;
}

export function registerMerge(program: Command): void {
  const command = program
    .command('merge')
    .description(
      'Put certificates of shares of the work (`verify --shard`) together; every result is re-checked. Exit codes as ' +
        'for verify.',
    )
    .argument('<model>', 'ONNX classifier')
    .argument('<certificates...>', 'certificates of the same claims')
    .option('--naps <file>', 'NAP file that the certificates were made with');
  withRequiredOption(command, '-o, --output <file>', 'certificate to write').option(
    '--fresh',
    'replace whatever the output file holds',
  );
  withCommonOptions(command, [
    'merge model.onnx shard-*.cert.json --naps model.nap.json -o model.cert.json',
  ]).action((model: string, certificates: string[], flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { merge } = await import('../../api/merge.js');
      const { naps, output, fresh } = flags;
      const document = await merge(
        {
          model,
          certificates,
          output,
          ...(naps === undefined ? {} : { naps }),
          ...(fresh === undefined ? {} : { fresh }),
        },
        progress,
        signal(),
      );
      return { document, text: mergeText, exitCode: exitCodeOf(document.counts) };
    }),
  );
}
