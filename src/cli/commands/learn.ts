import type { Command } from 'commander';
import type { Domain } from '../../api/choices.js';
import { learnText } from '../../report/text/learn.js';
import { classListOption, domainOption, integerOption, marginOption, secondsOption } from '../arguments.js';
import { type ClusterFlags, clusterChoice, withClusterOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { type HeldOutFlags, heldOutChoice, withHeldOutOptions } from '../mining-options.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends ClusterFlags, CommonOptions, DatasetFlags, HeldOutFlags {
  readonly class?: readonly number[];
  readonly domain?: Domain;
  readonly margin: number;
  readonly time: number;
  readonly jobs?: number;
  readonly naps: string;
  readonly output: string;
  readonly fresh?: true;
}

export function registerLearn(program: Command): void {
  const command = program
    .command('learn')
    .description(
      'Find for each class the NAP that is proved and that most samples follow: no input of the domain that follows ' +
        'it gets another class. Exit code 0 if every class has one, else 3. Ctrl-C keeps what was proved.',
    )
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command);
  withRequiredOption(command, '--naps <file>', 'NAP file to write');
  withRequiredOption(command, '-o, --output <file>', 'certificate to write');
  withHeldOutOptions(command)
    .option('--class <list>', 'only these classes, for example 0,3', classListOption('--class'))
    .option('--domain <which>', 'inputs meant: unit (default) or LOW,HIGH', domainOption('--domain'))
    .option(
      '--margin <lead>',
      'least lead of the own logit that must be proved',
      marginOption('--margin'),
      0.001,
    )
    .option('--time <seconds>', 'for all classes together', secondsOption('--time'), 540)
    .option(
      '--jobs <n>',
      'classes learned at once (default: one per processor)',
      integerOption('--jobs', 1, 64),
    )
    .option('--fresh', 'replace a certificate that is there');
  withClusterOptions(command);
  withCommonOptions(command, [
    'learn model.onnx --data mnist --split mine --held-out heldout --naps model.nap.json -o model.cert.json',
    'learn model.onnx --data train-images.gz --held-out-data t10k-images.gz --class 9 --time 120 --naps n.json -o c.json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { learn } = await import('../../api/learn/learn.js');
      const cluster = clusterChoice(flags);
      const document = await learn(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          heldOut: heldOutChoice(flags),
          ...(flags.class === undefined ? {} : { classes: flags.class }),
          ...(flags.domain === undefined ? {} : { domain: flags.domain }),
          margin: flags.margin,
          seconds: flags.time,
          ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
          naps: flags.naps,
          certificate: flags.output,
          ...(flags.fresh === undefined ? {} : { fresh: true }),
          ...(cluster === null ? {} : { cluster }),
        },
        progress,
        signal(),
      );
      const all = document.classes.every(({ verdict }) => verdict === 'proved');
      return { document, text: learnText, exitCode: all ? EXIT.ok : EXIT.inconclusive };
    }),
  );
}
