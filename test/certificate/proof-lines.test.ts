import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GzipMember } from '../../src/certificate/gzip-members.js';
import { lineReader } from '../../src/certificate/proof-lines.js';
import { InputError } from '../../src/util/errors.js';

const ask = { place: 1, maxBytes: 1000, keep: true };

function read(members: readonly GzipMember[], skip = 0) {
  const reader = lineReader(members[Symbol.iterator](), skip, 'p');
  const lines = [];
  for (let line = reader.next(ask); line !== null; line = reader.next(ask)) {
    lines.push({ ...line, text: line.text.toString('latin1') });
  }
  return lines;
}

const pieces = fc
  .array(fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 6 }), { maxLength: 12 })
  .map((parts) => parts.map((part) => part.join('')));

describe('lines', () => {
  it('are those of the text, however it is cut, and found again from where they begin', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const members = [...parts, '\n'].map((text, i) => ({ offset: 10 * i, text: Buffer.from(text) }));
        const lines = read(members);
        expect(lines.map(({ text }) => text)).toEqual(`${parts.join('')}\n`.split('\n').slice(0, -1));
        for (const [i, { member, skip, length, text }] of lines.entries()) {
          expect(length).toBe(text.length);
          const again = read(members.slice(member / 10), skip);
          expect(again.map((line) => line.text)).toEqual(lines.slice(i).map((line) => line.text));
        }
      }),
    );
  });

  it('need a newline each', () => {
    expect(read([])).toEqual([]);
    expect(() => read([{ offset: 0, text: Buffer.from('a\nb') }])).toThrow(InputError);
  });

  it('are limited in length, kept or not', () => {
    for (const keep of [true, false]) {
      const reader = (text: string) =>
        lineReader([...text].map((c, offset) => ({ offset, text: Buffer.from(c) })).values(), 0, 'p');
      expect(reader('abc\n').next({ ...ask, maxBytes: 3, keep })).toMatchObject({ length: 3 });
      expect(() => reader('abcd\n').next({ ...ask, maxBytes: 3, keep })).toThrow(/too long/);
    }
  });
});
