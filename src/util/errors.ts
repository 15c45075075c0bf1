/**
 * Errors that a user can mend. Everything else that is thrown is a bug in napcert (exit code 70).
 * Limits and undecided questions are values, never exceptions.
 */

import { loggable, loggableData } from './plain-text.js';

/** Where an input is wrong, what was expected there and what was found. */
export interface InputFault {
  /** File (or option) that is wrong, as the user named it. */
  readonly file?: string;
  /** Place in it: `line 3, column 7`, `node "Conv_4"`, `properties[2].class`. */
  readonly place?: string;
  readonly expected?: string;
  readonly found?: string;
}

/** Bad input: exit code 2, never a stack trace. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  /** What is wrong, without the place; `message` is the same until the error leaves the library. */
  readonly summary: string;
  readonly fault: InputFault;

  constructor(summary: string, fault: InputFault = {}) {
    super(summary);
    this.summary = summary;
    this.fault = fault;
  }

  /** The same error with the file named, for readers that know only bytes. */
  inFile(file: string): InputError {
    if (this.fault.file !== undefined) return this;
    const named = new (this.constructor as typeof InputError)(this.summary, { ...this.fault, file });
    if (this.stack !== undefined) named.stack = this.stack;
    return named;
  }
}

/** A model uses something napcert refuses to approximate; the message names node, operator and remedy. */
export class UnsupportedError extends InputError {
  override readonly name = 'UnsupportedError';
}

/** One paragraph for a terminal: what, where, expected, found; nothing of the input can break out of its line. */
export function describeInputError(error: InputError): string {
  const { file, place, expected, found } = loggableData(error.fault);
  const message = loggable(error.summary);
  const where = [file, place].filter((part) => part !== undefined).join(': ');
  const lines = [where === '' ? message : `${where}: ${message}`];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (found !== undefined) lines.push(`  found:    ${found}`);
  return lines.join('\n');
}

/** The same error with all of {@link describeInputError} in its message, for programs that print no more than that. */
export function inFull<T extends InputError>(error: T): T {
  const full = describeInputError(error);
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => full);
  error.message = full;
  return error;
}

/** Compile-time exhaustiveness: a new `kind` without a case does not type-check. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unreachable ${what}: ${JSON.stringify(value)}`);
}
