import { type Command, Option } from 'commander';
import { mineText } from '../../report/text/mine.js';
import { listOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly delta: readonly string[];
  readonly output: string;
  readonly groupBy: 'label' | 'prediction';
  readonly samples: 'all' | 'correct';
  readonly heldOut?: string;
  readonly heldOutData?: string;
  readonly heldOutLabels?: string;
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
  )
    .addOption(
      new Option('--group-by <how>', 'class of a sample: its label, or the prediction of the model')
        .choices(['label', 'prediction'])
        .default('label'),
    )
    .addOption(
      new Option('--samples <which>', 'mine from all samples or only from correctly classified ones')
        .choices(['all', 'correct'])
        .default('all'),
    )
    .option('--held-out <part>', 'part of the same data for statistics only, as for --split')
    .option('--held-out-data <path>', 'other data for statistics only')
    .option('--held-out-labels <path>', 'file of labels of --held-out-data')
    .option('--allow-empty-classes', 'classes without samples get no NAP instead of being an error');
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
          heldOut: {
            ...(flags.heldOut === undefined ? {} : { split: flags.heldOut }),
            ...(flags.heldOutData === undefined ? {} : { data: flags.heldOutData }),
            ...(flags.heldOutLabels === undefined ? {} : { labels: flags.heldOutLabels }),
          },
          deltas: flags.delta,
          grouping: flags.groupBy,
          samples: flags.samples,
          ...(flags.allowEmptyClasses === undefined ? {} : { allowEmptyClasses: true }),
          output: flags.output,
        },
        progress,
      );
      return { document, text: mineText, exitCode: EXIT.ok };
    }),
  );
}
