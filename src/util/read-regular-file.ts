/** Reading files that a user named: regular files only, up to a limit. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { InputError } from './errors.js';
import { describeSystemError } from './system-error.js';

export interface ReadOptions {
  /** What the file is, for messages: `the model`. */
  readonly what: string;
  /** What it should be: `an ONNX file`. */
  readonly expected: string;
  readonly maxBytes: number;
}

/**
 * The bytes of a regular file. A pipe, device or folder is refused before it is opened: a pipe without a writer
 * would wait for ever, and a device may have no end.
 * @throws InputError naming the file, when it is missing, unreadable, not a regular file or too large
 */
export function readRegularFile(path: string, { what, expected, maxBytes }: ReadOptions): Buffer {
  try {
    const info = statSync(path);
    if (!info.isFile()) {
      throw new InputError(`cannot read ${what}`, { file: path, expected, found: kindOf(info) });
    }
    if (info.size > maxBytes) {
      throw new InputError(`${what} is too large`, {
        file: path,
        expected: `at most ${maxBytes} bytes`,
        found: `${info.size} bytes`,
      });
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const found = describeSystemError(error);
    throw new InputError(`cannot read ${what}`, { file: path, expected, found });
  }
}

function kindOf(info: Stats): string {
  if (info.isDirectory()) return 'a folder';
  return info.isFIFO() ? 'a pipe' : info.isSocket() ? 'a socket' : 'a device';
}
