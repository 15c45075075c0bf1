import type { Command } from 'commander';
import type { Domain } from '../../api/choices.js';
import { ceilingText } from '../../report/text/ceiling.js';
import { classListOption, domainOption, integerOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly class?: readonly number[];
  readonly domain?: Domain;
  readonly samples: number;
}

export function registerCeiling(program: Command): void {
  const command = program
    .command('ceiling')
    .description(
      'For which share of the samples could any NAP be true? Fixes every phase to that of a sample and asks whether ' +
        'another class wins anywhere in that region. Exit code 3 if no decided sample passes.',
    )
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command)
    .option('--class <list>', 'only these classes, for example 0,3', classListOption('--class'))
    .option('--domain <which>', 'inputs meant: unit (default) or LOW,HIGH', domainOption('--domain'))
    .option('--samples <n>', 'correct samples tested per class', integerOption('--samples', 1), 4);
  withCommonOptions(command, [
    'ceiling model.onnx --data mnist',
    'ceiling model.onnx --data mnist --class 0,3 --samples 20 --json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { ceiling } = await import('../../api/ceiling/ceiling.js');
      const document = await ceiling(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          samplesPerClass: flags.samples,
          ...(flags.class === undefined ? {} : { classes: flags.class }),
          ...(flags.domain === undefined ? {} : { domain: flags.domain }),
        },
        progress,
        signal(),
      );
      return {
        document,
        text: ceilingText,
        exitCode: document.share.count > 0 ? EXIT.ok : EXIT.inconclusive,
      };
    }),
  );
}
