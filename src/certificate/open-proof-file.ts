/** Proof files beside a certificate. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../util/errors.js';
import {
  DEFAULT_PROOF_FILE_LIMITS,
  type ProofFile,
  type ProofFileLimits,
  readProofFile,
} from './proof-file.js';

/** Separators, drive letters, control characters: anything that could leave the folder. */
const OUTSIDE = /[/\\:\p{Cc}]|^\.{1,2}$/u;

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
    return readProofFile(readBounded(join(folder, name), limits), sha256, name, limits);
  };
}

function readBounded(path: string, { maxCompressedBytes }: ProofFileLimits): Uint8Array {
  try {
    const status = statSync(path);
    if (status.isFile() && status.size <= maxCompressedBytes) return readFileSync(path);
    throw new InputError('cannot read the proof file', {
      file: path,
      expected: `a file of at most ${maxCompressedBytes} bytes`,
      found: status.isFile() ? `${status.size} bytes` : 'no regular file',
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('cannot read the proof file', {
      file: path,
      expected: 'the proof file that the certificate names',
      found: (error as NodeJS.ErrnoException).code ?? String(error),
    });
  }
}
