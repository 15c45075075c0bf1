import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ProofStep } from '../../src/certificate/proof.js';
import { type ProofFileLimits, proofFileWriter, readProofFile } from '../../src/certificate/proof-file.js';
import { sha256 } from '../../src/util/digest.js';
import type { InputError } from '../../src/util/errors.js';
import { faultOf } from '../helpers/fault-of.js';

const split = (at: number): ProofStep => ({ rule: 'split', tensor: 'z', index: 0, at });

function written(sections: Record<string, readonly ProofStep[]>) {
  const writer = proofFileWriter();
  for (const [id, steps] of Object.entries(sections)) writer.section(id, steps);
  return writer.finish();
}

describe('proof files', () => {
  it('give back every section, in any order and more than once', () => {
    const { bytes, sha256: digest } = written({
      a: [split(0), split(0.1)],
      'ü/b': [split(-5e-324)],
      c: [split(1e308)],
    });
    const file = readProofFile(bytes, digest, 'p');
    expect(file.sections).toEqual(['a', 'ü/b', 'c']);
    expect([...file.section('c')]).toEqual([split(1e308)]);
    expect([...file.section('a')]).toEqual([split(0), split(0.1)]);
    expect([...file.section('ü/b')]).toEqual([split(-5e-324)]);
    expect([...file.section('a')]).toHaveLength(2);
  });

  it('are plain gzip files: other tools unpack all of their lines', () => {
    const { bytes } = written({ a: [split(0), split(1)], b: [split(2)] });
    const lines = [{ section: 'a', steps: 2 }, split(0), split(1), { section: 'b', steps: 1 }, split(2)];
    expect(gunzipSync(bytes).toString()).toBe(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  });

  it('are read whatever members they are cut into, section by section', () => {
    const sections = { a: [split(1), split(2)], ü: [split(3)], c: [split(4), split(5), split(6)] };
    const text = gunzipSync(written(sections).bytes);
    for (const size of [1, 2, 3, 7, 40, 100, text.length]) {
      const count = Math.ceil(text.length / size);
      const parts = Array.from({ length: count }, (_, i) =>
        gzipSync(text.subarray(i * size, (i + 1) * size)),
      );
      const bytes = Buffer.concat(parts);
      const file = readProofFile(bytes, sha256(bytes), 'p');
      for (const [id, steps] of Object.entries(sections).reverse()) {
        expect([...file.section(id)]).toEqual(steps);
      }
    }
  });

  it('are read by several readers at once, each at its own place', () => {
    const { bytes, sha256: digest } = written({ a: [split(0), split(1)], b: [split(2), split(3)] });
    const file = readProofFile(bytes, digest, 'p');
    const [a, b, again] = ['a', 'b', 'a'].map((id) => file.section(id)[Symbol.iterator]());
    const order = [a, b, a, again, b, again].map((reader) => reader?.next().value);
    expect(order).toEqual([0, 2, 1, 0, 3, 1].map(split));
  });

  it('may have many gzip members: a section larger than one is read whole', () => {
    const steps = Array.from({ length: 20_000 }, (_, i) => split(i));
    const { bytes, sha256: digest } = written({ a: steps, b: [split(7)] });
    expect(gunzipSync(bytes).length).toBeGreaterThan(900_000);
    const file = readProofFile(bytes, digest, 'p');
    let sum = 0;
    for (const step of file.section('a')) if (step.rule === 'split') sum += step.at;
    expect(sum).toBe((19_999 * 20_000) / 2);
    expect([...file.section('b')]).toEqual([split(7)]);
  });

  it('are parsed step by step: a bad step is met only when it is reached', () => {
    const text =
      '{"section":"a","steps":2}\n{"rule":"split","tensor":"z","index":0,"at":0}\n{"rule":"magic"}\n';
    const bytes = gzipSync(text);
    const steps = readProofFile(bytes, sha256(bytes), 'p').section('a')[Symbol.iterator]();
    expect(steps.next().value).toEqual(split(0));
    expect(faultOf(() => steps.next()).fault).toMatchObject({
      file: 'p',
      place: 'section "a", step 1: rule',
    });
  });

  it('are refused with more steps than their bytes can hold, and with empty ones', () => {
    const open = (text: string, maxBytes: number) => {
      const bytes = gzipSync(text);
      const limits = { maxCompressedBytes: 1e6, maxBytes, maxLineBytes: 1e6 };
      return faultOf(() => readProofFile(bytes, sha256(bytes), 'p', limits));
    };
    const empty = `{"section":"a","steps":1000000}\n${'\n'.repeat(1_000_000)}`;
    expect(open(empty, 2e6).message).toBe('a section is too large');
    expect(open(empty, 1e9)).toMatchObject({ message: 'not a proof step', fault: { place: 'line 2' } });
  });

  it('are refused with another digest, before they are unpacked', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const { fault: found } = faultOf(() => readProofFile(bytes, '0'.repeat(64), 'p'));
    expect(found).toMatchObject({ place: 'sha256', expected: '0'.repeat(64), found: sha256(bytes) });
  });

  it('cannot be written with two sections of one id, or with an empty one', () => {
    const writer = proofFileWriter();
    writer.section('a', [split(0)]);
    expect(() => writer.section('a', [split(0)])).toThrow(RangeError);
    expect(() => writer.section('b', [])).toThrow(RangeError);
  });
});

describe('damaged proof files, with the digest adapted,', () => {
  const { bytes } = written({ a: [split(0), split(1)], b: [split(2)] });
  const second = written({ a: [split(0), split(1)] }).bytes.length;
  const read = (data: Uint8Array) => readProofFile(data, sha256(data), 'p');

  it('are refused wherever they are cut off, unless it is behind a section', () => {
    for (let length = 0; length < bytes.length; length++) {
      if (length === second) {
        expect(read(bytes.subarray(0, length)).sections).toEqual(['a']);
      } else {
        expect(faultOf(() => read(bytes.subarray(0, length))).fault.file).toBe('p');
      }
    }
  });

  it.each([
    ['a byte', [0]],
    ['text', [...Buffer.from('{"section":"c","steps":1}\n')]],
    ['the beginning of a member', [0x1f, 0x8b, 8]],
  ])('are refused with %s behind the last member', (_, garbage) => {
    const found = faultOf(() => read(Buffer.concat([bytes, Uint8Array.from(garbage)])));
    expect(found.fault.place).toBe(`byte ${bytes.length}`);
  });

  it.each([
    ['checksum', 8, 'incorrect data check'],
    ['length', 4, 'incorrect length check'],
  ])('are refused with a wrong %s, of whichever member', (_, back, found) => {
    for (const [end, start] of [
      [second, 0],
      [bytes.length, second],
    ] as const) {
      const other = Uint8Array.from(bytes);
      other[end - back] = other[end - back]! ^ 1;
      expect(faultOf(() => read(other)).fault).toMatchObject({ place: `byte ${start}`, found });
    }
  });

  it('give each section its own steps when the members of two sections change places', () => {
    const swapped = Buffer.concat([bytes.subarray(second), bytes.subarray(0, second)]);
    const file = read(swapped);
    expect(file.sections).toEqual(['b', 'a']);
    expect([...file.section('a')]).toEqual([split(0), split(1)]);
    expect([...file.section('b')]).toEqual([split(2)]);
    expect(faultOf(() => readProofFile(swapped, sha256(bytes), 'p')).fault.place).toBe('sha256');
  });

  it('are refused with a section twice, in members of their own', () => {
    const twice = Buffer.concat([bytes, bytes.subarray(second)]);
    const { message, fault: found } = faultOf(() => read(twice));
    expect(message).toBe('a section occurs twice');
    expect(found).toMatchObject({ place: 'line 6', found: '"b"' });
  });

  it('are refused without any section', () => {
    expect(faultOf(() => read(gzipSync(''))).fault.found).toBe('an empty one');
    expect(faultOf(() => read(new Uint8Array())).message).toMatch(/cut off/);
  });
});

describe('limits of proof files', () => {
  const limits = { maxCompressedBytes: 1_000_000, maxBytes: 1_000_000, maxLineBytes: 1000 };
  const refused = (text: string | Uint8Array, changed: Partial<ProofFileLimits>): InputError => {
    const bytes = gzipSync(text);
    return faultOf(() => readProofFile(bytes, sha256(bytes), 'p', { ...limits, ...changed }));
  };
  const step = `${JSON.stringify(split(0))}\n`;
  const section = (id: string, steps: number): string =>
    `{"section":"${id}","steps":${steps}}\n${step.repeat(steps)}`;

  it('refuse 30 MB of zeros from 30 kB', () => {
    const zeros = new Uint8Array(30_000_000);
    expect(refused(zeros, {}).fault.found).toBe('more');
    expect(refused(zeros, { maxBytes: 1e9 }).fault).toMatchObject({
      expected: 'gzip members of at most 8388608 bytes when unpacked',
      found: 'more',
    });
  });

  it('refuse members that unpack to too much together', () => {
    const member = gzipSync(section('a', 100));
    const bytes = Buffer.concat([member, gzipSync(section('b', 100))]);
    const size = gunzipSync(bytes).length;
    const read = (maxBytes: number) => readProofFile(bytes, sha256(bytes), 'p', { ...limits, maxBytes });
    expect(read(size).sections).toEqual(['a', 'b']);
    expect(faultOf(() => read(size - 1)).fault).toMatchObject({
      place: `byte ${member.length}`,
      expected: `gzip data of at most ${size - 1} bytes when unpacked`,
    });
  });

  it('refuse a section that is too large, though the file is not', () => {
    const text = section('a', 3) + section('b', 4);
    const error = refused(text, { maxSectionBytes: section('b', 4).length - 1 });
    expect(error.message).toBe('a section is too large');
    expect(error.fault.found).toBe('"b"');
    const bytes = gzipSync(text);
    const roomy = { ...limits, maxSectionBytes: section('b', 4).length };
    expect(readProofFile(bytes, sha256(bytes), 'p', roomy).sections).toEqual(['a', 'b']);
  });

  it('refuse a line that is too long, header or step', () => {
    const padded = `${' '.repeat(901)}${step}`;
    expect(refused(`{"section":"a","steps":1}\n${padded}`, { maxLineBytes: 900 }).fault.place).toBe('line 2');
    expect(refused(`${' '.repeat(8192)}${section('a', 1)}`, { maxLineBytes: 1e6 }).fault.place).toBe(
      'line 1',
    );
  });

  it('refuse more sections than an index may have', () => {
    const text = ['a', 'b', 'c'].map((id) => section(id, 1)).join('');
    expect(refused(text, { maxIndexCharacters: 302 }).message).toBe('too many sections');
    const bytes = gzipSync(text);
    const roomy = { ...limits, maxIndexCharacters: 303 };
    expect(readProofFile(bytes, sha256(bytes), 'p', roomy).sections).toHaveLength(3);
  });
});
