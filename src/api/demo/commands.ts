/** The demo's steps as command lines. */
import { dirname, join } from 'node:path';
import type { DemoPaths } from './paths.js';

/** Lines for a POSIX shell, in the order of the steps. The folder for pictures must exist. */
export function demoCommands(paths: DemoPaths): string[] {
  const { model, strictNaps, looseNaps, looseSpec, proved, solved, refuted, pictures } = paths;
  const naps = join(dirname(strictNaps), 'naps-{delta}.nap.json');
  const verify = ['verify', model, '--data', 'mnist'];
  const lines: string[][] = [
    [
      'mine',
      model,
      '--data',
      'mnist',
      '--held-out',
      'heldout',
      '--samples',
      'correct',
      '--delta',
      '0.99,1.0',
      '-o',
      naps,
    ],
    [...verify, '--naps', strictNaps, '-o', proved],
    [
      ...verify,
      '--naps',
      strictNaps,
      '--property',
      'non-misclassification',
      '--engine',
      'milp',
      '--solver',
      'glpk',
      '-o',
      solved,
    ],
    [...verify, '--naps', looseNaps, '--spec', looseSpec, '--pictures', pictures, '-o', refuted],
    ...[proved, solved, refuted].map((certificate) => ['check', certificate, '--model', model]),
  ];
  return lines.map((words) => ['napcert', ...words.map(quoted)].join(' '));
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
