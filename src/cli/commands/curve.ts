import type { Command } from 'commander';
import { curveText } from '../../report/text/curve.js';
import { listOption, secondsOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';
import { type MiningFlags, miningChoices, withMiningOptions } from '../mining-options.js';

interface Flags extends CommonOptions, DatasetFlags, MiningFlags {
  readonly deltas: readonly string[];
  readonly verify?: true;
  readonly timeout: number;
  readonly output?: string;
  readonly svg?: string;
}

export function registerCurve(program: Command): void {
  const command = program
    .command('curve')
    .description(
      'Recall, overlap, numbers of literals and, with --verify, verdicts of the mined NAPs over a grid of delta.',
    )
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command);
  command.option(
    '--deltas <list>',
    'required frequencies, 0.5 < delta <= 1',
    listOption('--deltas', '1,0.99,0.95'),
    ['1', '0.99', '0.95', '0.9'],
  );
  withMiningOptions(command)
    .option('--verify', 'decide non-misclassification of every class at every delta (needs --output)')
    .option(
      '--timeout <seconds>',
      'time per class and competitor with --verify',
      secondsOption('--timeout'),
      10,
    )
    .option('-o, --output <folder>', 'existing folder for the NAP files and certificates')
    .option('--svg <file>', 'picture of recall against delta');
  withCommonOptions(command, [
    'curve model.onnx --data mnist --held-out heldout --deltas 1,0.99,0.95,0.9 --svg curve.svg',
    'curve model.onnx --data mnist --held-out heldout --verify -o curve-folder --json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { curve } = await import('../../api/curve/curve.js');
      const document = await curve(
        {
          model,
          data: flags.data,
          dataset: datasetOptions(flags),
          ...miningChoices(flags),
          deltas: flags.deltas,
          verify: flags.verify === true,
          timeoutSeconds: flags.timeout,
          ...(flags.output === undefined ? {} : { output: flags.output }),
          ...(flags.svg === undefined ? {} : { picture: flags.svg }),
        },
        progress,
        flags.verify === true ? signal() : undefined,
      );
      return { document, text: curveText, exitCode: EXIT.ok };
    }),
  );
}
