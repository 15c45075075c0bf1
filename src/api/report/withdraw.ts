/** Reports of an earlier run do not stand for one that has not ended. */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { isReport } from '../../report/reporters/recognise.js';
import { InputError } from '../../util/errors.js';
import { describeSystemError } from '../../util/system-error.js';
import type { ReportTarget } from './write.js';

/**
 * Removes the reports of an earlier run: until this one has decided, no file says that anything passed.
 * @param checked whether the targets are known to be no input; else only what is a report is removed
 * @throws InputError for one that cannot be removed
 */
export function withdrawReports(targets: readonly ReportTarget[], checked: boolean): void {
  for (const target of targets) {
    const isFile = statSync(target.file, { throwIfNoEntry: false })?.isFile() ?? false;
    if (!isFile || !(checked || isEarlierReport(target))) continue;
    try {
      rmSync(target.file, { force: true });
    } catch (error) {
      throw new InputError('the report of an earlier run cannot be removed', {
        file: target.file,
        place: '--report',
        expected: 'a file that may be replaced',
        found: describeSystemError(error),
      });
    }
  }
}

const HEAD = 64 * 1024;

function isEarlierReport({ format, file }: ReportTarget): boolean {
  const bytes = Buffer.alloc(HEAD);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return isReport(format, bytes.toString('utf8', 0, readSync(descriptor, bytes)));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}
