import type { Command } from 'commander';
import type { Domain } from '../../api/choices.js';
import type { CompareDocument } from '../../report/documents/compare.js';
import { compareText } from '../../report/text/compare.js';
import { InputError } from '../../util/errors.js';
import { domainOption, secondsOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly model: string;
  readonly modelB?: string;
  readonly certificateA?: string;
  readonly certificateB?: string;
  readonly data?: string;
  readonly proveInclusion?: true;
  readonly domain?: Domain;
  readonly timeout?: number;
  readonly output?: string;
  readonly fresh?: true;
  readonly napsOutput?: string;
}

const UNIT: Domain = { kind: 'box', lower: 0, upper: 1 };
const DEFAULT_SECONDS = 30;

export function registerCompare(program: Command): void {
  const command = program
    .command('compare')
    .description(
      'Two NAP files side by side: literals lost and gained, whose region lies in whose, recall, and verdicts of ' +
        'certificates. Of one model, or of a model and its successor with the same layers. Exit code 3 if an inclusion ' +
        'that was asked for stayed unknown, 4 if a certificate is rejected.',
    )
    .argument('<a>', 'NAP file')
    .argument('[b]', "NAP file; without it, A's literals are read as literals of --model-b");
  withRequiredOption(command, '--model <file>', 'ONNX classifier of A, and of B unless --model-b is given')
    .option('--model-b <file>', 'ONNX classifier of B')
    .option('--certificate-a <file>', 'certificate about A; it is checked first')
    .option('--certificate-b <file>', 'certificate about B; it is checked first')
    .option(
      '--prove-inclusion',
      'decide whether every input that follows A follows B, and the reverse, where literals do not show it',
    )
    .option(
      '--domain <which>',
      'inputs meant: unit (default), unbounded or LOW,HIGH',
      domainOption('--domain'),
    )
    .option(
      '--timeout <seconds>',
      `with --prove-inclusion: per class and direction (default ${DEFAULT_SECONDS})`,
      secondsOption('--timeout'),
    )
    .option(
      '-o, --output <file>',
      'with --prove-inclusion: certificate to write; an earlier one is gone on from',
    )
    .option('--fresh', 'replace a certificate that is there')
    .option(
      '--naps-output <file>',
      "write A's NAPs as a NAP file of --model-b, so that they can be verified there",
    );
  withOptionalDataset(command, 'samples to measure recall on');
  withCommonOptions(command, [
    'compare mined.nap.json learned.nap.json --model model.onnx --data mnist --split heldout',
    'compare old.nap.json new.nap.json --model old.onnx --model-b new.onnx',
    'compare old.nap.json --model old.onnx --model-b new.onnx --data mnist --naps-output old-on-new.nap.json',
    'compare learned.nap.json mined.nap.json --model model.onnx --prove-inclusion -o inclusion.cert.json',
  ]).action((a: string, b: string | undefined, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      refuseCombinations(b, flags);
      const { compare } = await import('../../api/compare/compare.js');
      const { model, modelB, certificateA, certificateB, data, output, fresh, napsOutput } = flags;
      const document = await compare(
        {
          a: { model, naps: a, ...(certificateA === undefined ? {} : { certificate: certificateA }) },
          b: {
            model: modelB ?? model,
            ...(b === undefined ? {} : { naps: b }),
            ...(certificateB === undefined ? {} : { certificate: certificateB }),
          },
          ...(data === undefined ? {} : { data }),
          dataset: datasetOptions(flags),
          ...(napsOutput === undefined ? {} : { napsOutput }),
          ...(flags.proveInclusion === undefined
            ? {}
            : {
                inclusion: {
                  domain: flags.domain ?? UNIT,
                  timeoutSeconds: flags.timeout ?? DEFAULT_SECONDS,
                  ...(output === undefined ? {} : { output }),
                  ...(fresh === undefined ? {} : { fresh }),
                },
              }),
        },
        progress,
        flags.proveInclusion === undefined ? undefined : signal(),
      );
      return { document, text: compareText, exitCode: exitCodeOf(document) };
    }),
  );
}

/** Options that would do nothing are refused. */
function refuseCombinations(b: string | undefined, flags: Flags): void {
  if (b === undefined && flags.modelB === undefined) {
    throw new InputError('there is nothing to compare with', {
      place: 'arguments',
      expected: "a second NAP file, or --model-b to read A's literals there",
      found: 'neither',
    });
  }
  if (flags.napsOutput !== undefined && b !== undefined) {
    throw new InputError('B has a NAP file already', {
      place: '--naps-output',
      expected: 'no second NAP file',
      found: b,
    });
  }
  if (flags.proveInclusion !== undefined) return;
  for (const name of ['domain', 'timeout', 'output', 'fresh'] as const) {
    if (flags[name] === undefined) continue;
    throw new InputError('the option needs another one', {
      place: `--${name}`,
      expected: '--prove-inclusion',
      found: `--${name} alone`,
    });
  }
}

function exitCodeOf({ a, b, classes }: CompareDocument): ExitCode {
  if ([a, b].some(({ certificate }) => certificate?.verdict === 'invalid')) return EXIT.rejected;
  const open = classes.some(
    ({ inclusions }) => inclusions?.aInB.verdict === 'unknown' || inclusions?.bInA.verdict === 'unknown',
  );
  return open ? EXIT.inconclusive : EXIT.ok;
}
