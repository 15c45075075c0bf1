import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { folderStore } from '../../src/cluster/store.js';
import { InputError } from '../../src/util/errors.js';
import { makeFolder } from '../../src/util/make-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'napcert-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('makes a folder with those above it, and keeps one that is there', () => {
  const inner = join(folder, 'a', 'b');
  makeFolder(inner, '--output');
  writeFileSync(join(inner, 'kept'), '');
  makeFolder(inner, '--output');
  expect(statSync(join(inner, 'kept')).isFile()).toBe(true);
});

it('names the option and the path of one that cannot be made', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file, '--output')).toThrow(InputError);
  expect(() => folderStore(join(file, 'below'))).toThrow(
    expect.objectContaining({
      fault: expect.objectContaining({ place: '--store', file: join(file, 'below') }),
    }),
  );
});
