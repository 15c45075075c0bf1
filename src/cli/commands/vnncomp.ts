import type { Command } from 'commander';
import type { VnncompDocument } from '../../report/documents/vnncomp.js';
import { vnncompText } from '../../report/text/vnncomp.js';
import { InputError } from '../../util/errors.js';
import { listOption } from '../arguments.js';
import { type ClusterFlags, clusterChoice, withClusterOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, ClusterFlags {
  readonly output: string;
  readonly fresh?: true;
  readonly timeoutFactor: number;
  readonly categories?: readonly string[];
  readonly counterexamples?: string;
}

const EXAMPLES = [
  'vnncomp run benchmarks/acasxu/instances.csv -o results.csv --counterexamples found',
  'vnncomp run benchmarks --categories acasxu,mnistfc --timeout-factor 0.5 -o results.csv',
];

/** Benchmarks of VNN-COMP. */
export function registerVnncomp(program: Command): void {
  const group = withCommonOptions(
    program.command('vnncomp').description('Run lists of VNN-LIB instances as VNN-COMP does.'),
    EXAMPLES,
  );
  const command = group
    .command('run')
    .description(
      'Decide instance after instance. Exit code 0 if all are answered, 3 if one stayed open, 2 if one is in error. ' +
        'Ctrl-C keeps what was decided. With --redis the obligations of each query are decided by workers (by branch and ' +
        'bound alone), instance after instance.',
    )
    .argument(
      '<instances>',
      'list with rows onnx,vnnlib,timeout (paths relative to it, .gz accepted), or a folder with CATEGORY/instances.csv',
    );
  withRequiredOption(
    command,
    '-o, --output <file>',
    'results, CSV: category,onnx,vnnlib,prepare,result,seconds; rows that are there are kept, and not run again',
  );
  command
    .option('--fresh', 'run everything anew, and replace whatever the output file holds')
    .option('--timeout-factor <factor>', 'multiplies the time limits of the list', timeoutFactor, 1)
    .option(
      '--categories <list>',
      'only these folders, separated by commas',
      listOption('--categories', 'acasxu,mnistfc'),
    )
    .option(
      '--counterexamples <folder>',
      "existing folder for two files per counterexample: the competition's (.counterexample), and the standard's (.assignment)",
    );
  withClusterOptions(command);
  withCommonOptions(command, EXAMPLES).action((instances: string, flags: Flags) =>
    run({ ...group.opts<CommonOptions>(), ...flags }, async ({ progress, signal }) => {
      const { runInstances } = await import('../../api/vnncomp/run.js');
      const { output, fresh, categories, counterexamples, timeoutFactor } = flags;
      const cluster = clusterChoice(flags);
      const document = await runInstances(
        {
          instances,
          output,
          timeoutFactor,
          ...(fresh === undefined ? {} : { fresh }),
          ...(categories === undefined ? {} : { categories }),
          ...(counterexamples === undefined ? {} : { counterexamples }),
          ...(cluster === null ? {} : { cluster }),
        },
        progress,
        signal(),
      );
      return { document, text: vnncompText, exitCode: exitCode(document) };
    }),
  );
}

function exitCode({ counts, instances, kept, rows }: VnncompDocument): ExitCode {
  if (counts.error > 0) return EXIT.usage;
  const open = counts.timeout + counts.unknown + (instances - kept - rows.length);
  return open > 0 ? EXIT.inconclusive : EXIT.ok;
}

function timeoutFactor(text: string): number {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw new InputError('the option has a wrong value', {
    place: '--timeout-factor',
    expected: 'a number > 0, for example 0.5',
    found: JSON.stringify(text.slice(0, 80)),
  });
}
