/**
 * Blobs by the SHA-256 of their content, in Redis or in a folder that all machines see. What is fetched is hashed
 * before it is used, so a store need not be trusted.
 */
import { randomUUID } from 'node:crypto';
import { renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip, gzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { DEFAULT_MAX_BYTES } from '../onnx/load-model.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { makeFolder } from '../util/make-folder.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { key } from './names.js';

export interface BlobStore {
  /** Stores the bytes, if they are not there, and returns their digest. */
  readonly put: (bytes: Uint8Array) => Promise<string>;
  /** Are all of them there? */
  readonly has: (digests: readonly string[]) => Promise<boolean>;
  /** @throws MissingBlobError, or InputError for content that is too large or not what its name says */
  readonly get: (digest: string, maxBytes: number) => Promise<Uint8Array>;
}

export class MissingBlobError extends InputError {}

/** Unpacked. */
export const MAX_MODEL_BLOB_BYTES = DEFAULT_MAX_BYTES;
/** Unpacked; far below the longest string of V8, some 512 Mi characters. */
export const MAX_JSON_BLOB_BYTES = 256 * 2 ** 20;
/** Unpacked, of what a worker answers: some hundred thousand steps of proof. */
export const MAX_ANSWER_BLOB_BYTES = 64 * 2 ** 20;
/** A blob that nobody asked for in this time is forgotten. */
const KEEP_SECONDS = 7 * 24 * 3600;

/** Bytes that are packed at once rather than in another thread. */
const SMALL = 64 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** @param folder that all machines see; default: Redis itself */
export function blobStore(redis: Redis, folder: string | undefined): BlobStore {
  return folder === undefined ? redisStore(redis) : folderStore(folder);
}

export function redisStore(redis: Redis): BlobStore {
  return {
    has: async (digests) => (await redis.exists(...digests.map(key.blob))) === digests.length,
    put: async (bytes) => {
      const digest = sha256(bytes);
      const name = key.blob(digest);
      // What is small is sent without asking.
      if (bytes.length <= SMALL) await redis.set(name, gzipSync(bytes, { level: 1 }), 'EX', KEEP_SECONDS);
      else if ((await redis.expire(name, KEEP_SECONDS)) === 0) {
        await redis.set(name, await pack(bytes, { level: 1 }), 'EX', KEEP_SECONDS);
      }
      return digest;
    },
    get: async (digest, maxBytes) => {
      const packed = await redis.getBuffer(key.blob(digest));
      if (packed === null) throw missing(digest, 'Redis');
      return verified(
        digest,
        await unpack(packed, { maxOutputLength: maxBytes }).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(digest, maxBytes);
          return Buffer.alloc(0);
        }),
      );
    },
  };
}

/** Files named by digest; written under another name first, so that no reader sees half of one. */
export function folderStore(folder: string): BlobStore {
  makeFolder(folder, '--store');
  return {
    has: async (digests) =>
      digests.every((digest) => statSync(join(folder, digest), { throwIfNoEntry: false }) !== undefined),
    put: async (bytes) => {
      const digest = sha256(bytes);
      const path = join(folder, digest);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) {
        const partial = `${path}.${randomUUID()}.partial`;
        writeFileSync(partial, bytes);
        renameSync(partial, path);
      }
      return digest;
    },
    get: async (digest, maxBytes) => {
      const path = join(folder, digest);
      if (statSync(path, { throwIfNoEntry: false }) === undefined) throw missing(digest, folder);
      return verified(digest, readRegularFile(path, { what: 'the blob', expected: 'a file', maxBytes }));
    },
  };
}

function verified(digest: string, bytes: Uint8Array): Uint8Array {
  const found = sha256(bytes);
  if (found === digest) return bytes;
  throw new InputError('a blob that is not what its name says', { expected: digest, found });
}

function tooLarge(digest: string, maxBytes: number): InputError {
  return new InputError('the blob is too large', {
    place: digest,
    expected: `at most ${maxBytes} bytes`,
    found: 'more',
  });
}

function missing(digest: string, place: string): MissingBlobError {
  return new MissingBlobError('a blob is missing', { place, expected: digest, found: 'nothing' });
}
