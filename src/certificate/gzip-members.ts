/**
 * The members of a gzip file (RFC 1952), unpacked one at a time: memory holds one member and a window of compressed
 * bytes around it, whatever the size of the file.
 *
 * zlib unpacks each member; the frame around it is read here, because zlib does not say where a member ends when
 * others follow, and takes some trailing bytes for granted.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { InputError } from '../util/errors.js';
import { BLOCK_BYTES, type PinnedBytes } from './pinned-bytes.js';

/** Unpacked, per member. */
export const MAX_MEMBER_BYTES = 8 * 1024 * 1024;
/** Compressed, per member: more than deflate ever needs for MAX_MEMBER_BYTES, unless it is made to. */
const MAX_PACKED_BYTES = 16 * 1024 * 1024;
const TRAILER_BYTES = 8;
const FIXED_HEADER_BYTES = 10;
const MAGIC = [0x1f, 0x8b, 8];
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 };

export interface GzipMember {
  /** Position of its first byte in the file. */
  readonly offset: number;
  readonly text: Buffer;
}

type Unpacked =
  | { readonly kind: 'member'; readonly text: Buffer; readonly length: number }
  /** The window ends before the member does. */
  | { readonly kind: 'short' }
  | { readonly kind: 'large' }
  | { readonly kind: 'faulty'; readonly found: string };

/**
 * Members from the one that starts at byte `from` to the end of the file.
 * @throws InputError for anything that is not a whole member with the right checksum, for a member of no bytes or of
 * more than MAX_MEMBER_BYTES, and when more than `maxBytes` have been unpacked
 */
export function* gzipMembers(
  bytes: PinnedBytes,
  from: number,
  file: string,
  maxBytes: number,
): Generator<GzipMember, void> {
  let at = from;
  let total = 0;
  let window: Buffer = Buffer.alloc(0);
  while (at < bytes.size) {
    if (window.length < BLOCK_BYTES) window = extend(bytes, at, window, 2 * BLOCK_BYTES);
    const limit = Math.min(MAX_MEMBER_BYTES, maxBytes - total);
    const result = unpackMember(window.subarray(0, MAX_PACKED_BYTES), limit);
    const refuse = (expected: string, found: string): InputError =>
      new InputError('cannot unpack the proof file', { file, place: `byte ${at}`, expected, found });
    switch (result.kind) {
      case 'short':
        if (window.length >= MAX_PACKED_BYTES) {
          throw refuse(`gzip members of at most ${MAX_PACKED_BYTES} compressed bytes`, 'more');
        }
        if (at + window.length === bytes.size) throw refuse('whole gzip members', 'unexpected end of file');
        // The member is longer than what is copied: all copies together are a multiple of the file at most.
        window = extend(bytes, at, window, 2 * window.length);
        break;
      case 'faulty':
        throw refuse('gzip members', result.found);
      case 'large':
        throw limit < MAX_MEMBER_BYTES
          ? refuse(`gzip data of at most ${maxBytes} bytes when unpacked`, 'more')
          : refuse(`gzip members of at most ${MAX_MEMBER_BYTES} bytes when unpacked`, 'more');
      case 'member':
        // Of these a file could hold any number without reaching a limit on text.
        if (result.text.length === 0) throw refuse('gzip members with at least one byte', 'an empty one');
        yield { offset: at, text: result.text };
        at += result.length;
        total += result.text.length;
        window = window.subarray(result.length);
    }
  }
}

/** The window, which starts at byte `at`, with more bytes behind it: `length` or up to the end of the file. */
function extend(bytes: PinnedBytes, at: number, window: Buffer, length: number): Buffer {
  let end = at + window.length;
  if (end >= bytes.size) return window;
  const parts: Uint8Array[] = [window];
  while (end < bytes.size && end - at < length) {
    const part = bytes.from(end);
    parts.push(part);
    end += part.length;
  }
  return Buffer.concat(parts);
}

function unpackMember(window: Buffer, maxBytes: number): Unpacked {
  const start = headerLength(window);
  if (typeof start !== 'number') return start;
  const deflated = inflate(window.subarray(start), maxBytes);
  if (deflated.kind !== 'member') return deflated;
  const { text } = deflated;
  const end = start + deflated.length;
  if (window.length < end + TRAILER_BYTES) return { kind: 'short' };
  if (window.readUInt32LE(end) !== crc32(text)) return faulty('incorrect data check');
  if (window.readUInt32LE(end + 4) !== text.length) return faulty('incorrect length check');
  return { kind: 'member', text, length: end + TRAILER_BYTES };
}

/** Raw deflate data with anything behind it; the length is that of the data. */
function inflate(packed: Buffer, maxBytes: number): Unpacked {
  try {
    // zlib wants a limit of at least 1; with `info` it returns this pair, which its types do not know.
    const limits = { info: true, maxOutputLength: Math.max(1, maxBytes) };
    const result = inflateRawSync(packed, limits) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    if (result.buffer.length > maxBytes) return { kind: 'large' };
    return { kind: 'member', text: result.buffer, length: result.engine.bytesWritten };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { kind: 'large' };
    if (code === 'Z_BUF_ERROR') return { kind: 'short' };
    if (code === 'Z_DATA_ERROR') return faulty(message);
    throw error;
  }
}

/** Length of the header with its optional fields. */
function headerLength(window: Buffer): number | Extract<Unpacked, { kind: 'short' | 'faulty' }> {
  if (MAGIC.some((byte, i) => i < window.length && window[i] !== byte))
    return faulty('incorrect header check');
  const flags = window[3] ?? 0;
  if ((flags & FLAG.reserved) !== 0) return faulty('unknown header flags set');
  let end = FIXED_HEADER_BYTES;
  if ((flags & FLAG.extra) !== 0) {
    if (window.length < end + 2) return { kind: 'short' };
    end += 2 + window.readUInt16LE(end);
  }
  for (const flag of [FLAG.name, FLAG.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = window.indexOf(0, end);
    if (zero < 0) return { kind: 'short' };
    end = zero + 1;
  }
  const checked = end;
  if ((flags & FLAG.headerCrc) !== 0) end += 2;
  if (window.length < end) return { kind: 'short' };
  if (end > checked && window.readUInt16LE(checked) !== (crc32(window.subarray(0, checked)) & 0xffff)) {
    return faulty('header crc mismatch');
  }
  return end;
}

function faulty(found: string): Extract<Unpacked, { kind: 'faulty' }> {
  return { kind: 'faulty', found };
}
