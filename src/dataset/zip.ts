/** Members of a zip archive, within limits and with their checksums verified. */
import { crc32 } from 'node:zlib';
import { unzipSync } from 'fflate';
import { InputError } from '../util/errors.js';

const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** Names of all members, in the order of the archive's directory. @throws InputError when damaged */
export function zipNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  guarded(() => unzipSync(bytes, { filter: (member) => names.push(member.name) < 0 }));
  if (new Set(names).size !== names.length) {
    throw new InputError('two members of the archive have one name', { found: names.join(', ') });
  }
  return names;
}

/**
 * The named members, decompressed. The sizes that the archive declares are added up before anything is
 * decompressed, and fflate writes no more than the declared size, so a zip bomb is refused unopened.
 * @throws InputError when damaged (CRC-32), too large, or without a named member
 */
export function unzipMembers(
  bytes: Uint8Array,
  wanted: readonly string[],
  cap: number,
): ReadonlyMap<string, Uint8Array> {
  const checksums = memberChecksums(bytes);
  const declared = new Map<string, number>();
  let total = 0;
  guarded(() =>
    unzipSync(bytes, {
      filter: (member) => {
        if (!wanted.includes(member.name)) return false;
        total += member.originalSize;
        declared.set(member.name, member.originalSize);
        return false;
      },
    }),
  );
  if (!(total <= cap)) {
    throw new InputError('the archive is too large', {
      expected: `at most ${cap} bytes decompressed`,
      found: `${total} bytes`,
    });
  }
  const members = guarded(() => unzipSync(bytes, { filter: (member) => wanted.includes(member.name) }));
  return new Map(
    wanted.map((name) => {
      const data = members[name];
      if (data === undefined || data.length !== declared.get(name) || crc32(data) !== checksums.get(name)) {
        throw new InputError('a member of the archive is missing or damaged', {
          place: name,
          expected: 'data of the declared size and CRC-32',
          found: data === undefined ? 'nothing' : `${data.length} other bytes`,
        });
      }
      return [name, data];
    }),
  );
}

/** CRC-32 of every member from the central directory; fflate does not check them. */
function memberChecksums(bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  const checksums = new Map<string, number>();
  if (end < 0) return checksums;
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= bytes.length && view.getUint32(at, true) === CENTRAL_HEADER) {
    const nameLength = view.getUint16(at + 28, true);
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString('utf8');
    checksums.set(name, view.getUint32(at + 16, true));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return checksums;
}

function guarded<T>(unzip: () => T): T {
  try {
    return unzip();
  } catch (error) {
    throw new InputError('the zip archive is damaged', {
      expected: 'a complete zip archive',
      found: (error as Error).message,
    });
  }
}
