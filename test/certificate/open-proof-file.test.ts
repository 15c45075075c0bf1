import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { proofFolder } from '../../src/certificate/open-proof-file.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { proofFileWriter } from '../../src/certificate/proof-file.js';
import { faultOf } from '../helpers/fault-of.js';

const split = (at: number): ProofStep => ({ rule: 'split', tensor: 'z', index: 0, at });
const folder = mkdtempSync(join(tmpdir(), 'napcert-proof-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(...steps: readonly ProofStep[]) {
  const writer = proofFileWriter();
  writer.section('a', steps);
  return writer.finish();
}

describe('the folder of a certificate', () => {
  const { bytes, sha256: digest } = written(split(0));
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
    expect(faultOf(() => open(name, digest)).message).toMatch(/not the name of a file beside/);
  });

  it('has no such file, or something else of that name', () => {
    expect(faultOf(() => open('missing.gz', digest)).fault.found).toBe('no such file or folder');
    expect(faultOf(() => open('sub', digest)).fault.found).toBe('no regular file');
  });

  it('has a file that is too large', () => {
    const small = proofFolder(inner, { maxCompressedBytes: 10, maxBytes: 10, maxLineBytes: 10 });
    expect(faultOf(() => small('proof one.gz', digest)).fault.expected).toBe('a file of at most 10 bytes');
  });
});

describe('a proof file that changes after it was opened', () => {
  const original = written(split(1));
  const other = written(split(2));
  const path = join(folder, 'changing.gz');
  const opened = () => {
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, original.bytes);
    return proofFolder(folder)('changing.gz', original.sha256);
  };

  it('is refused when it has other bytes, though size and times are the same', () => {
    expect(other.bytes.length).toBe(original.bytes.length);
    const file = opened();
    const { atime, mtime } = statSync(path);
    writeFileSync(path, other.bytes);
    utimesSync(path, atime, mtime);
    expect(faultOf(() => [...file.section('a')]).message).toMatch(/has changed/);
  });

  it('is refused when another file takes its name', () => {
    const file = opened();
    writeFileSync(`${path}.new`, other.bytes);
    renameSync(`${path}.new`, path);
    expect(faultOf(() => [...file.section('a')]).message).toMatch(/has changed/);
  });

  it('is refused when it is shorter, gone, or a folder', () => {
    const file = opened();
    const read = () => faultOf(() => [...file.section('a')]).fault.found;
    truncateSync(path, original.bytes.length - 1);
    expect(read()).toBe(`${original.bytes.length - 1} bytes`);
    rmSync(path);
    expect(read()).toBe('no such file or folder');
    mkdirSync(path);
    expect(read()).toBe('no regular file');
  });

  it('is refused when it changes while a section is read', () => {
    const random = (i: number) => Math.sin(i) * 1e9;
    const steps = Array.from({ length: 30_000 }, (_, i) => split(random(i)));
    const { bytes, sha256 } = written(...steps);
    writeFileSync(path.replace('changing', 'long'), bytes);
    const file = proofFolder(folder)('long.gz', sha256);
    let read = 0;
    const error = faultOf(() => {
      for (const step of file.section('a')) {
        if (step.rule !== 'split' || step.at !== random(read)) throw new Error(`step ${read} is another`);
        if (read++ > 0) continue;
        const last = bytes.length - 1;
        writeFileSync(join(folder, 'long.gz'), bytes.with(last, bytes[last]! ^ 1));
      }
    });
    expect(error.message).toMatch(/has changed/);
    expect(read).toBeLessThan(steps.length);
  });

  it('is read as it was when bytes are only appended, or the same bytes written again', () => {
    const file = opened();
    appendFileSync(path, other.bytes);
    expect([...file.section('a')]).toEqual([split(1)]);
    writeFileSync(path, original.bytes);
    expect([...file.section('a')]).toEqual([split(1)]);
    expect(file.sections).toEqual(['a']);
  });

  it.skipIf(process.platform !== 'linux')('is not kept open by readers that were left at some step', () => {
    const count = () => readdirSync('/proc/self/fd').length;
    const file = opened();
    const before = count();
    const readers = Array.from({ length: 50 }, () => file.section('a')[Symbol.iterator]());
    for (const reader of readers) expect(reader.next().value).toEqual(split(1));
    expect(count()).toBeLessThan(before + 25);
  });
});
