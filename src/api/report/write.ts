/** Reports as files: `FORMAT=FILE` as given on a command line, written whole or not at all. */
import type { ReportInput } from '../../report/exhibit.js';
import { REPORTER_NAMES, REPORTERS, type ReporterName } from '../../report/reporters/index.js';
import { InputError } from '../../util/errors.js';
import { assertWritable, type Inputs, writeOutput } from '../output-file.js';

export interface ReportTarget {
  readonly format: ReporterName;
  readonly file: string;
}

const EXPECTED = `FORMAT=FILE, FORMAT one of ${REPORTER_NAMES.join(', ')}`;

/** @throws InputError naming the option for a text that is no `FORMAT=FILE` */
export function parseReportTarget(text: string, option = '--report'): ReportTarget {
  const cut = text.indexOf('=');
  const format = text.slice(0, Math.max(0, cut));
  const file = text.slice(cut + 1);
  if (cut < 0 || file === '' || !isReporterName(format)) {
    throw new InputError('the option has a wrong value', {
      place: option,
      expected: EXPECTED,
      found: JSON.stringify(text.slice(0, 200)),
    });
  }
  return { format, file };
}

export function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(REPORTERS, name);
}

/** The format that a file name asks for by its ending; null if it does not say. */
export function formatOfFile(file: string): ReporterName | null {
  const endings: readonly (readonly [RegExp, ReporterName])[] = [
    [/\.html?$/i, 'html'],
    [/\.sarif(\.json)?$/i, 'sarif'],
    [/\.xml$/i, 'junit'],
    [/\.jsonl$/i, 'jsonl'],
    [/\.json$/i, 'json'],
    [/\.md$/i, 'summary'],
  ];
  return endings.find(([ending]) => ending.test(file))?.[1] ?? null;
}

/** Refuses targets before long work: two of one name, an input, or a place that cannot be written. */
export function assertReportTargets(
  targets: readonly ReportTarget[],
  inputs: Inputs,
  option = '--report',
): void {
  const seen = new Set<string>();
  for (const { file } of targets) {
    if (seen.has(file)) {
      throw new InputError('two reports would have one name', {
        file,
        place: option,
        expected: 'a name each',
      });
    }
    seen.add(file);
    assertWritable(file, option, inputs);
  }
}

export function writeReports(
  targets: readonly ReportTarget[],
  input: ReportInput,
  option = '--report',
): void {
  for (const { format, file } of targets) writeOutput(file, REPORTERS[format](input), option);
}
