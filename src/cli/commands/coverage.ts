import type { Command } from 'commander';
import { coverageText } from '../../report/text/coverage.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly naps: string;
}

export function registerCoverage(program: Command): void {
  const command = program
    .command('coverage')
    .description('How many samples follow the NAP of each class, and which followers are counterexamples.')
    .argument('<model>', 'ONNX classifier');
  withRequiredOption(command, '--naps <file>', 'NAP file written by `napcert mine`');
  withDatasetOptions(command);
  withCommonOptions(command, [
    'coverage model.onnx --naps model.nap.json --data mnist --split heldout',
    'coverage model.onnx --naps model.nap.json --data t10k-images-idx3-ubyte.gz --json',
  ]).action((model: string, options: Flags) =>
    run(options, async ({ progress }) => {
      const { coverage } = await import('../../api/coverage.js');
      const { naps, data } = options;
      const document = await coverage({ model, naps, data, dataset: datasetOptions(options) }, progress);
      return { document, text: coverageText, exitCode: EXIT.ok };
    }),
  );
}
