/**
 * Bytes that are hashed once and read again later, piece by piece, without being kept: every block that is read
 * again must have the digest it had when the whole was hashed. So a file that changes between two reads is
 * noticed, whatever its size and times say, and no descriptor has to stay open.
 */
import { createHash } from 'node:crypto';
import { InputError } from '../util/errors.js';

export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset` on, or an InputError. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

export interface PinnedBytes {
  readonly size: number;
  /** Lower-case hexadecimal SHA-256 of all bytes. */
  readonly sha256: string;
  /** The bytes from `offset` to the end of its block; InputError if they are no longer the bytes that were hashed. */
  readonly from: (offset: number) => Uint8Array;
}

/** Unit of reading; one digest of 32 bytes is kept for each. */
export const BLOCK_BYTES = 64 * 1024;
const DIGEST_BYTES = 32;

/** Reads all bytes once, a block at a time. */
export function pin(source: ByteSource, file: string): PinnedBytes {
  const blocks = Math.ceil(source.size / BLOCK_BYTES);
  const digests = Buffer.alloc(blocks * DIGEST_BYTES);
  const whole = createHash('sha256');
  const read = (block: number): Uint8Array => {
    const offset = block * BLOCK_BYTES;
    return source.read(offset, Math.min(BLOCK_BYTES, source.size - offset));
  };
  for (let block = 0; block < blocks; block++) {
    const bytes = read(block);
    whole.update(bytes);
    digests.set(digest(bytes), block * DIGEST_BYTES);
  }
  return {
    size: source.size,
    sha256: whole.digest('hex'),
    from: (offset) => {
      const block = Math.floor(offset / BLOCK_BYTES);
      const bytes = read(block);
      if (!digest(bytes).equals(digests.subarray(block * DIGEST_BYTES, (block + 1) * DIGEST_BYTES))) {
        throw new InputError('the proof file has changed while it was read', {
          file,
          place: `byte ${block * BLOCK_BYTES}`,
          expected: 'the bytes that were hashed when the file was opened',
          found: 'other bytes',
        });
      }
      return bytes.subarray(offset - block * BLOCK_BYTES);
    },
  };
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
