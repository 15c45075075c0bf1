import { type Command, Option } from 'commander';
import type { InvarianceDocument } from '../../report/documents/invariance.js';
import { invarianceText } from '../../report/text/invariance.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly data?: string;
  readonly preprocessing?: 'none' | 'scale' | 'shift';
  readonly output?: string;
  readonly fresh?: true;
}

const CODES: Readonly<Record<InvarianceDocument['verdict'], ExitCode>> = {
  'scalar-invariant': EXIT.ok,
  'argmax-invariant': EXIT.ok,
  'not-invariant': EXIT.violated,
  undecided: EXIT.inconclusive,
};

export function registerInvariance(program: Command): void {
  const command = program
    .command('invariance')
    .description(
      'Does the class stay the same when an input is multiplied by s > 0? Proved from the layers (a network without ' +
        'biases), or refuted by an input and a factor. Exit code 0, 1, or 3 if neither is found.',
    )
    .argument('<model>', 'ONNX classifier')
    .addOption(
      new Option(
        '--preprocessing <how>',
        'what is done to images before the model: nothing, multiplication by a positive constant, or a shift; recorded',
      ).choices(['none', 'scale', 'shift']),
    )
    .option('-o, --output <file>', 'certificate to write; one that shows something else is not replaced')
    .option('--fresh', 'replace whatever the output file holds');
  withOptionalDataset(command, 'samples to look for a refuting input in (default: random inputs)');
  withCommonOptions(command, [
    'invariance model.onnx --data mnist --preprocessing scale -o model.cert.json',
    'invariance model.onnx --json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { invariance } = await import('../../api/invariance.js');
      const document = await invariance(
        {
          model,
          ...(flags.data === undefined ? {} : { data: flags.data }),
          dataset: datasetOptions(flags),
          ...(flags.preprocessing === undefined ? {} : { preprocessing: flags.preprocessing }),
          ...(flags.output === undefined ? {} : { output: flags.output }),
          ...(flags.fresh === undefined ? {} : { fresh: true }),
        },
        progress,
        signal(),
      );
      return { document, text: invarianceText, exitCode: CODES[document.verdict] };
    }),
  );
}
