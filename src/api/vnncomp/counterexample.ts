/** Counterexample files of VNN-COMP: the competition's list `((X_0 v) ... (Y_0 v) ...)`, and beside it the standard's own format. */
import { dirname, join } from 'node:path';
import { assignmentText } from '../../report/text/vnnlib.js';
import type { Query } from '../../spec/vnnlib/query.js';
import { makeFolder } from '../../util/make-folder.js';
import { assertWritable, type Inputs, writeOutput } from '../output-file.js';
import type { Assigned } from '../vnnlib/assignment.js';

const OPTION = '--counterexamples';

/** @returns the file in the competition's format */
export function writeCounterexample(
  folder: string,
  stem: string,
  query: Query,
  assignment: readonly Assigned[],
  inputs: Inputs,
): string {
  const role = (wanted: string): readonly Assigned[] =>
    assignment.filter((_, number) => query.tensors[number]!.role === wanted);
  const flat = [
    ...role('input').map((part) => ({ ...plain(part), name: 'X' })),
    ...role('output').map((part) => ({ ...plain(part), name: 'Y' })),
  ];
  const path = join(folder, `${stem}.counterexample`);
  makeFolder(dirname(path), OPTION);
  const files = [
    [path, assignmentText('1.0', flat)],
    [join(folder, `${stem}.assignment`), assignmentText('2.0', assignment.map(plain))],
  ] as const;
  for (const [file] of files) assertWritable(file, OPTION, inputs);
  for (const [file, text] of files) writeOutput(file, `sat\n${text}\n`, OPTION);
  return path;
}

function plain(part: Assigned) {
  return { ...part, shape: [...part.shape], values: [...part.values] };
}
