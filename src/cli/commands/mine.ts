import type { Command } from 'commander';
import { mineText } from '../../report/text/mine.js';
import { listOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { type MiningFlags, miningChoices, withMiningOptions } from '../mining-options.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, DatasetFlags, MiningFlags {
  readonly delta: readonly string[];
  readonly output: string;
  readonly allowEmptyClasses?: true;
}

export function registerMine(program: Command): void {
  const command = program
    .command('mine')
    .description(
      'Mine the neural activation pattern of every class: the neurons that are on, or off, in at least the ' +
        'fraction delta of its samples.',
    )
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command);
  withRequiredOption(
    command,
    '--delta <list>',
    'required frequency, 0.5 < delta <= 1; several separated by commas',
    listOption('--delta', '1.0,0.99'),
  );
  withRequiredOption(
    command,
    '-o, --output <file>',
    'NAP file to write; {delta} in the name stands for the delta',
  );
  withMiningOptions(command).option(
    '--allow-empty-classes',
    'a class of the model without samples to mine from gets no NAP instead of being an error',
  );
  withCommonOptions(command, [
    'mine model.onnx --data mnist --delta 0.99 -o model.nap.json',
    'mine model.onnx --data mnist --split mine --held-out heldout --delta 0.99 -o model.nap.json',
    "mine model.onnx --data train-images-idx3-ubyte.gz --delta 1.0,0.99 -o 'model-{delta}.nap.json'",
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { mine } = await import('../../api/mine.js');
      const document = await mine(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          ...miningChoices(flags),
          deltas: flags.delta,
          ...(flags.allowEmptyClasses === undefined ? {} : { allowEmptyClasses: true }),
          output: flags.output,
        },
        progress,
      );
      return { document, text: mineText, exitCode: EXIT.ok };
    }),
  );
}
