/** The folder that a demo writes to: what is there already is kept, unless an earlier demo made it. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../../util/errors.js';
import { makeFolder } from '../../util/make-folder.js';
import { writeOutput } from '../output-file.js';
import type { DemoPaths } from './paths.js';

/** Its exact text says that the files of these names are a demo's. */
const MARK = 'made-by-napcert-demo.txt';
const MARK_TEXT = 'napcert demo made the files beside this one. Another demo in this folder replaces them.\n';

/**
 * Makes the folder, and marks it as the demo's.
 * @throws InputError if it cannot be made or written, and if it holds something of a name that the demo would replace
 * and no earlier demo made
 */
export function claimFolder(folder: string, { model: _, ...written }: DemoPaths): void {
  makeFolder(folder, '--output');
  const mark = join(folder, MARK);
  if (textOf(mark) !== MARK_TEXT) {
    for (const path of [mark, ...Object.values(written)]) {
      if (statSync(path, { throwIfNoEntry: false }) === undefined) continue;
      throw new InputError('the demo would replace a file that it did not make', {
        file: path,
        place: '--output',
        expected: 'a new or empty folder, or that of an earlier demo',
        found: `${basename(path)}, without ${MARK} beside it`,
      });
    }
    writeOutput(mark, MARK_TEXT);
  }
  makeFolder(written.pictures, '--output');
}

function textOf(path: string): string | null {
  const info = statSync(path, { throwIfNoEntry: false });
  return info?.isFile() && info.size === MARK_TEXT.length ? readFileSync(path, 'utf8') : null;
}
