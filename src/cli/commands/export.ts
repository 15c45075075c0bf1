import { type Command, Option } from 'commander';
import { exportText } from '../../report/text/export.js';
import { type ClaimFlags, claimChoices, withClaimOptions } from '../claim-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, ClaimFlags {
  readonly format: 'lp' | 'mps';
  readonly output: string;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('Write the mixed-integer program of each obligation, for other solvers.')
    .argument('<model>', 'ONNX classifier');
  withClaimOptions(command)
    .addOption(
      new Option('--format <name>', 'CPLEX LP or free MPS').choices(['lp', 'mps']).makeOptionMandatory(),
    )
    .requiredOption('-o, --output <file>', 'file to write; {id} in the name stands for the obligation');
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
