/** What every command gets: where to print, how to tell progress, when to stop. */
import type { Command } from 'commander';
import type { Progress } from '../api/progress.js';
import type { InputError } from '../util/errors.js';
import { loggableData } from '../util/plain-text.js';
import type { ExitCode } from './exit-codes.js';
import { textColumns, wrappedCommandLine } from './help.js';
import { prettyJson } from './json.js';
import { terminalProgress } from './progress.js';
import { onSignal } from './signals.js';

export interface CommonOptions {
  readonly json?: true;
  readonly quiet?: true;
}

export interface Context {
  readonly progress: Progress;
  /**
   * Aborted by the first Ctrl-C. Asking for it means that the command stops by itself and keeps what it
   * has; a second Ctrl-C ends the process. A command that never asks is ended by the first one.
   * @param meanwhile what the user is told that it does before it stops
   */
  readonly signal: (meanwhile?: string) => AbortSignal;
}

/** The result of a command: one JSON document, the same for people, and the exit code. */
export interface Outcome<T> {
  readonly document: T;
  readonly text: (document: T) => string;
  readonly exitCode: ExitCode;
  /** Nothing was left out: an interruption came too late, and the exit code is that of the result. */
  readonly isWhole?: boolean;
  /** Thrown after the document is printed: a result that is also an input error. */
  readonly failure?: InputError;
}

/** `--json` and `--quiet`, which every command has, and its examples. */
export function withCommonOptions(command: Command, examples: readonly string[]): Command {
  return command
    .option('--json', 'print one JSON document instead of text')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', ({ error }) =>
      exampleText(examples, textColumns(error ? process.stderr : process.stdout)),
    );
}

function exampleText(examples: readonly string[], columns: number): string {
  const lines = examples.map((line) => `  $ ${wrappedCommandLine(`napcert ${line}`, columns - 4, '      ')}`);
  return ['', 'Examples:', ...lines].join('\n');
}

/**
 * Runs a command and prints its result. stdout gets the document and nothing else; stderr the progress.
 * Sets `process.exitCode` instead of exiting, so that a large document drains into a slow pipe.
 */
export async function run<T>(
  options: CommonOptions,
  action: (context: Context) => Promise<Outcome<T>>,
): Promise<void> {
  const progress = terminalProgress(process.stderr, options.quiet === true);
  const signals = onSignal(() => progress.clear());
  try {
    const { document, text, exitCode, isWhole, failure } = await action({ progress, signal: signals.take });
    progress.clear();
    process.exitCode = isWhole === true ? exitCode : (signals.exitCode() ?? exitCode);
    print(options.json === true ? prettyJson(document) : text(loggableData(document)));
    if (failure !== undefined) throw failure;
  } catch (error) {
    progress.clear();
    throw error;
  } finally {
    signals.release();
  }
}

/** One newline at the end. */
function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
