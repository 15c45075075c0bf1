import type { Command } from 'commander';
import { debiasText } from '../../report/text/debias.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly data?: string;
  readonly output?: string;
}

export function registerDebias(program: Command): void {
  const command = program
    .command('debias')
    .description(
      'How far a model is from scalar invariance: the constants that act as biases, and the accuracy with and without ' +
        'them at several factors of brightness. Can write the model with these constants set to 0.',
    )
    .argument('<model>', 'ONNX classifier')
    .option('-o, --output <file>', 'ONNX file to write, without biases');
  withOptionalDataset(command, 'samples to measure the accuracy on');
  withCommonOptions(command, [
    'debias model.onnx --data mnist',
    'debias model.onnx --data mnist --limit 1000 -o unbiased.onnx',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { debias } = await import('../../api/debias.js');
      const { data, output } = flags;
      const document = await debias(
        {
          model,
          ...(data === undefined ? {} : { data }),
          dataset: datasetOptions(flags),
          ...(output === undefined ? {} : { output }),
        },
        progress,
      );
      return { document, text: debiasText, exitCode: EXIT.ok };
    }),
  );
}
