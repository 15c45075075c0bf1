import type { Command } from 'commander';
import { exportText } from '../../report/text/export.js';
import { InputError } from '../../util/errors.js';
import { type ClaimFlags, claimChoices, withClaimOptions } from '../claim-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, ClaimFlags {
  readonly format: 'lp' | 'mps';
  readonly output: string;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('Write the mixed-integer program of each obligation, for other solvers.')
    .argument('<model>', 'ONNX classifier');
  withClaimOptions(command);
  withRequiredOption(command, '--format <name>', 'CPLEX LP (lp) or free MPS (mps)', exportFormat);
  withRequiredOption(
    command,
    '-o, --output <file>',
    'file to write; {id} in the name stands for the obligation',
  );
  withCommonOptions(command, [
    'export model.onnx --naps model.nap.json --class 3 --competitor 5 --property non-misclassification --format lp -o 3-5.lp',
    "export model.onnx --naps model.nap.json --spec release.yaml --format mps -o 'out/{id}.mps'",
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
        },
        progress,
      );
      return { document, text: exportText, exitCode: EXIT.ok };
    }),
  );
}

function exportFormat(text: string): 'lp' | 'mps' {
  if (text === 'lp' || text === 'mps') return text;
  throw new InputError('no such format', {
    place: '--format',
    expected: 'lp or mps',
    found: JSON.stringify(text),
  });
}
