/** Members as zlib itself unpacks them, and what is no gzip file. */
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { gzipMembers, MAX_MEMBER_BYTES } from '../../src/certificate/gzip-members.js';
import { pin } from '../../src/certificate/pinned-bytes.js';
import { InputError } from '../../src/util/errors.js';
import { seeded } from '../helpers/random.js';

function members(bytes: Uint8Array, from = 0, maxBytes = 1e9): { offset: number; text: Buffer }[] {
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return [...gzipMembers(pin({ size: bytes.length, read }, 'p'), from, 'p', maxBytes)];
}

function found(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.fault.found;
    throw error;
  }
  throw new Error('nothing was refused');
}

function noise(length: number): Buffer {
  const random = seeded(length);
  return Buffer.from(Uint8Array.from({ length }, () => random.next() * 256));
}

/** A member with a header of one's own (RFC 1952, section 2.3). */
function framed(header: readonly number[], text: string, deflated = deflateRawSync(text)): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(text), 0);
  trailer.writeUInt32LE(Buffer.byteLength(text), 4);
  return Buffer.concat([Uint8Array.from(header), deflated, trailer]);
}

const PLAIN = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
const flagged = (flags: number, ...rest: number[]) => [...PLAIN.with(3, flags), ...rest];

describe('gzip members', () => {
  it('are those that were written, from any of them on, and together what zlib unpacks', () => {
    const part = fc.record({
      text: fc.uint8Array({ minLength: 1, maxLength: 400 }),
      level: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const packed = parts.map(({ text, level }) => gzipSync(text, { level }));
        const bytes = Buffer.concat(packed);
        const all = members(bytes);
        expect(all.map(({ text }) => [...text])).toEqual(parts.map(({ text }) => [...text]));
        expect(Buffer.concat(all.map(({ text }) => text)).equals(gunzipSync(bytes))).toBe(true);
        for (const [i, { offset }] of all.entries()) {
          expect(offset).toBe(packed.slice(0, i).reduce((sum, { length }) => sum + length, 0));
          expect(members(bytes, offset)).toEqual(all.slice(i));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('may be larger than the window, and have small ones around them', () => {
    const large = noise(1_500_000);
    const bytes = Buffer.concat([gzipSync('first'), gzipSync(large), gzipSync('between'), gzipSync(large)]);
    const texts = members(bytes).map(({ text }) => text);
    expect(texts.map(({ length }) => length)).toEqual([5, large.length, 7, large.length]);
    expect(texts[1]!.equals(large) && texts[3]!.equals(large)).toBe(true);
  });

  it.each([
    ['an extra field', flagged(4, 3, 0, 7, 8, 9)],
    ['a name', flagged(8, 97, 98, 0)],
    ['a comment', flagged(16, 0)],
    ['extra field, name and comment', flagged(28, 1, 0, 5, 97, 0, 98, 0)],
  ])('may have %s', (_, header) => {
    const withCrc = header.with(3, header[3]! | 2);
    const crc = crc32(Uint8Array.from(withCrc)) & 0xffff;
    for (const start of [header, [...withCrc, crc & 255, crc >> 8]]) {
      const bytes = framed(start, 'text');
      expect(gunzipSync(bytes).toString()).toBe('text');
      expect(members(bytes).map(({ text }) => text.toString())).toEqual(['text']);
      for (let n = 1; n < bytes.length; n++) {
        expect(found(() => members(bytes.subarray(0, n)))).toBe('unexpected end of file');
      }
    }
    expect(found(() => members(framed([...withCrc, (crc & 255) ^ 1, crc >> 8], 'text')))).toMatch(
      /header crc/,
    );
  });

  it('take few copies, whatever their sizes: a large one leaves small ones behind it as cheap as they were', () => {
    const concat = Buffer.concat;
    let copied = 0;
    const spy = vi.spyOn(Buffer, 'concat').mockImplementation((parts, length) => {
      const all = concat(parts, length);
      copied += all.length;
      return all;
    });
    try {
      const large = gzipSync(noise(1_000_000), { level: 0 });
      const small = gzipSync('x');
      const bytes = concat([large, ...Array.from({ length: 10_000 }, () => small), large, small]);
      copied = 0;
      expect(members(bytes)).toHaveLength(10_003);
      expect(copied).toBeGreaterThan(0);
      expect(copied).toBeLessThan(8 * bytes.length);
    } finally {
      spy.mockRestore();
    }
  });

  it('are not empty', () => {
    const bytes = Buffer.concat([gzipSync('text'), gzipSync(''), gzipSync('text')]);
    expect(found(() => members(bytes))).toBe('an empty one');
    expect(found(() => members(gzipSync('')))).toBe('an empty one');
  });

  it.each([
    ['reserved flags', framed(flagged(0x20), 'text')],
    ['another method', framed(PLAIN.with(2, 9), 'text')],
    ['a zlib stream', Buffer.from([0x78, 0x9c, 3, 0])],
    ['an invalid block', framed(PLAIN, 'text', Buffer.from([7, 255, 255]))],
  ])('are not %s', (_, bytes) => {
    expect(() => members(bytes)).toThrow(InputError);
  });

  it('with any one bit changed are refused, or unpack to the same (times and names are not checked)', () => {
    const bytes = Buffer.concat([gzipSync('a proof\n'), gzipSync('another\n')]);
    const text = gunzipSync(bytes).toString();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const other = Buffer.from(bytes);
      other[bit >> 3] = other[bit >> 3]! ^ (1 << (bit & 7));
      let read = text;
      try {
        read = Buffer.concat(members(other).map((member) => member.text)).toString();
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
      expect(read).toBe(text);
    }
  });
});

describe('limits of gzip members', () => {
  it('hold for each member, to the byte', () => {
    const zeros = Buffer.alloc(MAX_MEMBER_BYTES + 1);
    expect(members(gzipSync(zeros.subarray(1)))[0]!.text).toHaveLength(MAX_MEMBER_BYTES);
    expect(found(() => members(gzipSync(zeros)))).toBe('more');
  });

  it('hold for all together, to the byte', () => {
    const bytes = Buffer.concat([gzipSync('abc'), gzipSync('de')]);
    expect(members(bytes, 0, 5)).toHaveLength(2);
    expect(found(() => members(bytes, 0, 4))).toBe('more');
    expect(found(() => members(bytes, 0, 3))).toBe('more');
  });

  it('hold for compressed data that never unpacks to anything', () => {
    const emptyBlocks = Buffer.alloc(5 * 4_000_000, Uint8Array.from([0, 0, 0, 0xff, 0xff]));
    const bytes = framed(PLAIN, '', Buffer.concat([emptyBlocks, Uint8Array.from([1, 0, 0, 0xff, 0xff])]));
    expect(found(() => members(bytes))).toBe('more');
  });
});
