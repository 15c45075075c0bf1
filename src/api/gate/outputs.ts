/** What a run of the gate leaves beside certificates. A run that has not passed leaves nothing that says so. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../util/errors.js';
import { describeSystemError } from '../../util/system-error.js';
import { assertWritable, type Inputs } from '../output-file.js';
import { envelopePath } from '../sign.js';
import { DECISION_FILE } from './earlier.js';
import type { PolicyFile } from './policy-file.js';

/** The summary in the folder of the gate. */
export const SUMMARY_FILE = 'summary.vsa.json';

/** The decision, its summary, and the signed summary. */
export function outputsIn(folder: string): readonly [string, string, string] {
  const summary = join(folder, SUMMARY_FILE);
  return [join(folder, DECISION_FILE), summary, envelopePath(summary)];
}

/**
 * Removes what an earlier run left, the signed summary first: until this run has decided, nothing in the folder says
 * that a release passed.
 * @throws InputError for one that is an input of the run or cannot be removed
 */
export function withdraw(folder: string, inputs: Inputs): void {
  for (const path of [...outputsIn(folder)].reverse()) {
    if (!existsSync(path)) continue;
    assertWritable(path, '--output', inputs);
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw new InputError('what an earlier run decided cannot be removed', {
        file: path,
        place: '--output',
        expected: 'a folder whose files may be replaced',
        found: describeSystemError(error),
      });
    }
  }
}

/** The policy and every file that it names itself. */
export function inputsOf({ path, policy, at }: PolicyFile): Inputs {
  const own = (file: string | undefined): string | undefined => (file === undefined ? undefined : at(file));
  return [
    path,
    ...policy.models.flatMap(({ model, naps, specification, data, mining, recall }) => [
      own(model),
      own(naps),
      own(specification),
      own(data?.path),
      own(data?.labels),
      ...(typeof mining === 'object' ? [own(mining.path), own(mining.labels)] : []),
      ...(recall ?? []).flatMap((one) => [own(one.data.path), own(one.data.labels)]),
    ]),
  ];
}

/** The value of an action, or the InputError that it ends with. */
export function attempt<T>(
  action: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: InputError } {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error };
    throw error;
  }
}
