/** Mutations that know nothing of a format: bytes changed, cut, repeated and spliced; tokens put in anywhere. */
import type { Random } from '../helpers/random.js';

/** Longest input that is tried; readers have their own tests for sizes beyond. */
export const MAX_INPUT = 1 << 20;

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b, 0x0a, 0x2d, 0x30, 0x5c];

/** One change of the bytes; `other` is a second input to take a piece from. */
export function mutateBytes(random: Random, input: Uint8Array, other: Uint8Array): Uint8Array {
  const length = input.length;
  if (length === 0) return other.slice(0, random.int(0, Math.min(64, other.length)));
  const at = random.int(0, length - 1);
  const span = 1 + Math.floor(random.next() ** 4 * Math.min(256, length - at - 1));
  switch (random.int(0, 7)) {
    case 0: {
      const changed = input.slice();
      changed[at]! ^= 1 << random.int(0, 7);
      return changed;
    }
    case 1: {
      const changed = input.slice();
      for (let i = at; i < Math.min(length, at + random.int(1, 4)); i++)
        changed[i] = random.pick(INTERESTING);
      return changed;
    }
    case 2:
      return input.slice(0, at);
    case 3:
      return joined(input.subarray(0, at), input.subarray(at + span));
    case 4: {
      const times = random.chance(0.1) ? random.int(2, 2000) : random.int(2, 4);
      const piece = input.subarray(at, at + span);
      return joined(
        input.subarray(0, at),
        ...Array<Uint8Array>(times).fill(piece),
        input.subarray(at + span),
      );
    }
    case 5: {
      const from = random.int(0, Math.max(0, other.length - 1));
      return joined(
        input.subarray(0, at),
        other.subarray(from, from + random.int(1, 200)),
        input.subarray(at),
      );
    }
    case 6:
      return joined(input.subarray(0, at), other.subarray(random.int(0, other.length)));
    default: {
      const changed = input.slice();
      const value = random.int(0, 255);
      changed[at] = (changed[at]! + value) & 0xff;
      return changed;
    }
  }
}

/** Puts a token somewhere, or instead of something. */
export function insertToken(random: Random, input: Uint8Array, tokens: readonly string[]): Uint8Array {
  const at = random.int(0, input.length);
  const token = Buffer.from(random.pick(tokens));
  return joined(input.subarray(0, at), token, input.subarray(at + random.int(0, random.chance(0.5) ? 8 : 0)));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  const kept = parts.filter((part) => {
    size += part.length;
    return size <= MAX_INPUT;
  });
  return new Uint8Array(Buffer.concat(kept));
}
