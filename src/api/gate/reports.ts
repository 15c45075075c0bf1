/** Reports of a run of the gate: they replace nothing that it reads or writes, and none tells of an earlier run. */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isReport } from '../../report/reporters/recognise.js';
import { InputError } from '../../util/errors.js';
import { describeSystemError } from '../../util/system-error.js';
import { type Inputs, placeOf, specInputs } from '../output-file.js';
import { assertReportTargets, type ReportTarget } from '../report.js';
import { readSpecification } from './demands.js';
import { DECISION_FILE } from './earlier.js';
import { attempt, inputsOf } from './outputs.js';
import type { PolicyFile } from './policy-file.js';

/** Decision and summary, certificates with their envelopes and proof files, and pictures, as seen from the folder. */
const OWN =
  /^(decision\.json|summary\.vsa(\.dsse)?\.json|[^/]+\.cert(\.dsse\.json|\.json|\.proof\.jsonl\.gz)|pictures\/.*\.png)$/i;

/**
 * Refuses reports that would replace an input, a key, the baseline, or a file that the gate writes, before anything is
 * removed.
 * @param given keys and the baseline
 * @throws InputError naming the report
 */
export function assertGateReports(
  targets: readonly ReportTarget[],
  file: PolicyFile,
  folder: string,
  given: { readonly keys: Inputs; readonly baseline: string | undefined },
): void {
  if (targets.length === 0) return;
  const { baseline } = given;
  const earlier = baseline === undefined ? [] : [baseline, join(baseline, DECISION_FILE)];
  for (const { file: target } of targets) {
    if (!OWN.test(relative(placeOf(folder), placeOf(target)).replaceAll('\\', '/'))) continue;
    throw new InputError('the report would replace a file of the gate', {
      file: target,
      place: '--report',
      expected: 'another name',
      found: `a name that the gate uses in ${folder}`,
    });
  }
  assertReportTargets(targets, [
    ...inputsOf(file),
    ...file.policy.models.flatMap((entry) => namedBySpecification(file, entry)),
    ...given.keys,
    ...earlier,
  ]);
}

/**
 * Removes the reports of an earlier run: until this one has decided, no file says that a release passed.
 * @param checked whether {@link assertGateReports} has seen them; else only what is a report is removed
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

/** What a specification names; one that cannot be read is refused when the gate reads it. */
function namedBySpecification(file: PolicyFile, entry: PolicyFile['policy']['models'][number]): Inputs {
  const specification = attempt(() => readSpecification(file, entry));
  if (!specification.ok || specification.value === null) return [];
  return specInputs(specification.value.file, specification.value.spec);
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
