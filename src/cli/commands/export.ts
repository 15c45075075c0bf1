import type { Command } from 'commander';
import type { ExportDocument } from '../../report/documents/export.js';
import { exportText } from '../../report/text/export.js';
import { InputError } from '../../util/errors.js';
import { type ClaimFlags, claimChoices, withClaimOptions } from '../claim-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, ClaimFlags {
  readonly format: ExportDocument['fileFormat'];
  readonly exposedModel?: string;
  readonly output: string;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description(
      'Write each obligation as a mixed-integer program or a query, for other solvers and verifiers.',
    )
    .argument('<model>', 'ONNX classifier');
  withClaimOptions(command);
  withRequiredOption(
    command,
    '--format <name>',
    `a mixed-integer program (CPLEX LP or free MPS), a VNN-LIB query of version 1.0 or 2.0, or Marabou's input query`,
    exportFormat,
  );
  withRequiredOption(
    command,
    '-o, --output <file>',
    'file to write; {id} in the name stands for the obligation',
  );
  // Set behind the parser, whose message names the option as every other does; completion reads the values.
  command.options.find(({ long }) => long === '--format')!.argChoices = [...FORMATS];
  command.option(
    '--exposed-model <file>',
    'for vnnlib1 and NAPs: ONNX file to write, whose output has the hidden neurons behind the logits',
  );
  withCommonOptions(command, [
    'export model.onnx --naps model.nap.json --class 3 --competitor 5 --property non-misclassification --format lp -o 3-5.lp',
    "export model.onnx --naps model.nap.json --spec release.yaml --format mps -o 'out/{id}.mps'",
    "export model.onnx --naps model.nap.json --class 3 --format vnnlib2 -o 'out/{id}.vnnlib'",
    "export model.onnx --naps model.nap.json --format vnnlib1 --exposed-model out/exposed.onnx -o 'out/{id}.vnnlib'",
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { exportModels } = await import('../../api/export.js');
      const document = await exportModels(
        {
          model,
          ...(flags.naps === undefined ? {} : { naps: flags.naps }),
          claims: claimChoices(flags),
          fileFormat: flags.format,
          output: flags.output,
          ...(flags.exposedModel === undefined ? {} : { exposedModel: flags.exposedModel }),
        },
        progress,
      );
      return { document, text: exportText, exitCode: EXIT.ok };
    }),
  );
}

const FORMATS = ['lp', 'mps', 'vnnlib1', 'vnnlib2', 'marabou'] as const;

function exportFormat(text: string): ExportDocument['fileFormat'] {
  const format = FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  throw new InputError('no such format', {
    place: '--format',
    expected: FORMATS.join(', '),
    found: JSON.stringify(text),
  });
}
