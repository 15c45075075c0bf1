import type { Command } from 'commander';
import { coneText } from '../../report/text/cone.js';
import { indexListOption, integerOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly points?: readonly number[];
  readonly convex?: true;
  readonly most: number;
  readonly output?: string;
  readonly fresh?: true;
  readonly matrix?: string;
}

export function registerCone(program: Command): void {
  const command = program
    .command('cone')
    .description(
      'Certify the convex cone of samples with one activation pattern and class (networks without biases), or with ' +
        '--convex their convex hull (any network). Exit code 3 if a cone could not be shown.',
    )
    .argument('<model>', 'ONNX classifier')
    .option(
      '--points <list>',
      'samples that span one cone, for example 3,17 (default: the largest sets with a common pattern)',
      indexListOption('--points'),
    )
    .option('--convex', 'convex combinations only, which needs no homogeneity')
    .option(
      '--most <n>',
      'without --points: so many of the largest sets',
      integerOption('--most', 1, 1000),
      10,
    )
    .option('-o, --output <file>', 'certificate to write; one that shows something else is not replaced')
    .option('--fresh', 'replace whatever the output file holds')
    .option('--matrix <file>', 'JSON file for the exact matrix of each cone');
  withDatasetOptions(command);
  withCommonOptions(command, [
    'cone model.onnx --data mnist -o model.cert.json',
    'cone model.onnx --data mnist --points 3,17 --convex --json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { cone } = await import('../../api/cone.js');
      const document = await cone(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          combinations: flags.convex === true ? 'convex' : 'conic',
          most: flags.most,
          ...(flags.points === undefined ? {} : { samples: flags.points }),
          ...(flags.output === undefined ? {} : { output: flags.output }),
          ...(flags.fresh === undefined ? {} : { fresh: true }),
          ...(flags.matrix === undefined ? {} : { matrix: flags.matrix }),
        },
        progress,
      );
      const open = document.cones.some(({ holds }) => !holds);
      return { document, text: coneText, exitCode: open ? EXIT.inconclusive : EXIT.ok };
    }),
  );
}
