/** Entry of the command line: runs the program and maps every error to an exit code. */
import './colours.js';

import { chalkStderr } from 'chalk';
import { CommanderError } from 'commander';
import { missingRuntime } from '../api/missing-runtime.js';
import { VERSION } from '../api/version.js';
import { setTableWidth } from '../report/table.js';
import { describeInputError, InputError } from '../util/errors.js';
import { loggable } from '../util/plain-text.js';
import { EXIT } from './exit-codes.js';
import { terminalColumns } from './help.js';
import { createProgram } from './program.js';

// Nobody reads the progress any more (`2>&1 | head`): the run goes on without it.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// Nothing is left to say it on.
process.stderr.on('error', () => {});
// A reader that closes the pipe early (`| head`) is no error. Any other failure, of a full disk for example, is the user's to mend.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  throw new InputError('the result cannot be printed', {
    file: 'stdout',
    expected: 'a place that can be written to',
    found: error.code ?? error.message,
  });
});
process.on('uncaughtException', (error) => {
  fail(error);
  process.exit();
});

setTableWidth(terminalColumns(process.stdout));
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  fail(error);
}
end();

/**
 * Once everything printed has left. Waiting for the last open handle instead would let a queue's client, which tries for
 * ever to reach a server that is gone, keep a finished program alive.
 */
function end(): void {
  const [first, ...rest] = [process.stdout, process.stderr].filter(({ destroyed }) => !destroyed);
  // A stream that fails has a listener that says so, and sets the exit code.
  first?.write('', (error) => {
    if (error) return;
    if (rest.length === 0) process.exit();
    for (const last of rest) last.write('', (failed) => (failed ? undefined : process.exit()));
  });
}

function fail(thrown: unknown): void {
  const error = missingRuntime(thrown) ?? thrown;
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version that were asked for end with its code 0.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return;
  }
  if (error instanceof InputError) {
    process.stderr.write(`${chalkStderr.red('error:')} ${describeInputError(error)}\n`);
    process.exitCode = EXIT.usage;
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${chalkStderr.red('internal error:')} ${loggable(message)}\n` +
      `This is a bug in napcert ${VERSION}. Please report it with the command line, the input files if you\n` +
      `can share them, and the trace that NAPCERT_DEBUG=1 prints.\n`,
  );
  if (process.env['NAPCERT_DEBUG'] !== undefined && error instanceof Error) {
    process.stderr.write(`${(error.stack ?? '').split('\n').map(loggable).join('\n')}\n`);
  }
  process.exitCode = EXIT.internal;
}
