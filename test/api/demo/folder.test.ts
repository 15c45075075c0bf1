/** A demo replaces its own files and no others. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimFolder } from '../../../src/api/demo/folder.js';
import { type DemoPaths, demoPaths } from '../../../src/api/demo/paths.js';
import { InputError } from '../../../src/util/errors.js';

let folder: string;
let paths: DemoPaths;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'napcert-folder-')), 'demo');
  paths = demoPaths(folder);
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

describe('the folder of a demo', () => {
  it('is made, and may be used again', () => {
    claimFolder(folder, paths);
    expect(existsSync(paths.pictures)).toBe(true);
    writeFileSync(paths.proved, 'a certificate of the demo');
    claimFolder(folder, paths);
  });

  it('may hold other files', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    claimFolder(folder, paths);
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
  });

  const names = Object.keys(demoPaths('x')).filter((name) => name !== 'model') as (keyof DemoPaths)[];
  it.each(names)('is refused where a foreign file has the name of its %s', (name) => {
    mkdirSync(folder);
    writeFileSync(paths[name], 'mine');
    expect(() => claimFolder(folder, paths)).toThrow(InputError);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readFileSync(paths[name], 'utf8')).toBe('mine');
  });

  it('is refused where a foreign file has the name of the mark', () => {
    claimFolder(folder, paths);
    const mark = readdirSync(folder).find((name) => name.endsWith('.txt'))!;
    writeFileSync(join(folder, mark), 'mine');
    expect(() => claimFolder(folder, paths)).toThrow(InputError);
    expect(readFileSync(join(folder, mark), 'utf8')).toBe('mine');
  });

  it('is refused where there is a file', () => {
    writeFileSync(folder, 'mine');
    expect(() => claimFolder(folder, paths)).toThrow(InputError);
  });
});
