import type { Command } from 'commander';
import { doctorText } from '../../report/text/doctor.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

export function registerDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('Check that solvers and onnxruntime work on this machine. Exit code 70 if one does not.');
  withCommonOptions(command, ['doctor', 'doctor --json']).action((options: CommonOptions) =>
    run(options, async ({ progress }) => {
      const { doctor } = await import('../../api/doctor.js');
      const document = await doctor(progress);
      return { document, text: doctorText, exitCode: document.ok ? EXIT.ok : EXIT.internal };
    }),
  );
}
