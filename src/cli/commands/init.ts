import type { Command } from 'commander';
import { initText } from '../../report/text/init.js';
import { InputError } from '../../util/errors.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, DatasetFlags {
  readonly delta: string;
  readonly output?: string;
  readonly force?: true;
}

export function registerInit(program: Command): void {
  const command = program
    .command('init')
    .description(
      'Write a starter policy and specification for a model and dataset, with comments, and mine NAPs for them. ' +
        'The gate then decides the claims; for many networks mined NAPs cannot be proved (napcert ceiling tells).',
    )
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command)
    .option('--delta <number>', 'required frequency of the NAPs, 0.5 < delta <= 1', '0.99')
    .option(
      '-o, --output <name>',
      'writes NAME.policy.yaml, NAME.spec.yaml and NAME.nap.json (default: the name of the model, here)',
    )
    .option('--force', 'replace files that are there');
  withCommonOptions(command, [
    'init model.onnx --data mnist -o release',
    'init flowers.onnx --data flowers.csv --label-column species',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { init } = await import('../../api/init.js');
      const { split, limit, ...dataset } = datasetOptions(flags);
      if (split !== undefined || limit !== undefined) {
        throw new InputError('the policy chooses the samples itself', {
          place: split === undefined ? '--limit' : '--split',
          expected: 'no such option: NAPs come from the part mine, recall from the part heldout',
        });
      }
      const { data, delta, output, force } = flags;
      const document = await init(
        {
          model,
          data,
          dataset,
          delta,
          ...(output === undefined ? {} : { output }),
          ...(force === undefined ? {} : { force }),
        },
        progress,
      );
      return { document, text: initText, exitCode: EXIT.ok };
    }),
  );
}
