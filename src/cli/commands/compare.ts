import type { Command } from 'commander';
import type { CompareDocument } from '../../report/documents/compare.js';
import { compareText } from '../../report/text/compare.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly model: string;
  readonly modelB?: string;
  readonly certificateA?: string;
  readonly certificateB?: string;
  readonly data?: string;
}

export function registerCompare(program: Command): void {
  const command = program
    .command('compare')
    .description(
      'Two NAP files side by side: literals lost and gained, whose region lies in whose, recall, and verdicts of ' +
        'certificates. Of one model, or of a model and its successor with the same layers.',
    )
    .argument('<a>', 'NAP file')
    .argument('<b>', 'NAP file');
  withRequiredOption(command, '--model <file>', 'ONNX classifier of A, and of B unless --model-b is given')
    .option('--model-b <file>', 'ONNX classifier of B')
    .option('--certificate-a <file>', 'certificate about A; it is checked first')
    .option('--certificate-b <file>', 'certificate about B; it is checked first');
  withOptionalDataset(command, 'samples to measure recall on');
  withCommonOptions(command, [
    'compare mined.nap.json learned.nap.json --model model.onnx --data mnist --split heldout',
    'compare old.nap.json new.nap.json --model old.onnx --model-b new.onnx',
  ]).action((a: string, b: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { compare } = await import('../../api/compare/compare.js');
      const { model, modelB, certificateA, certificateB, data } = flags;
      const document = await compare(
        {
          a: { model, naps: a, ...(certificateA === undefined ? {} : { certificate: certificateA }) },
          b: {
            model: modelB ?? model,
            naps: b,
            ...(certificateB === undefined ? {} : { certificate: certificateB }),
          },
          ...(data === undefined ? {} : { data }),
          dataset: datasetOptions(flags),
        },
        progress,
      );
      return { document, text: compareText, exitCode: exitCodeOf(document) };
    }),
  );
}

function exitCodeOf({ a, b }: CompareDocument): ExitCode {
  return [a, b].some(({ certificate }) => certificate?.verdict === 'invalid') ? EXIT.rejected : EXIT.ok;
}
