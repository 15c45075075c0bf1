import { mkdirSync } from 'node:fs';
import { InputError } from './errors.js';
import { describeSystemError } from './system-error.js';

/**
 * Makes a folder, and those above it; one that is there is kept.
 * @param option where the user named it
 * @throws InputError naming the path
 */
export function makeFolder(path: string, option: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InputError('the folder cannot be made', {
      file: path,
      place: option,
      expected: 'a folder, or a path where one can be made',
      found: describeSystemError(error),
    });
  }
}
