import type { Command } from 'commander';
import { coverageText } from '../../report/text/coverage.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly naps: string;
  readonly heatMap?: string;
  readonly montage?: string;
}

export function registerCoverage(program: Command): void {
  const command = program
    .command('coverage')
    .description('How many samples follow the NAP of each class, and which followers are counterexamples.')
    .argument('<model>', 'ONNX classifier');
  withRequiredOption(command, '--naps <file>', 'NAP file written by `napcert mine`');
  withDatasetOptions(command)
    .option('--heat-map <file>', 'picture (SVG) of the literals by class and layer')
    .option('--montage <file>', 'picture (SVG) of samples that follow each NAP, counterexamples first');
  withCommonOptions(command, [
    'coverage model.onnx --naps model.nap.json --data mnist --split heldout',
    'coverage model.onnx --naps model.nap.json --data t10k-images-idx3-ubyte.gz --json',
    'coverage model.onnx --naps model.nap.json --data mnist --montage followers.svg --heat-map literals.svg',
  ]).action((model: string, options: Flags) =>
    run(options, async ({ progress }) => {
      const { coverage } = await import('../../api/coverage.js');
      const { naps, data, heatMap, montage } = options;
      const document = await coverage(
        {
          model,
          naps,
          data,
          dataset: datasetOptions(options),
          ...(heatMap === undefined ? {} : { heatMap }),
          ...(montage === undefined ? {} : { montage }),
        },
        progress,
      );
      return { document, text: coverageText, exitCode: EXIT.ok };
    }),
  );
}
