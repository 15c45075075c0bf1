/** Reports of a run of the gate replace nothing that it reads or writes. */
import { join, relative } from 'node:path';
import { InputError } from '../../util/errors.js';
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

/** What a specification names; one that cannot be read is refused when the gate reads it. */
function namedBySpecification(file: PolicyFile, entry: PolicyFile['policy']['models'][number]): Inputs {
  const specification = attempt(() => readSpecification(file, entry));
  if (!specification.ok || specification.value === null) return [];
  return specInputs(specification.value.file, specification.value.spec);
}
