import type { Command } from 'commander';
import { scalarsText } from '../../report/text/scalars.js';
import { factorsOption, integerOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly factors: readonly number[];
  readonly sample?: number;
  readonly max: string;
  readonly picture?: string;
  readonly accuracyPicture?: string;
}

export function registerScalars(program: Command): void {
  const command = program
    .command('scalars')
    .description(
      'How the class depends on brightness: accuracy of samples multiplied by s, and for one sample the exact ' +
        'intervals of s with the same class.',
    )
    .argument('<model>', 'ONNX classifier')
    .option(
      '--factors <list>',
      'factors of the accuracy table',
      factorsOption('--factors'),
      [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001],
    )
    .option('--sample <n>', 'sample to follow along s x, s > 0, exactly', integerOption('--sample', 0))
    .option('--max <s>', 'largest factor for the sample, a decimal or p/q', '4')
    .option('--picture <file>', 'SVG of the logits of the sample against s')
    .option('--accuracy-picture <file>', 'SVG of the accuracy against s');
  withDatasetOptions(command);
  withCommonOptions(command, [
    'scalars model.onnx --data mnist --limit 1000',
    'scalars model.onnx --data mnist --sample 7 --picture sample7.svg --accuracy-picture accuracy.svg',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { scalars } = await import('../../api/scalars.js');
      const document = await scalars(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          factors: flags.factors,
          max: flags.max,
          ...(flags.sample === undefined ? {} : { sample: flags.sample }),
          ...(flags.picture === undefined ? {} : { samplePicture: flags.picture }),
          ...(flags.accuracyPicture === undefined ? {} : { accuracyPicture: flags.accuracyPicture }),
        },
        progress,
      );
      return { document, text: scalarsText, exitCode: EXIT.ok };
    }),
  );
}
