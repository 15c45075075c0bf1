import { type Command, Option } from 'commander';
import type { VerifyDocument } from '../../report/documents/verify.js';
import { verifyText } from '../../report/text/verify.js';
import type { PropertyKind } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { classListOption, secondsOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly data?: string;
  readonly naps?: string;
  readonly spec?: string;
  readonly property?: readonly PropertyKind[];
  readonly class?: readonly number[];
  readonly competitor?: readonly number[];
  readonly engine: 'auto' | 'milp';
  readonly solver: 'glpk' | 'highs';
  readonly timeout: number;
  readonly output: string;
}

const KINDS: readonly PropertyKind[] = ['non-misclassification', 'non-ambiguity', 'local-robustness'];

export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description(
      'Decide what the NAPs of a model imply, and write a certificate. Exit code 0 if every property holds, ' +
        '1 if one is violated, else 3 if one stayed unknown or is vacuous. Ctrl-C keeps what was decided.',
    )
    .argument('<model>', 'ONNX classifier')
    .option('--naps <file>', 'NAP file written by `napcert mine` (default: the one the specification names)')
    .option('--spec <file>', 'specification file (default: non-misclassification and non-ambiguity)')
    .option('--property <kinds>', `only these kinds: ${KINDS.join(', ')}`, propertyKinds)
    .option('--class <list>', 'only these classes, for example 0,3', classListOption('--class'))
    .option('--competitor <list>', 'only against these classes', classListOption('--competitor'))
    .addOption(new Option('--engine <name>', 'how to decide').choices(['auto', 'milp']).default('auto'))
    .addOption(new Option('--solver <name>', 'MILP solver').choices(['glpk', 'highs']).default('glpk'))
    .option('--timeout <seconds>', 'per obligation', secondsOption('--timeout'), 60)
    .requiredOption('-o, --output <file>', 'certificate to write');
  withOptionalDataset(command, 'samples to look for counterexamples and witnesses in');
  withCommonOptions(command, [
    'verify model.onnx --naps model.nap.json --data mnist -o model.cert.json',
    'verify model.onnx --naps model.nap.json --property non-misclassification --class 0,3 --competitor 1,2 -o c.json',
    'verify model.onnx --naps model.nap.json --spec release.yaml --solver highs --timeout 300 -o c.json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { verifyFiles } = await import('../../api/verify-files.js');
      const document = await verifyFiles(
        {
          model,
          ...(flags.naps === undefined ? {} : { naps: flags.naps }),
          claims: {
            ...(flags.spec === undefined ? {} : { spec: flags.spec }),
            ...(flags.property === undefined ? {} : { properties: flags.property }),
            ...(flags.class === undefined ? {} : { classes: flags.class }),
            ...(flags.competitor === undefined ? {} : { competitors: flags.competitor }),
          },
          ...(flags.data === undefined ? {} : { data: flags.data }),
          dataset: datasetOptions(flags),
          engine: flags.engine,
          solver: flags.solver,
          timeoutSeconds: flags.timeout,
          output: flags.output,
        },
        progress,
        signal(),
      );
      return { document, text: verifyText, exitCode: exitCode(document) };
    }),
  );
}

function exitCode({ counts }: VerifyDocument): ExitCode {
  if (counts.violated > 0) return EXIT.violated;
  return counts.unknown + counts.vacuous > 0 ? EXIT.inconclusive : EXIT.ok;
}

function propertyKinds(text: string): readonly PropertyKind[] {
  return text.split(',').map((part) => {
    const kind = KINDS.find((known) => known === part.trim());
    if (kind !== undefined) return kind;
    throw new InputError('no such kind of property', {
      place: '--property',
      expected: KINDS.join(', '),
      found: JSON.stringify(part),
    });
  });
}
