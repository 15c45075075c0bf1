/** The commander program: names, options and help. The work is in `src/api`. */
import { Command } from 'commander';
import { VERSION } from '../api/version.js';
import { registerCeiling } from './commands/ceiling.js';
import { registerCheck } from './commands/check.js';
import { registerCompare } from './commands/compare.js';
import { registerCompletion } from './commands/completion.js';
import { registerCone } from './commands/cone.js';
import { registerCoverage } from './commands/coverage.js';
import { registerCurve } from './commands/curve.js';
import { registerDebias } from './commands/debias.js';
import { registerDemo } from './commands/demo.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExplain } from './commands/explain.js';
import { registerExport } from './commands/export.js';
import { registerGate } from './commands/gate.js';
import { registerGuard } from './commands/guard.js';
import { registerInit } from './commands/init.js';
import { registerInspect } from './commands/inspect.js';
import { registerInvariance } from './commands/invariance.js';
import { registerKeygen } from './commands/keygen.js';
import { registerLearn } from './commands/learn.js';
import { registerMerge } from './commands/merge.js';
import { registerMine } from './commands/mine.js';
import { registerMinimize } from './commands/minimize.js';
import { registerReport } from './commands/report.js';
import { registerScalars } from './commands/scalars.js';
import { registerSign } from './commands/sign.js';
import { registerStatus } from './commands/status.js';
import { registerVerify } from './commands/verify.js';
import { registerVnncomp } from './commands/vnncomp.js';
import { registerVnnlib } from './commands/vnnlib.js';
import { registerWorker } from './commands/worker.js';
import { EXIT_CODE_HELP } from './exit-codes.js';

const COMMANDS: readonly ((program: Command) => void)[] = [
  registerInspect,
  registerEvaluate,
  registerMine,
  registerCeiling,
  registerLearn,
  registerMinimize,
  registerCoverage,
  registerCurve,
  registerCompare,
  registerVerify,
  registerVnnlib,
  registerVnncomp,
  registerCheck,
  registerMerge,
  registerWorker,
  registerStatus,
  registerInit,
  registerGate,
  registerKeygen,
  registerSign,
  registerGuard,
  registerExplain,
  registerReport,
  registerExport,
  registerInvariance,
  registerScalars,
  registerCone,
  registerDebias,
  registerDoctor,
  registerDemo,
  registerCompletion,
];

export function createProgram(): Command {
  const program = new Command('napcert')
    .description(
      'Mines neural activation patterns (NAPs) of ONNX classifiers, decides what they imply, and writes ' +
        'certificates that an independent checker re-proves in exact arithmetic.',
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText('after', EXIT_CODE_HELP)
    .addHelpText('after', '\nRun `napcert COMMAND --help` for options and examples.');
  for (const register of COMMANDS) register(program);
  return program;
}
