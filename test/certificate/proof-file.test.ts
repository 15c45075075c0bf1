import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { proofFolder } from '../../src/certificate/open-proof-file.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { proofFileWriter, readProofFile } from '../../src/certificate/proof-file.js';
import { sha256 } from '../../src/util/digest.js';
import { InputError } from '../../src/util/errors.js';

const split = (at: number): ProofStep => ({ rule: 'split', tensor: 'z', index: 0, at });
const folder = mkdtempSync(join(tmpdir(), 'napcert-proof-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(sections: Record<string, readonly ProofStep[]>) {
  const writer = proofFileWriter();
  for (const [id, steps] of Object.entries(sections)) writer.section(id, steps);
  return writer.finish();
}

function fault(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
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

  it('may have many gzip members: a section larger than one is read whole', () => {
    const steps = Array.from({ length: 120_000 }, (_, i) => split(i));
    const { bytes, sha256: digest } = written({ a: steps, b: [split(7)] });
    const file = readProofFile(bytes, digest, 'p');
    let sum = 0;
    for (const step of file.section('a')) if (step.rule === 'split') sum += step.at;
    expect(sum).toBe((119_999 * 120_000) / 2);
    expect([...file.section('b')]).toEqual([split(7)]);
  });

  it('are parsed step by step: a bad step is met only when it is reached', () => {
    const text =
      '{"section":"a","steps":2}\n{"rule":"split","tensor":"z","index":0,"at":0}\n{"rule":"magic"}\n';
    const bytes = gzipSync(text);
    const steps = readProofFile(bytes, sha256(bytes), 'p').section('a')[Symbol.iterator]();
    expect(steps.next().value).toEqual(split(0));
    expect(fault(() => steps.next()).fault).toMatchObject({ file: 'p', place: 'section "a", step 1: rule' });
  });

  it('are refused with another digest, before they are unpacked', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const { fault: found } = fault(() => readProofFile(bytes, '0'.repeat(64), 'p'));
    expect(found).toMatchObject({ place: 'sha256', expected: '0'.repeat(64), found: sha256(bytes) });
  });

  it('are refused when they unpack to more than the limit: 100 MB of zeros from 100 kB', () => {
    const bytes = gzipSync(new Uint8Array(100_000_000));
    const limits = { maxCompressedBytes: 1_000_000, maxBytes: 1_000_000, maxLineBytes: 1000 };
    expect(fault(() => readProofFile(bytes, sha256(bytes), 'p', limits)).fault.found).toBe('more');
  });

  it('cannot be written with two sections of one id, or with an empty one', () => {
    const writer = proofFileWriter();
    writer.section('a', [split(0)]);
    expect(() => writer.section('a', [split(0)])).toThrow(RangeError);
    expect(() => writer.section('b', [])).toThrow(RangeError);
  });
});

describe('the folder of a certificate', () => {
  const { bytes, sha256: digest } = written({ a: [split(0)] });
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  mkdirSync(join(inner, 'sub'));
  writeFileSync(join(inner, 'proof one.gz'), bytes);
  writeFileSync(join(folder, 'outside.gz'), bytes);
  const open = proofFolder(inner);

  it('holds its proof files', () => {
    expect([...open('proof one.gz', digest).section('a')]).toEqual([split(0)]);
  });

  it.each([
    '../outside.gz',
    '..',
    '.',
    '',
    'sub/../proof one.gz',
    '/etc/passwd',
    '..\\outside.gz',
    'C:x',
    'a\0b',
  ])('is not left through %j', (name) => {
    expect(fault(() => open(name, digest)).message).toMatch(/not the name of a file beside/);
  });

  it('has no such file, or something else of that name', () => {
    expect(fault(() => open('missing.gz', digest)).fault.found).toBe('ENOENT');
    expect(fault(() => open('sub', digest)).fault.found).toBe('no regular file');
  });

  it('has a file that is too large', () => {
    const small = proofFolder(inner, { maxCompressedBytes: 10, maxBytes: 10, maxLineBytes: 10 });
    expect(fault(() => small('proof one.gz', digest)).fault.expected).toBe('a file of at most 10 bytes');
  });
});
