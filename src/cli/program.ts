/** The commander program: names, options and help. The work is in `src/api`. */
import { Command } from 'commander';
import { VERSION } from '../api/version.js';
import { wrapped } from '../report/wrap.js';
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
import { textColumns, withHelpLayout } from './help.js';

/** By the job that they do, in the order in which people meet it. */
const GROUPS: readonly (readonly [title: string, commands: readonly ((program: Command) => void)[]])[] = [
  ['Look at a model:', [registerInspect, registerEvaluate]],
  ['Mine patterns:', [registerMine, registerCoverage, registerCurve, registerCompare]],
  [
    'Verify, and check what others verified:',
    [
      registerVerify,
      registerCheck,
      registerExplain,
      registerReport,
      registerExport,
      registerVnnlib,
      registerVnncomp,
    ],
  ],
  [
    'Learn patterns that hold, and use them:',
    [registerCeiling, registerLearn, registerMinimize, registerGuard],
  ],
  ['Brightness:', [registerInvariance, registerScalars, registerCone, registerDebias]],
  ['Gate a release:', [registerInit, registerGate, registerKeygen, registerSign]],
  ['Share the work:', [registerWorker, registerStatus, registerMerge]],
  ['Help:', [registerDemo, registerDoctor, registerCompletion]],
];

export function createProgram(): Command {
  const program = withHelpLayout(new Command('napcert'))
    .description(
      'Mines neural activation patterns (NAPs) of ONNX classifiers, decides what they imply, and writes ' +
        'certificates that an independent checker re-proves in exact arithmetic.',
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText('after', ({ error }) => exitCodeText(textColumns(error ? process.stderr : process.stdout)))
    .addHelpText(
      'after',
      '\nRun `napcert COMMAND --help` for options and examples; to begin, `napcert demo`.',
    );
  for (const [title, commands] of GROUPS) {
    program.commandsGroup(title);
    for (const register of commands) register(program);
  }
  // Commander's own command, which goes into the last group.
  program.helpCommand('help [command]', 'Show the help of a command.');
  return program;
}

function exitCodeText(columns: number): string {
  const rows = EXIT_CODE_HELP.map(
    ([code, meaning]) =>
      `  ${code.padEnd(3)}  ${wrapped(meaning, columns - 7, '').replaceAll('\n', '\n       ')}`,
  );
  return ['', 'Exit codes:', ...rows].join('\n');
}
