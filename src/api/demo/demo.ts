/**
 * The main job on a shipped classifier and real digits, in about half a minute: mine, decide, refute, re-check.
 * Every step is what one command line does; the lines are part of the result.
 */
import { join } from 'node:path';
import type { DemoDocument } from '../../report/documents/demo.js';
import { check } from '../check.js';
import { mine } from '../mine.js';
import { writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { type VerifyFilesOptions, verifyFiles } from '../verify-files.js';
import { VERSION } from '../version.js';
import { demoCommands } from './commands.js';
import { claimFolder } from './folder.js';
import { drawMontage } from './montage.js';
import { CLASSES, demoPaths, REFUTED_CLASS, REFUTED_COMPETITOR } from './paths.js';

/** Seconds per obligation: many times what each needs on an old laptop. */
const TIMEOUT_SECONDS = 60;

/**
 * Writes NAP files, certificates and pictures into the folder, which is made if there is none; files of an earlier
 * demo are replaced, no others (folder.ts).
 * @throws InputError before any work if the folder cannot be made or written, or holds other files of the same names
 */
export async function demo(folder: string, progress: Progress = silentProgress): Promise<DemoDocument> {
  const paths = demoPaths(folder);
  claimFolder(folder, paths);
  const { model } = paths;
  // One line per step is enough here; `verify` would note every property.
  const steps: Progress = { step: progress.step, note: () => {} };
  const mined = await mine(
    {
      model,
      data: 'mnist',
      heldOut: { split: 'heldout' },
      deltas: ['0.99', '1.0'],
      grouping: 'label',
      samples: 'correct',
      output: join(folder, 'naps-{delta}.nap.json'),
    },
    steps,
  );
  progress.note('mined');
  const decide = (changes: Pick<VerifyFilesOptions, 'naps' | 'output'> & Partial<VerifyFilesOptions>) =>
    verifyFiles(
      {
        model,
        claims: {},
        data: 'mnist',
        engine: 'auto',
        solver: 'glpk',
        timeoutSeconds: TIMEOUT_SECONDS,
        fresh: true,
        ...changes,
      },
      steps,
    );
  const proved = await decide({ naps: paths.strictNaps, output: paths.proved });
  progress.note('decided with proofs, delta 0.99');
  const solved = await decide({
    naps: paths.strictNaps,
    claims: { properties: ['non-misclassification'] },
    engine: 'milp',
    output: paths.solved,
  });
  progress.note('decided with GLPK, delta 0.99');
  writeOutput(paths.looseSpec, looseSpecText());
  const refuted = await decide({
    naps: paths.looseNaps,
    claims: { spec: paths.looseSpec },
    output: paths.refuted,
    pictures: paths.pictures,
  });
  progress.note(`refuted class ${REFUTED_CLASS}, delta 1`);
  const checks: DemoDocument['checks'] = [];
  for (const certificate of [paths.proved, paths.solved, paths.refuted]) {
    checks.push(await check({ certificate, model }, steps));
  }
  progress.note('checked');
  return {
    format: 'napcert-demo/1',
    napcert: VERSION,
    folder,
    mined,
    proved,
    solved,
    refuted,
    picture: await drawMontage(paths),
    checks,
    commands: demoCommands(paths),
  };
}

/** The refuted class against one competitor, and all pairs with it. */
function looseSpecText(): string {
  const others = Array.from({ length: CLASSES }, (_, label) => label).filter(
    (label) => label !== REFUTED_CLASS,
  );
  const pairs = others.map((label) => `[${REFUTED_CLASS}, ${label}]`).join(', ');
  return [
    '# Step 4 of the demo: claims that NAPs of delta 1 do not keep.',
    'napcert: 1',
    'properties:',
    `  - { kind: non-misclassification, classes: [${REFUTED_CLASS}], competitors: [${REFUTED_COMPETITOR}] }`,
    `  - { kind: non-ambiguity, pairs: [${pairs}] }`,
    '',
  ].join('\n');
}
