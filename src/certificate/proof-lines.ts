/** Lines of a text that comes in pieces; a line may begin in one piece and end in another. */
import { InputError } from '../util/errors.js';
import type { GzipMember } from './gzip-members.js';

const NEWLINE = 10;

/** Where a line begins: in the member at this byte of the file, this many unpacked bytes into it. */
export interface LineStart {
  readonly member: number;
  readonly skip: number;
}

export interface Line extends LineStart {
  /** In bytes, without the newline. */
  readonly length: number;
  /** Empty for a line that is not kept. Valid until the next call. */
  readonly text: Buffer;
}

export interface LineRequest {
  /** Number or name of the line, for messages. */
  readonly place: number | string;
  readonly maxBytes: number;
  /** Whether the text is wanted; a line that is not kept takes no memory. */
  readonly keep: boolean;
}

export interface LineReader {
  /** The next line, null at the end. InputError for a line without newline or of more than `maxBytes`. */
  readonly next: (request: LineRequest) => Line | null;
}

/** Lines from `skip` bytes into the first member on. */
export function lineReader(members: Iterator<GzipMember, void>, skip: number, file: string): LineReader {
  let member: GzipMember | null = null;
  let at = 0;
  const available = (): GzipMember | null => {
    while (member === null || at >= member.text.length) {
      const { value } = members.next();
      if (value === undefined) return null;
      at = member === null ? skip : 0;
      member = value;
    }
    return member;
  };
  const next = ({ place, maxBytes, keep }: LineRequest): Line | null => {
    let piece = available();
    if (piece === null) return null;
    const start = { member: piece.offset, skip: at };
    const text = growingText();
    let length = 0;
    while (piece !== null) {
      const newline = piece.text.indexOf(NEWLINE, at);
      const part = piece.text.subarray(at, newline < 0 ? piece.text.length : newline);
      at += part.length;
      length += part.length;
      if (length > maxBytes) {
        const expected = `at most ${maxBytes} bytes`;
        throw new InputError('a line is too long', { file, place: placeOf(place), expected });
      }
      if (keep) text.append(part);
      if (newline >= 0) {
        at++;
        return { ...start, length, text: text.whole() };
      }
      piece = available();
    }
    throw cutOff(file, place);
  };
  return { next };
}

/** One buffer that grows, rather than a list of parts: a hostile file has a member for every byte. */
function growingText(): { readonly append: (part: Buffer) => void; readonly whole: () => Buffer } {
  let buffer: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    append: (part) => {
      if (used === 0) {
        buffer = part;
      } else if (used + part.length > buffer.length) {
        const larger = Buffer.allocUnsafe(2 * (used + part.length));
        larger.set(buffer.subarray(0, used));
        buffer = larger;
        buffer.set(part, used);
      } else {
        buffer.set(part, used);
      }
      used += part.length;
    },
    whole: () => buffer.subarray(0, used),
  };
}

export function cutOff(file: string, place: number | string): InputError {
  return new InputError('the proof file is cut off', {
    file,
    place: placeOf(place),
    expected: 'a whole line',
  });
}

export function placeOf(line: number | string): string {
  return typeof line === 'number' ? `line ${line}` : line;
}
