/** Output files: refused before long work when they cannot be written, and written whole or not at all. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';

/**
 * Refuses a path that `writeOutput` could not write: missing or read-only folder, or the path is a folder.
 * @throws InputError naming the path
 */
export function assertWritable(path: string, option = '--output'): void {
  const folder = dirname(resolve(path));
  const parent = statOrNull(folder);
  if (parent === null || !parent.isDirectory()) {
    throw new InputError('the output cannot be written', {
      file: path,
      place: option,
      expected: 'a path in an existing folder',
      found: parent === null ? `no folder ${folder}` : `${folder} is not a folder`,
    });
  }
  const target = statOrNull(path);
  if (target !== null && !target.isFile()) {
    throw new InputError('the output cannot be written', {
      file: path,
      place: option,
      expected: 'a new file or an existing file to replace',
      found: target.isDirectory() ? 'a folder' : 'neither file nor folder',
    });
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(path, option, error);
  }
}

/**
 * Writes beside the target and renames, so that a reader sees the old file or the new one, never a part.
 * Synchronous, so that a signal cannot come between.
 * @throws InputError naming the path
 */
export function writeOutput(path: string, content: string | Uint8Array, option = '--output'): void {
  const temporary = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unwritable(path, option, error);
  }
}

function unwritable(path: string, option: string, error: unknown): InputError {
  return new InputError('the output cannot be written', {
    file: path,
    place: option,
    expected: 'a writable path',
    found: describeSystemError(error),
  });
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
