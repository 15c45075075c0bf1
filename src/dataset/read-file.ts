/** Bytes of a file with limits: size on disk, size after gunzip. */
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';
import type { DatasetFile } from './dataset.js';
import { MAX_EXPANDED_BYTES, MAX_FILE_BYTES } from './limits.js';

/** A file's content after decompression, and the digest of its bytes on disk. */
export interface FileContent {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Bytes as they are on disk. @throws InputError when missing, not a file, unreadable or too large. */
export async function readBytes(path: string, cap: number = MAX_FILE_BYTES): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (!info.isFile()) {
      throw new InputError('not a file', { file: path, expected: 'a file', found: kindOf(info) });
    }
    if (info.size > cap) {
      throw new InputError('the file is too large', {
        file: path,
        expected: `at most ${cap} bytes`,
        found: `${info.size} bytes`,
      });
    }
    return await readFile(path);
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(path, error);
  }
}

/** A file's content, gunzipped when it starts with the gzip magic. */
export async function readContent(path: string, cap: number = MAX_EXPANDED_BYTES): Promise<FileContent> {
  const bytes = await readBytes(path);
  const expanded = isGzip(bytes) ? await gunzip(bytes, path, cap) : bytes;
  return { path, bytes: expanded, sha256: sha256(bytes) };
}

/** The entry of a file in a dataset's list of files. */
export function fileEntry(role: string, content: FileContent): DatasetFile {
  return Object.freeze({ role, sha256: content.sha256 });
}

/** The error for a file that the system will not give, with its reason. */
export function unreadable(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new InputError('no such file', { file: path, expected: 'an existing file' });
  }
  return new InputError('the file cannot be read', { file: path, found: describeSystemError(error) });
}

function kindOf(info: { isDirectory(): boolean }): string {
  return info.isDirectory() ? 'a folder' : 'neither file nor folder';
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses chunk by chunk and stops at the cap, so that a gzip bomb never exists in memory.
 * @throws InputError when over the cap, truncated or corrupt (gzip's own CRC-32).
 */
export async function gunzip(bytes: Uint8Array, path: string, cap: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const isTooLarge = (): boolean => total > cap;
  try {
    await pipeline(Readable.from([bytes]), createGunzip({ chunkSize: 1 << 18 }), async (source) => {
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        total += chunk.length;
        if (isTooLarge()) break;
        chunks.push(chunk);
      }
    });
  } catch (error) {
    // To stop reading early makes the pipeline fail too, in its own words.
    if (!isTooLarge()) {
      throw new InputError('the gzip data are damaged', {
        file: path,
        expected: 'a complete gzip file',
        found: (error as Error).message,
      });
    }
  }
  if (isTooLarge()) {
    throw new InputError('the decompressed file is too large', {
      file: path,
      expected: `at most ${cap} bytes`,
      found: 'more',
    });
  }
  return Buffer.concat(chunks, total);
}
