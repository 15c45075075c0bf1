/** `--report FORMAT=FILE`, once per report. */
import type { Command } from 'commander';
import { REPORTER_NAMES, type ReporterName } from '../report/reporters/names.js';
import { InputError } from '../util/errors.js';

export interface ReportFlags {
  readonly report?: readonly { readonly format: ReporterName; readonly file: string }[];
}

export function withReportOption(command: Command): Command {
  return command.option(
    '--report <format=file>',
    `also write a report of what the checker accepts; may be given again (${REPORTER_NAMES.join(', ')})`,
    (text: string, earlier: NonNullable<ReportFlags['report']> = []) => [...earlier, parse(text)],
  );
}

function parse(text: string): { readonly format: ReporterName; readonly file: string } {
  const [, name, file] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  const format = REPORTER_NAMES.find((known) => known === name);
  if (format !== undefined && file !== undefined) return { format, file };
  throw new InputError('the option has a wrong value', {
    place: '--report',
    expected: `FORMAT=FILE, FORMAT one of ${REPORTER_NAMES.join(', ')}`,
    found: JSON.stringify(text.slice(0, 200)),
  });
}
