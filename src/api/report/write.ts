/** Reports as files, written whole or not at all. */
import type { ReportInput } from '../../report/exhibit.js';
import { REPORTERS } from '../../report/reporters/index.js';
import type { ReporterName } from '../../report/reporters/names.js';
import { InputError } from '../../util/errors.js';
import { assertWritable, type Inputs, placeOf, writeOutput } from '../output-file.js';

export interface ReportTarget {
  readonly format: ReporterName;
  readonly file: string;
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
    const place = placeOf(file);
    if (seen.has(place)) {
      throw new InputError('two reports would have one name', {
        file,
        place: option,
        expected: 'a name each',
      });
    }
    seen.add(place);
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
