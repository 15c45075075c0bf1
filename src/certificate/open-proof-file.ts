/** Proof files beside a certificate. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';
import type { ByteSource } from './pinned-bytes.js';
import {
  DEFAULT_PROOF_FILE_LIMITS,
  openProofSource,
  type ProofFile,
  type ProofFileLimits,
} from './proof-file.js';

/** Separators, drive letters, control characters: anything that could leave the folder. */
const OUTSIDE = /[/\\:\p{Cc}]|^\.{1,2}$/u;

/** Something may take the place of the file: opening a pipe must not wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens proof files of one folder by base name and digest. A name that could lead out of the folder, a missing
 * or oversized file, and everything that `readProofFile` refuses is an InputError.
 */
export function proofFolder(
  folder: string,
  limits: ProofFileLimits = DEFAULT_PROOF_FILE_LIMITS,
): (name: string, sha256: string) => ProofFile {
  return (name, sha256) => {
    if (name === '' || OUTSIDE.test(name)) {
      throw new InputError('not the name of a file beside the certificate', {
        place: 'proof.file',
        expected: 'a base name without separators',
        found: JSON.stringify(name),
      });
    }
    return openProofSource(fileSource(resolve(join(folder, name)), limits), sha256, name, limits);
  };
}

/**
 * The file, opened anew for every read: a reader of sections may be left at any step, and nothing stays open then.
 * That all reads see the same bytes is for their digests to ensure (pinned-bytes.ts), not for the path.
 */
function fileSource(path: string, { maxCompressedBytes }: ProofFileLimits): ByteSource {
  const size = withFile(path, (_, fileSize) => fileSize);
  if (size > maxCompressedBytes) {
    throw unreadable(path, `a file of at most ${maxCompressedBytes} bytes`, `${size} bytes`);
  }
  return { size, read: (offset, length) => withFile(path, (file) => readAt(file, path, offset, length)) };
}

function withFile<T>(path: string, use: (descriptor: number, size: number) => T): T {
  const expected = 'the proof file that the certificate names';
  try {
    if (!statSync(path).isFile()) throw unreadable(path, expected, 'no regular file');
    const descriptor = openSync(path, OPEN_FLAGS);
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw unreadable(path, expected, 'no regular file');
      return use(descriptor, status.size);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw unreadable(path, expected, describeSystemError(error));
  }
}

function readAt(descriptor: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, offset + done);
    if (count === 0) {
      throw unreadable(path, `${offset + length} bytes, as when it was opened`, `${offset + done} bytes`);
    }
    done += count;
  }
  return bytes;
}

function unreadable(file: string, expected: string, found: string): InputError {
  return new InputError('cannot read the proof file', { file, expected, found });
}
