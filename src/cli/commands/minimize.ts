import { type Command, Option } from 'commander';
import type { Domain } from '../../api/choices.js';
import { METHODS, type Method } from '../../api/minimize/methods.js';
import { minimizeText } from '../../report/text/minimize.js';
import { classListOption, domainOption, marginOption, secondsOption } from '../arguments.js';
import { type ClusterFlags, clusterChoice, withClusterOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends ClusterFlags, CommonOptions {
  readonly naps: string;
  readonly napsOutput: string;
  readonly output: string;
  readonly class?: readonly number[];
  readonly domain?: Domain;
  readonly method: Method;
  readonly margin: number;
  readonly time: number;
  readonly fresh?: true;
}

export function registerMinimize(program: Command): void {
  const command = program
    .command('minimize')
    .description(
      'From proved NAPs to minimal ones: leave out literals that the proof does not need. Exit code 0 if every given ' +
        'NAP was proved, else 3.',
    )
    .argument('<model>', 'ONNX classifier');
  withRequiredOption(command, '--naps <file>', 'NAP file to start from');
  withRequiredOption(command, '--naps-output <file>', 'NAP file to write');
  withRequiredOption(command, '-o, --output <file>', 'certificate to write')
    .option('--class <list>', 'only these classes, for example 0,3', classListOption('--class'))
    .option('--domain <which>', 'inputs meant: unit (default) or LOW,HIGH', domainOption('--domain'))
    .addOption(
      new Option(
        '--method <name>',
        'what precedes the deletion pass that all end in: literals that the proof at hand does not use (core), nothing ' +
          '(coarsen), random halves (stochastic), growing from counterexamples (optimistic), halving (quickxplain)',
      )
        .choices([...METHODS])
        .default('core'),
    )
    .option(
      '--margin <lead>',
      'least lead of the own logit that must stay proved',
      marginOption('--margin'),
      0.001,
    )
    .option('--time <seconds>', 'per class', secondsOption('--time'), 120)
    .option('--fresh', 'replace a certificate that is there');
  withClusterOptions(command);
  withCommonOptions(command, [
    'minimize model.onnx --naps model.nap.json --naps-output small.nap.json -o small.cert.json',
    'minimize model.onnx --naps model.nap.json --class 3 --method quickxplain --margin 0.01 --naps-output s.json -o c.json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { minimizeFiles } = await import('../../api/minimize/minimize.js');
      const cluster = clusterChoice(flags);
      const document = await minimizeFiles(
        {
          model,
          naps: flags.naps,
          ...(flags.class === undefined ? {} : { classes: flags.class }),
          ...(flags.domain === undefined ? {} : { domain: flags.domain }),
          method: flags.method,
          margin: flags.margin,
          seconds: flags.time,
          output: flags.napsOutput,
          certificate: flags.output,
          ...(flags.fresh === undefined ? {} : { fresh: true }),
          ...(cluster === null ? {} : { cluster }),
        },
        progress,
        signal(),
      );
      const all = document.classes.every(({ verdict }) => verdict === 'proved');
      return { document, text: minimizeText, exitCode: all ? EXIT.ok : EXIT.inconclusive };
    }),
  );
}
